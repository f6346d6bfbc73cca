import { describe, expect, it } from 'vitest';
import { failure } from '../../../../../lambdas/core/failure.ts';
import {
  groupPlanned,
  type QuarantineGroup,
} from '../../../../../lambdas/operations/quarantine/group-quarantined.ts';
import {
  describeClosed,
  describeClosePlan,
  describeQuarantine,
} from '../../../../../local/operator/quarantine/quarantine-text.ts';
import { describeActs } from '../../../../../local/operator/status/audit-text.ts';
import { anUndeliveredRecord } from '../../../../support/lead-builders.ts';

const aGroup = (overrides: Partial<QuarantineGroup> = {}): QuarantineGroup => ({
  failureClass: 'permanent',
  failureCode: 'crm_mandatory_missing',
  crmField: 'Industry',
  count: 12,
  message: 'Zoho requires a field that the lead does not have: Industry.',
  sources: [
    { source: 'website', count: 10 },
    { source: 'partner', count: 2 },
  ],
  oldestReceivedAt: '2026-11-22T04:10:00.000Z',
  newestReceivedAt: '2026-11-22T09:33:00.000Z',
  letterEndsSoon: 0,
  keys: ['website|form_submission|1'],
  ...overrides,
});

const CONTEXT = {
  target: 'the stage prod',
  options: ['--stage', 'prod'],
  words: ['--source', 'website'],
  letterDays: 14,
};

describe('what an operator reads of the quarantine', () => {
  it('is why leads lie there, how many, since when, from where, and what to do', () => {
    expect(describeQuarantine([aGroup()], false, CONTEXT)).toEqual([
      '12 leads in quarantine on the stage prod, by cause, the most urgent first:',
      '',
      '12 leads: Zoho requires a field that the lead does not have: Industry. (crm_mandatory_missing, permanent)',
      '  First received 2026-11-22 04:10:00 UTC, last 2026-11-22 09:33:00 UTC. Sources: website 10, partner 2.',
      "  What to do: Make it optional in Zoho's layout, or map something to it, then replay it.",
      "  Look at one:       npx holdfast quarantine show 'website|form_submission|1' --stage prod",
      '  Deliver them then: npx holdfast replay --source website --code crm_mandatory_missing --stage prod --reason "…"',
    ]);
  });

  it('warns when dead letters end soon, since the alarm then goes quiet', () => {
    const text = describeQuarantine([aGroup({ letterEndsSoon: 3 })], false, CONTEXT).join('\n');

    expect(text).toContain('3 have waited so long that the dead letter ends soon (after 14 days)');
  });

  it('is what leads of one cause have in common, where each says something else', () => {
    const { message: _message, ...group } = aGroup();

    expect(describeQuarantine([group], true, CONTEXT)).toEqual(
      expect.arrayContaining([
        '12 leads: Zoho requires a field that the lead does not have. Field: Industry. (crm_mandatory_missing, permanent)',
        'There may be more than are looked at here: narrow it down.',
      ]),
    );
  });

  it('is that it is empty', () => {
    expect(describeQuarantine([], false, { ...CONTEXT, words: [] })).toEqual([
      'No lead lies in quarantine on the stage prod.',
    ]);
    // A name that was typed wrongly must not look like an empty quarantine.
    expect(describeQuarantine([], false, { ...CONTEXT, words: ['--source', 'nosuch'] })).toEqual([
      'No lead lies in quarantine on the stage prod for --source nosuch.',
      'All that lie there:  npx holdfast quarantine list --stage prod',
    ]);
  });

  it('is which leads would be closed, and what was done', () => {
    const records = ['a', 'b'].map((key) =>
      anUndeliveredRecord('quarantined', { key, failure: failure('poison') }),
    );

    expect(describeClosePlan(groupPlanned(records), 'the stage prod')).toEqual([
      '2 leads to close on the stage prod:',
      '  2 × Delivery of this lead ended without a result several times, so it was set aside. (poison, permanent)',
      '',
      'Keys:',
      '  a',
      '  b',
    ]);
    expect(
      describeClosed(
        {
          closed: ['a'],
          superseded: ['c'],
          failed: [{ key: 'b', message: 'The event store is not available' }],
        },
        ['--stage', 'prod'],
      ),
    ).toEqual([
      '1 lead closed: not delivered, now or later. Who and why is recorded with each.',
      '1 lead left alone: no longer in the quarantine of the plan.',
      '1 lead NOT closed; still in quarantine:',
      '  b: The event store is not available',
      'Their dead letters could NOT be removed: the alarm on the dead-letter queue may stay on.',
      'It stays to be found:',
      '  npx holdfast lead find a --stage prod',
    ]);
  });
});

describe('what an operator reads of the journal', () => {
  it('is a line an act: when, who, what, why, and whether it failed', () => {
    const act = {
      id: 'id-1',
      at: '2026-11-22T04:00:00.000Z',
      by: 'arn:aws:sts::111122223333:assumed-role/Operator/ana',
      reason: 'Industry is optional now',
      outcome: 'done',
      touched: [{ kind: 'lead', id: 'website|form_submission|1' }],
      touchedCount: 1,
    } as const;

    const lines = describeActs(
      {
        entries: [
          { ...act, action: 'replayed' },
          { ...act, action: 'closed', touchedCount: 12, outcome: 'failed' },
          { ...act, action: 'paused', by: 'local', touched: [], touchedCount: 0, outcome: 'begun' },
        ],
        from: '2025-11-22T04:00:00.000Z',
        hasMore: true,
      },
      'the stage prod',
      200,
    );

    expect(lines.map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      '2026-11-22 04:00:00 UTC | assumed-role/Operator/ana | replayed website|form_submission|1 | Industry is optional now',
      '2026-11-22 04:00:00 UTC | assumed-role/Operator/ana | closed 12 leads | FAILED, in part or whole: Industry is optional now',
      '2026-11-22 04:00:00 UTC | local | paused deliveries | NOT KNOWN TO HAVE ENDED: Industry is optional now',
      '… and more: --limit, --from and --to show others',
    ]);
  });

  it('tells an act that found things as it wanted them from one that changed them', () => {
    const act = {
      id: 'a',
      at: '2026-11-22T04:00:00.000Z',
      by: 'local',
      reason: 'fields are moved',
      action: 'resumed',
      outcome: 'done',
    } as const;
    const breaker = { kind: 'breaker', id: 'breaker' } as const;

    const lines = describeActs(
      {
        entries: [
          { ...act, touched: [], touchedCount: 0 },
          { ...act, touched: [breaker], touchedCount: 1 },
        ],
        from: '2025-11-22T04:00:00.000Z',
        hasMore: false,
      },
      'the stage prod',
      200,
    );

    expect(lines[0]).toContain('resumed deliveries (was so)');
    expect(lines[1]).not.toContain('was so');
  });

  it('is that nothing is on record', () => {
    const acts = { entries: [], from: '2025-11-22T04:00:00.000Z', hasMore: false };

    expect(describeActs(acts, 'the stage prod', 100)).toEqual([
      'No act of an operator is on record on the stage prod since 2025-11-22 04:00:00 UTC.',
    ]);
  });
});
