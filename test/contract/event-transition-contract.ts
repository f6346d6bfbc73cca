import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../lambdas/core/event-record.ts';
import { type OpenPartition, openShardOf } from '../../lambdas/core/open-index.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import {
  type Cell,
  type ErasableStore,
  NOW,
  ROWS,
  reach,
  recordAt,
  STARTS,
  type StartName,
} from './event-transition-table.ts';

let sequence = 0;

/** Every arrow of the state machine, from every state, with the right token or id and with a wrong one. */
export function describeTransitions(name: string, open: () => Promise<ErasableStore>): void {
  describe(`${name}: the state machine`, () => {
    const starts = Object.keys(STARTS) as StartName[];
    it.concurrent.each(starts)('an event that is %s is just that', async (start) => {
      const store = await open();
      const key = aKey();

      await reach(store, start, key);

      expect(await store.readRecord(key)).toEqual(recordAt(start, key));
    });

    for (const [operation, row] of Object.entries(ROWS)) {
      it.concurrent.each(starts)(`${operation}: %s`, async (start) => {
        const store = await open();
        const key = aKey();
        const cell: Cell = row.cells[start];
        await reach(store, start, key);

        const answer = await row.run(store, key);

        const before = recordAt(start, key);
        const after =
          before === undefined && cell.change === undefined
            ? undefined
            : ({ key, ...before, ...cell.change } as EventRecord);
        expect(answer).toEqual(cell.answer);
        expect(await store.readRecord(key)).toEqual(after);
        expect(await placesOf(store, key)).toEqual(placesAs(after));
      });
    }
  });
}

function aKey(): string {
  sequence += 1;
  return `website|lead.created|arrow-${process.pid}-${sequence}`;
}

async function placesOf(store: EventStore, key: string): Promise<readonly string[]> {
  const partitions: OpenPartition[] = [
    { kind: 'open', shard: openShardOf(key) },
    { kind: 'held' },
    { kind: 'quarantined', failureClass: 'permanent' },
  ];
  const pages = await Promise.all(
    partitions.map(async (partition) => {
      const page = { receivedBeforeMs: NOW, limit: 1_000 };
      const { keys, cursor } = await store.listOpen(partition, page);
      // Otherwise an event could be listed behind the page, and this test would not see it.
      expect(cursor).toBeUndefined();
      return keys.includes(key) ? [partition.kind] : [];
    }),
  );
  return pages.flat();
}

/** Where the index must list a record. */
function placesAs(record: EventRecord | undefined): readonly string[] {
  switch (record?.state) {
    case 'received':
    case 'processing':
    case 'failed':
      return ['open'];
    case 'quarantined':
      return [record.dlqSentAt === undefined ? 'open' : 'quarantined'];
    case 'held':
      return ['held'];
    case 'succeeded':
    case 'suppressed':
    case 'closed':
    case 'erased':
    case undefined:
      return [];
  }
}
