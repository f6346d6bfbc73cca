import { createMemoryBreakerStore } from '../../local/memory/memory-breaker-store.ts';
import { createMemoryIdentityStore } from '../../local/memory/memory-identity-store.ts';
import { createMemoryTokenStore } from '../../local/memory/memory-token-store.ts';
import { describeBreakerStore, describeTokenStore } from './compare-and-set-contract.ts';
import { describeIdentityStore } from './identity-store-contract.ts';

describeIdentityStore('in memory', async () => createMemoryIdentityStore());
describeTokenStore('in memory', async () => createMemoryTokenStore());
describeBreakerStore('in memory', async () => createMemoryBreakerStore());
