import { describe, expect, it } from 'vitest';
import { TOUCHED_MAX } from '../../../../lambdas/core/journal.ts';
import type { OperatorJournal } from '../../../../lambdas/core/ports/journal.ts';
import { onRecord } from '../../../../lambdas/operations/journal/on-record.ts';
import { createMemoryJournal } from '../../../../local/memory/memory-journal.ts';
import { aClock, countingIds } from '../../../support/fakes.ts';
import { createRecordingLog } from '../../../support/recording-ports.ts';
import { T0 } from '../../../support/event-builders.ts';

const ACT = {
  action: 'replayed',
  by: 'arn:aws:iam::111122223333:user/ana',
  reason: 'mended',
  touched: [{ kind: 'lead', id: 'website|lead.created|1' }],
} as const;

const world = (journal: Pick<OperatorJournal, 'record'> & Partial<OperatorJournal>) => ({
  journal,
  clock: aClock(),
  ids: countingIds(),
  log: createRecordingLog(),
});

const entriesOf = async (journal: OperatorJournal) =>
  (await journal.list({ fromMs: T0 - 1, beforeMs: T0 + 1, limit: 10 })).entries;

describe('an operator’s act', () => {
  it('is on record before it is done, and once it is over', async () => {
    const journal = createMemoryJournal();
    let during: unknown;

    const result = await onRecord(ACT, world(journal), async () => {
      during = await entriesOf(journal);
      return { result: 'replayed 1' };
    });

    expect(result).toBe('replayed 1');
    expect(during).toMatchObject([{ ...ACT, outcome: 'begun', touchedCount: 1 }]);
    expect(await entriesOf(journal)).toMatchObject([{ ...ACT, outcome: 'done' }]);
  });

  it('is not done when it cannot be put on record', async () => {
    let isDone = false;
    const journal = { record: async () => await Promise.reject(new Error('no table')) };

    const act = onRecord(ACT, world(journal), async () => {
      isDone = true;
      return { result: undefined };
    });

    await expect(act).rejects.toThrow('no table');
    expect(isDone).toBe(false);
  });

  it('says what it touched in the end, how many, and that some of it failed', async () => {
    const journal = createMemoryJournal();
    const touched = Array.from({ length: TOUCHED_MAX + 3 }, (_, n) => ({
      kind: 'lead' as const,
      id: `website|lead.created|${n}`,
    }));

    await onRecord(ACT, world(journal), async () => ({ result: 1, touched, hasFailed: true }));

    const [entry] = await entriesOf(journal);
    expect(entry).toMatchObject({ outcome: 'failed', touchedCount: TOUCHED_MAX + 3 });
    expect(entry?.touched).toEqual(touched.slice(0, TOUCHED_MAX));
  });

  it('failed, when it throws', async () => {
    const journal = createMemoryJournal();

    const act = onRecord(ACT, world(journal), async () => {
      throw new Error('the queue is gone');
    });

    await expect(act).rejects.toThrow('the queue is gone');
    expect(await entriesOf(journal)).toMatchObject([{ outcome: 'failed' }]);
  });

  it('stays done when its end cannot be put on record', async () => {
    let calls = 0;
    const journal = {
      record: async () => {
        calls += 1;
        if (calls === 2) throw new Error('no table');
      },
    };

    const result = await onRecord(ACT, world(journal), async () => ({ result: 'done' }));

    expect([result, calls]).toEqual(['done', 2]);
  });
});
