import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../../lambdas/core/journal.ts';
import { type ActRequest, listActs } from '../../../../lambdas/operations/journal/list-acts.ts';
import { createMemoryJournal } from '../../../../local/memory/memory-journal.ts';
import { aClock } from '../../../support/fakes.ts';

const anEntry = (overrides: Partial<JournalEntry> = {}): JournalEntry => ({
  id: 'id-1',
  action: 'replayed',
  at: '2026-11-22T03:00:00.000Z',
  by: 'arn:aws:iam::111122223333:user/ana',
  reason: 'mended',
  outcome: 'done',
  touched: [{ kind: 'lead', id: 'a' }],
  touchedCount: 1,
  ...overrides,
});

const listed = async (entries: readonly JournalEntry[], request: Partial<ActRequest> = {}) => {
  const journal = createMemoryJournal();
  for (const entry of entries) await journal.record(entry);
  const acts = await listActs({ countMax: 50, ...request }, { journal, clock: aClock() });
  return { ...acts, ids: acts.entries.map(({ id }) => id) };
};

describe('what operators did', () => {
  it('is listed with the newest first, of the last year', async () => {
    const acts = await listed([
      anEntry({ id: 'old', at: '2025-11-21T00:00:00.000Z' }),
      anEntry({ id: 'one', at: '2026-03-01T00:00:00.000Z' }),
      anEntry({ id: 'two', at: '2026-11-22T03:59:59.000Z' }),
    ]);

    expect(acts.ids).toEqual(['two', 'one']);
    expect(acts.from).toBe('2025-11-22T04:00:00.000Z');
  });

  it('is listed of a time, an action, a person, a lead', async () => {
    const entries = [
      anEntry({ id: 'early', at: '2026-11-20T00:00:00.000Z' }),
      anEntry({ id: 'closed', action: 'closed', at: '2026-11-21T00:00:00.000Z' }),
      anEntry({ id: 'bens', by: 'arn:aws:iam::111122223333:user/Ben' }),
      anEntry({ id: 'other', touched: [{ kind: 'lead', id: 'b' }] }),
    ];
    const day = Date.parse('2026-11-21T00:00:00.000Z');

    expect((await listed(entries, { fromMs: day, beforeMs: day + 1 })).ids).toEqual(['closed']);
    expect((await listed(entries, { action: 'closed' })).ids).toEqual(['closed']);
    expect((await listed(entries, { by: 'ben' })).ids).toEqual(['bens']);
    expect((await listed(entries, { touched: 'b' })).ids).toEqual(['other']);
  });

  it('goes on over pages until there are as many as are wanted, and says whether there are more', async () => {
    const entries = Array.from({ length: 450 }, (_, at) =>
      anEntry({
        id: `id-${at}`,
        at: new Date(Date.parse('2026-11-01T00:00:00.000Z') + at * 1_000).toISOString(),
        action: at === 0 ? 'closed' : 'replayed',
      }),
    );

    expect((await listed(entries, { action: 'closed' })).ids).toEqual(['id-0']);
    expect(await listed(entries, { countMax: 3 })).toMatchObject({
      ids: ['id-449', 'id-448', 'id-447'],
      hasMore: true,
    });
    expect((await listed(entries, { countMax: 450 })).hasMore).toBe(false);
  });
});
