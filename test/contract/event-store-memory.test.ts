import { createMemoryEventStore } from '../../local/memory/memory-event-store.ts';
import { describeEventStore } from './event-store-contract.ts';

describeEventStore('in memory', async () => createMemoryEventStore());
