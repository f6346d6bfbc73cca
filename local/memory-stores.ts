import type { AwsConsumerPorts } from '../lambdas/consumer/build-consumer.ts';
import type { IntakePorts } from '../lambdas/intake/intake-ports.ts';
import type { SweeperPorts } from '../lambdas/sweeper/build-sweeper.ts';
import { createMemoryBreakerStore } from './memory/memory-breaker-store.ts';
import { createMemoryEventStore } from './memory/memory-event-store.ts';
import { createMemoryIdentityStore } from './memory/memory-identity-store.ts';
import { createMemoryTokenStore } from './memory/memory-token-store.ts';

/** What the three functions keep in one table, in this process's memory. */
export interface MemoryStores {
  readonly events: ReturnType<typeof createMemoryEventStore>;
  readonly intake: Partial<IntakePorts>;
  readonly consumer: Partial<AwsConsumerPorts>;
  readonly sweeper: Partial<SweeperPorts>;
}

/** Stores for a machine that has no DynamoDB to run. What they hold ends with the process. */
export function createMemoryStores(): MemoryStores {
  const events = createMemoryEventStore();
  const breakers = createMemoryBreakerStore();
  return {
    events,
    intake: { events },
    sweeper: { events, breakers },
    consumer: {
      events,
      identities: createMemoryIdentityStore(),
      breakers,
      tokens: createMemoryTokenStore(),
    },
  };
}
