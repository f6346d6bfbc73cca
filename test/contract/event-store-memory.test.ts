import { createMemoryEventStore } from '../../local/memory/memory-event-store.ts';
import { describeEventStore } from './event-store-suites.ts';

describeEventStore('in memory', async () => createMemoryEventStore());
