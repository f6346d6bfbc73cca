import type { BreakerStore, TokenStore } from '../../lambdas/core/ports/crm-access.ts';
import type { StoreEraser } from '../../lambdas/core/ports/erasure.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { IdentityLinks, IdentityStore } from '../../lambdas/core/ports/identities.ts';
import type { StoreScanner } from '../../lambdas/core/ports/store-scan.ts';
import { createMemoryBreakerStore } from '../memory/memory-breaker-store.ts';
import { createMemoryEventStore } from '../memory/memory-event-store.ts';
import { createMemoryIdentityStore } from '../memory/memory-identity-store.ts';
import { createMemoryStoreScanner } from '../memory/memory-store-scanner.ts';
import { createMemoryTokenStore } from '../memory/memory-token-store.ts';

/** What outlives every process. */
export interface SimulatedStores {
  readonly events: EventStore;
  readonly identities: IdentityStore & IdentityLinks;
  /** What operators erase with, and look through. */
  readonly eraser: StoreEraser;
  readonly items: StoreScanner;
  readonly breakers: BreakerStore;
  readonly tokens: TokenStore;
}

/** Changes a store on purpose, to see that the invariants notice. */
export type Sabotage = (stores: SimulatedStores) => SimulatedStores;

/** The stores of a run: the ones of the product's own tests. */
export function createSimulatedStores(sabotage: Sabotage = (stores) => stores): SimulatedStores {
  const events = createMemoryEventStore();
  const identities = createMemoryIdentityStore();
  return sabotage({
    events,
    identities,
    eraser: {
      eraseEvent: events.eraseEvent,
      removePayloads: events.removePayloads,
      forgetSubmitter: events.forgetSubmitter,
      unlink: identities.unlink,
    },
    items: createMemoryStoreScanner([events, identities]),
    breakers: createMemoryBreakerStore(),
    tokens: createMemoryTokenStore(),
  });
}
