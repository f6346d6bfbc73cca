import { beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../lambdas/core/journal.ts';
import type { OperatorJournal } from '../../lambdas/core/ports/journal.ts';

/** What every journal must do. `open` may hand over one that holds entries of 2026 and later. */
export function describeJournal(name: string, open: () => Promise<OperatorJournal>): void {
  describe(`${name}: the operators' journal`, () => {
    let journal: OperatorJournal;
    let year = 1990;
    beforeEach(async () => {
      journal = await open();
      // Each test has a year of its own.
      year += 2;
    });

    const entry = (at: string, overrides: Partial<JournalEntry> = {}): JournalEntry => ({
      id: 'act-1',
      action: 'replayed',
      at: `${year}-${at}`,
      by: 'arn:aws:sts::111122223333:assumed-role/operator/ana',
      reason: 'field length raised in Zoho',
      outcome: 'done',
      touched: [{ kind: 'lead', id: 'website|lead.created|1' }],
      touchedCount: 1,
      ...overrides,
    });
    const list = async (from: string, before: string, limit = 100) =>
      await journal.list({
        fromMs: Date.parse(`${year}-${from}`),
        beforeMs: Date.parse(`${year}-${before}`),
        limit,
      });

    it('reads back what was recorded, the newest first, over the months', async () => {
      const january = entry('01-31T23:59:59.999Z');
      const march = entry('03-01T00:00:00.000Z', { action: 'breaker_opened', touched: [] });
      const later = entry('03-01T00:00:00.000Z', { id: 'act-2', outcome: 'begun' });
      for (const each of [march, january, later]) await journal.record(each);

      expect(await list('01-01', '12-31')).toEqual({ entries: [later, march, january] });
    });

    it('replaces an entry once its act is over', async () => {
      await journal.record(entry('05-01T10:00:00.000Z', { outcome: 'begun' }));
      await journal.record(entry('05-01T10:00:00.000Z', { outcome: 'failed', touchedCount: 7 }));

      const { entries } = await list('01-01', '12-31');

      expect(entries).toEqual([
        entry('05-01T10:00:00.000Z', { outcome: 'failed', touchedCount: 7 }),
      ]);
    });

    it('leaves out what was before, and what came at the end or after it', async () => {
      await journal.record(entry('05-01T00:00:00.000Z'));
      await journal.record(entry('05-02T00:00:00.000Z'));
      await journal.record(entry('05-03T00:00:00.000Z'));

      const { entries } = await list('05-02', '05-03');

      expect(entries.map(({ at }) => at.slice(5, 10))).toEqual(['05-02']);
      expect(await list('05-03', '05-02')).toEqual({ entries: [] });
    });

    it('hands over page after page, each entry once', async () => {
      const days = ['01-30', '01-31', '02-01', '02-02', '04-01'];
      for (const day of days) await journal.record(entry(`${day}T08:00:00.000Z`));

      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await journal.list({
          fromMs: Date.parse(`${year}-01-01`),
          beforeMs: Date.parse(`${year}-12-31`),
          limit: 2,
          ...(cursor === undefined ? {} : { cursor }),
        });
        expect(page.entries.length).toBeLessThanOrEqual(2);
        seen.push(...page.entries.map(({ at }) => at.slice(5, 10)));
        cursor = page.cursor;
      } while (cursor !== undefined);

      expect(seen).toEqual(days.toReversed());
    });
  });
}
