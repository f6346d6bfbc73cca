import { createMemoryIdentityStore } from '../../local/memory/memory-identity-store.ts';
import { createMemoryTokenStore } from '../../local/memory/memory-token-store.ts';
import { describeIdentityStore, describeTokenStore } from './compare-and-set-contract.ts';

describeIdentityStore('in memory', async () => createMemoryIdentityStore());
describeTokenStore('in memory', async () => createMemoryTokenStore());
