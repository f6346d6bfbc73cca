import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../lambdas/core/failure.ts';
import type { EventScanner, EventScanRequest } from '../../lambdas/core/ports/event-scan.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import { aNewEvent, T0 } from '../support/event-builders.ts';

let sequence = 0;

/** Looking at everything that is stored, in search of events. */
export function describeScans(name: string, open: () => Promise<EventStore & EventScanner>): void {
  describe(`${name}: a scan`, () => {
    let store: EventStore & EventScanner;
    let source: string;

    beforeEach(async () => {
      store = await open();
      sequence += 1;
      source = `scanned-${process.pid}-${sequence}`;
    });

    const accept = async (id: string, overrides: Parameters<typeof aNewEvent>[0] = {}) => {
      const key = `${source}|lead.created|${id}`;
      await store.accept(aNewEvent({ key, source, ...overrides }));
      return key;
    };
    const scan = async (
      request: Partial<Omit<EventScanRequest, 'source'>> & { source?: string | undefined } = {},
    ) => {
      const { source: only, ...rest } = { source, ...request };
      const records = [];
      let parts = 0;
      let items = 0;
      let cursor: string | undefined;
      do {
        const page = await store.scanEvents({
          itemsMax: 100_000,
          ...rest,
          ...(only === undefined ? {} : { source: only }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        records.push(...page.records);
        parts += 1;
        items += page.items;
        cursor = page.cursor;
      } while (cursor !== undefined);
      return { records, keys: new Set(records.map((record) => record.key)), parts, items };
    };

    it('finds the events of a source in all states, each as its record says', async () => {
      const waiting = await accept('waits');
      const done = await accept('done');
      await store.succeed(done, {
        crm: { module: 'Leads', recordId: '1', action: 'insert' },
        attempts: 1,
        atMs: T0,
      });
      const initial = { state: 'quarantined', failure: failure('missing_identity') } as const;
      const aside = await accept('aside', { initial: { ...initial, quarantineId: 'q-1' } });
      const spam = await accept('spam', {
        initial: { state: 'suppressed', suppression: 'spam_trap' },
      });
      await store.noteSourceSeen(source, T0);

      const { records, keys } = await scan();

      expect(keys).toEqual(new Set([waiting, done, aside, spam]));
      for (const record of records) expect(record).toEqual(await store.readRecord(record.key));
    });

    it('finds each event once, in however many parts', async () => {
      for (const id of ['a', 'b', 'c']) await accept(id);
      const whole = await scan();

      const inParts = await scan({ itemsMax: Math.ceil(whole.items / 4) });

      expect(inParts.records).toHaveLength(3);
      expect(inParts.keys).toEqual(whole.keys);
      expect(inParts.parts).toBeGreaterThanOrEqual(3);
      expect(inParts.items).toBe(whole.items);
    });

    it('finds the events of all sources, and takes nothing else for one', async () => {
      const key = await accept('among-others');
      await store.noteSourceSeen(source, T0);

      const { keys } = await scan({ source: undefined });

      expect(keys).toContain(key);
      expect([...keys].every((each) => each.includes('|'))).toBe(true);
    });

    it('leaves out what was received before, and other sources', async () => {
      await accept('old', { receivedAt: '2026-11-22T03:59:59.999Z' });
      const key = await accept('new', { receivedAt: '2026-11-22T04:00:00.000Z' });

      expect((await scan({ receivedFromMs: T0 })).keys).toEqual(new Set([key]));
      expect((await scan({ source: `${source}-other` })).records).toEqual([]);
    });

    it('says how much there is to look at', async () => {
      const before = await store.measureScan();

      await accept('one-more');

      expect((await store.measureScan()).items).toBeGreaterThan(before.items);
    });
  });
}
