import { describe, expect, it } from 'vitest';
import { failure } from '../../../../lambdas/core/failure.ts';
import { groupQuarantined } from '../../../../lambdas/operations/quarantine/group-quarantined.ts';
import { anUndeliveredRecord } from '../../../support/lead-builders.ts';

const NOW_MS = Date.parse('2026-11-22T12:00:00.000Z');
const DAY_MS = 86_400_000;
const AGE = { nowMs: NOW_MS, oldMs: 10 * DAY_MS };

const aQuarantined = (overrides: Parameters<typeof anUndeliveredRecord>[1]) =>
  anUndeliveredRecord('quarantined', { quarantineId: 'q', ...overrides });

describe('quarantined leads by their cause', () => {
  it('are counted, with their sources, times and keys', () => {
    const why = failure('crm_mandatory_missing', 'Industry', { field: 'Industry' });

    const groups = groupQuarantined(
      [
        aQuarantined({ key: 'b', failure: why, receivedAt: '2026-11-22T09:33:00.000Z' }),
        aQuarantined({ key: 'a', failure: why, receivedAt: '2026-11-22T04:10:00.000Z' }),
        aQuarantined({
          key: 'c',
          failure: why,
          source: 'partner',
          receivedAt: '2026-11-22T05:00:00.000Z',
        }),
      ],
      AGE,
    );

    expect(groups).toEqual([
      {
        failureClass: 'permanent',
        failureCode: 'crm_mandatory_missing',
        crmField: 'Industry',
        count: 3,
        message: 'Zoho requires a field that the lead does not have: Industry.',
        sources: [
          { source: 'website', count: 2 },
          { source: 'partner', count: 1 },
        ],
        oldestReceivedAt: '2026-11-22T04:10:00.000Z',
        newestReceivedAt: '2026-11-22T09:33:00.000Z',
        letterEndsSoon: 0,
        keys: ['a', 'c', 'b'],
      },
    ]);
  });

  it('come with the most urgent class first, and in it the largest group', () => {
    const codes = [
      'poison',
      'crm_invalid_data',
      'crm_invalid_data',
      'crm_unauthorized',
      'crm_duplicate_data',
    ] as const;

    const groups = groupQuarantined(
      codes.map((code, at) => aQuarantined({ key: `k${at}`, failure: failure(code) })),
      AGE,
    );

    expect(groups.map(({ failureCode }) => failureCode)).toEqual([
      'crm_unauthorized',
      'crm_invalid_data',
      'poison',
      'crm_duplicate_data',
    ]);
  });

  it('of one code are told apart by the field that Zoho refused, not by what is said of each', () => {
    const groups = groupQuarantined(
      [
        aQuarantined({
          key: 'a',
          failure: failure('crm_invalid_data', 'x', { field: 'Company' }),
        }),
        aQuarantined({
          key: 'b',
          failure: failure('crm_invalid_data', 'y', { field: 'Company' }),
        }),
        aQuarantined({ key: 'c', failure: failure('crm_invalid_data', 'x', { field: 'Phone' }) }),
      ],
      AGE,
    );

    expect(groups.map(({ crmField, count, message }) => [crmField, count, message])).toEqual([
      ['Company', 2, undefined],
      ['Phone', 1, 'Zoho refused a value: x.'],
    ]);
  });

  it('count those whose dead letter ends before long', () => {
    const sent = (days: number) => new Date(NOW_MS - days * DAY_MS).toISOString();
    const why = failure('poison');

    const [group] = groupQuarantined(
      [
        aQuarantined({ key: 'a', failure: why, dlqSentAt: sent(9) }),
        aQuarantined({ key: 'b', failure: why, dlqSentAt: sent(10) }),
        aQuarantined({ key: 'c', failure: why, dlqSentAt: sent(13) }),
        aQuarantined({ key: 'd', failure: why }),
      ],
      AGE,
    );

    expect(group?.letterEndsSoon).toBe(2);
  });
});
