import { createMemoryEventStore } from '../../local/memory/memory-event-store.ts';
import { createMemoryIdentityStore } from '../../local/memory/memory-identity-store.ts';
import { createMemoryStoreScanner } from '../../local/memory/memory-store-scanner.ts';
import { describeStoreScan } from './store-scan-contract.ts';

describeStoreScan('in memory', async () => {
  const events = createMemoryEventStore();
  const identities = createMemoryIdentityStore();
  return { events, identities, scanner: createMemoryStoreScanner([events, identities]) };
});
