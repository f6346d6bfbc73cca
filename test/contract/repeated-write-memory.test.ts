import { createMemoryBreakerStore } from '../../local/memory/memory-breaker-store.ts';
import { createMemoryEventStore } from '../../local/memory/memory-event-store.ts';
import { createMemoryIdentityStore } from '../../local/memory/memory-identity-store.ts';
import { createMemoryTokenStore } from '../../local/memory/memory-token-store.ts';
import { describeRepeatedWrites } from './repeated-write-contract.ts';

describeRepeatedWrites('in memory', async () => ({
  events: createMemoryEventStore(),
  identities: createMemoryIdentityStore(),
  tokens: createMemoryTokenStore(),
  breakers: createMemoryBreakerStore(),
  lost: async (write) => {
    await write();
  },
}));
