import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../lambdas/core/failure.ts';
import { openShardOf } from '../../lambdas/core/open-index.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import { aNewEvent, T0 } from '../support/event-builders.ts';

let sequence = 0;

/** What the store tells of many events, and of their senders. */
export function describeMeasures(name: string, open: () => Promise<EventStore>): void {
  describe(`${name}: what a store measures`, () => {
    let store: EventStore;
    let prefix: string;

    beforeEach(async () => {
      store = await open();
      sequence += 1;
      prefix = `website|lead.created|measure-${process.pid}-${sequence}`;
    });

    const acceptAt = async (key: string, receivedAt: string) => {
      await store.accept(aNewEvent({ key, receivedAt }));
    };

    it('counts a partition up to a limit, and says since when its oldest event waits', async () => {
      // Others share the table: what is listed already is the measure of what comes.
      const partition = { kind: 'quarantined', failureClass: 'potentially_retryable' } as const;
      const before = await store.measureOpen(partition, 10_000);
      for (const [n, receivedAt] of [
        '2001-01-01T00:00:02.000Z',
        '2001-01-01T00:00:01.000Z',
        '2001-01-01T00:00:03.000Z',
      ].entries()) {
        const key = `${prefix}-${n}`;
        await store.accept(
          aNewEvent({
            key,
            receivedAt,
            initial: {
              state: 'quarantined',
              failure: failure('crm_duplicate_data'),
              quarantineId: 'q-1',
            },
          }),
        );
        await store.markDlqSent(key, 'q-1', 'potentially_retryable', T0);
      }

      const all = await store.measureOpen(partition, 10_000);
      const two = await store.measureOpen(partition, 2);
      const one = await store.measureOpen(partition, 1);

      expect(all.count).toBe(before.count + 3);
      expect(two.count).toBe(2);
      expect(one.count).toBe(1);
      expect([all, two, one].map((each) => each.oldestReceivedAt)).toEqual(
        Array(3).fill('2001-01-01T00:00:01.000Z'),
      );
    });

    it('says of an empty partition that there is nothing', async () => {
      const partition = { kind: 'quarantined', failureClass: 'retryable' } as const;

      expect(await store.measureOpen(partition, 10)).toEqual({ count: 0 });
    });

    it('leaves an ended event out', async () => {
      const key = `${prefix}-ended`;
      const partition = { kind: 'open', shard: openShardOf(key) } as const;
      await acceptAt(key, '2000-01-01T00:00:00.000Z');
      const waiting = await store.measureOpen(partition, 10_000);

      await store.succeed(key, {
        crm: { module: 'Leads', recordId: '1', action: 'insert' },
        attempts: 1,
        atMs: T0,
      });

      const ended = await store.measureOpen(partition, 10_000);
      expect(waiting.oldestReceivedAt).toBe('2000-01-01T00:00:00.000Z');
      expect(ended.count).toBe(waiting.count - 1);
      expect(ended.oldestReceivedAt).not.toBe('2000-01-01T00:00:00.000Z');
    });

    it('notes when a source last sent an event; an earlier time changes nothing', async () => {
      const source = `${prefix}-source`;

      const never = await store.readSourceSeenMs(source);
      await store.noteSourceSeen(source, T0);
      await store.noteSourceSeen(source, T0 - 1);
      await store.noteSourceSeen(source, T0);
      const first = await store.readSourceSeenMs(source);
      await store.noteSourceSeen(source, T0 + 1);

      expect([never, first]).toEqual([undefined, T0]);
      expect(await store.readSourceSeenMs(source)).toBe(T0 + 1);
      expect(await store.readSourceSeenMs(`${source}-other`)).toBeUndefined();
    });

    it('notes when a previous secret was last in use, apart from when the source sent something', async () => {
      const source = `${prefix}-source`;

      const never = await store.readPreviousSecretMs(source);
      await store.noteSourceSeen(source, T0 + 5);
      await store.notePreviousSecret(source, T0 + 1);
      await store.notePreviousSecret(source, T0);
      const first = await store.readPreviousSecretMs(source);
      await store.notePreviousSecret(source, T0 + 2);

      expect([never, first]).toEqual([undefined, T0 + 1]);
      expect(await store.readPreviousSecretMs(source)).toBe(T0 + 2);
      expect(await store.readSourceSeenMs(source)).toBe(T0 + 5);
      expect(await store.readPreviousSecretMs(`${source}-other`)).toBeUndefined();
    });

    it('keeps the latest of twenty simultaneous notes', async () => {
      const source = `${prefix}-source`;

      await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          await store.noteSourceSeen(source, T0 + ((n * 7) % 20));
        }),
      );

      expect(await store.readSourceSeenMs(source)).toBe(T0 + 19);
    });
  });
}
