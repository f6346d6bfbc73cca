import { describe, expect, it } from 'vitest';
import type { JournalEntry, Touched } from '../../../../../lambdas/core/journal.ts';
import { describeActs } from '../../../../../local/operator/status/audit-text.ts';

const PERSON: Touched = { kind: 'identity', id: 'hf_1' };
const LEAD: Touched = { kind: 'lead', id: 'website|lead.created|1' };

const whatOf = (touched: readonly Touched[], touchedCount = touched.length) => {
  const entry: JournalEntry = {
    id: 'a-1',
    action: 'erased',
    at: '2026-11-22T04:00:00.000Z',
    by: 'local',
    reason: 'ticket 4711',
    outcome: 'done',
    touched,
    touchedCount,
  };
  const acts = { entries: [entry], from: '2026-11-01T00:00:00.000Z', hasMore: false };
  return describeActs(acts, 'the stage prod', 200).join('\n');
};

describe('what an act touched', () => {
  it('is named where it is one thing', () => {
    expect(whatOf([LEAD])).toContain('erased website|lead.created|1');
  });

  it('is counted kind by kind', () => {
    expect(whatOf([PERSON, LEAD])).toContain('erased 1 person and 1 lead');
    expect(whatOf([PERSON, LEAD, LEAD])).toContain('erased 1 person and 2 leads');
  });

  it('is counted whole where an entry names a part of it', () => {
    expect(whatOf([PERSON, LEAD], 700)).toContain('erased 1 person and 699 leads');
  });
});
