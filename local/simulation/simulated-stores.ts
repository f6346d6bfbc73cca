import type { BreakerStore, TokenStore } from '../../lambdas/core/ports/crm-access.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { IdentityStore } from '../../lambdas/core/ports/identities.ts';
import { createMemoryBreakerStore } from '../memory/memory-breaker-store.ts';
import { createMemoryEventStore } from '../memory/memory-event-store.ts';
import { createMemoryIdentityStore } from '../memory/memory-identity-store.ts';
import { createMemoryTokenStore } from '../memory/memory-token-store.ts';

/** What outlives every process. */
export interface SimulatedStores {
  readonly events: EventStore;
  readonly identities: IdentityStore;
  readonly breakers: BreakerStore;
  readonly tokens: TokenStore;
}

/** Changes a store on purpose, to see that the invariants notice. */
export type Sabotage = (stores: SimulatedStores) => SimulatedStores;

/** The stores of a run: the ones of the product's own tests. */
export function createSimulatedStores(sabotage: Sabotage = (stores) => stores): SimulatedStores {
  return sabotage({
    events: createMemoryEventStore(),
    identities: createMemoryIdentityStore(),
    breakers: createMemoryBreakerStore(),
    tokens: createMemoryTokenStore(),
  });
}
