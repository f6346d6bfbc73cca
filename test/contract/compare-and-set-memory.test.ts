import { createMemoryBreakerStore } from '../../local/memory/memory-breaker-store.ts';
import { createMemoryIdentityStore } from '../../local/memory/memory-identity-store.ts';
import { createMemoryJournal } from '../../local/memory/memory-journal.ts';
import { createMemoryTokenStore } from '../../local/memory/memory-token-store.ts';
import { describeBreakerStore, describeTokenStore } from './compare-and-set-contract.ts';
import { describeIdentityLinks, describeIdentityStore } from './identity-store-contract.ts';
import { describeJournal } from './journal-contract.ts';

describeIdentityStore('in memory', async () => createMemoryIdentityStore());
describeIdentityLinks('in memory', async () => createMemoryIdentityStore());
describeJournal('in memory', async () => createMemoryJournal());
describeTokenStore('in memory', async () => createMemoryTokenStore());
describeBreakerStore('in memory', async () => createMemoryBreakerStore());
