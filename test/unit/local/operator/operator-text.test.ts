import { describe, expect, it } from 'vitest';
import { failure } from '../../../../lambdas/core/failure.ts';
import type {
  ReplayItem,
  ReplayPlan,
} from '../../../../lambdas/operations/quarantine/replay-plan.ts';
import { describePlan, describeResult } from '../../../../local/operator/quarantine/replay-text.ts';
import { describeBreakerRemedy } from '../../../../local/operator/delivery/breaker-remedy.ts';
import { describeBreaker } from '../../../../local/operator/delivery/run-breaker.ts';
import { shellWord } from '../../../../local/operator/text/shell-word.ts';

const anItem = (overrides: Partial<ReplayItem> = {}): ReplayItem => ({
  key: 'demo|form_response|1',
  quarantineId: 'q',
  source: 'demo',
  receivedAt: '2026-11-22T04:00:00.000Z',
  failure: failure('crm_invalid_data', 'Company', { code: 'INVALID_DATA', field: 'Company' }),
  ...overrides,
});

const aPlan = (overrides: Partial<ReplayPlan> = {}): ReplayPlan => ({
  remap: false,
  items: [anItem()],
  skipped: [],
  hasMore: false,
  ...overrides,
});

const COMMANDS = { again: 'npx holdfast replay', breaker: 'npx holdfast breaker status' };

describe('what an operator reads', () => {
  it('of a plan says how many leads, why they failed in plain words, and which they are', () => {
    const newer = anItem({ key: 'demo|form_response|2', receivedAt: '2026-11-22T05:30:00.000Z' });

    expect(describePlan(aPlan({ items: [anItem(), newer] }), 'the stage prod')).toEqual([
      '2 leads to replay on the stage prod, received 2026-11-22 04:00:00 UTC to 2026-11-22 05:30:00 UTC:',
      '',
      '  2 × crm_invalid_data (permanent), source demo',
      '    Zoho refused a value. Fields: Company.',
      '',
      'Keys:',
      '  demo|form_response|1',
      '  demo|form_response|2',
    ]);
  });

  it('of leads that failed alike says what was recorded, and of others what they have in common', () => {
    const gone = failure('details_unreadable', 'its source is no longer configured');
    const large = failure('details_unreadable', 'the answer is too large');
    const whyOf = (...failures: (typeof gone)[]) =>
      describePlan(aPlan({ items: failures.map((each) => anItem({ failure: each })) }), 'x')[3];

    expect(whyOf(gone, gone)).toBe(
      '    What the provider says of the submission cannot be read: its source is no longer configured.',
    );
    expect(whyOf(gone, large)).toBe('    What the provider says of the submission cannot be read.');
  });

  it('of many leads shows some keys and says how to see all', () => {
    const items = Array.from({ length: 25 }, (_, index) => anItem({ key: `k${index}` }));

    const lines = describePlan(aPlan({ items }), 'x');

    expect(lines.filter((line) => /^ {2}k\d/.test(line))).toHaveLength(20);
    expect(lines.at(-1)).toBe('  … and 5 more (--json lists all)');
  });

  it('of a mapping anew says what would change, in counts', () => {
    const change = { company: { added: 1, changed: 0, removed: 0 } };
    const items = [anItem({ change }), anItem({ change: {} })];

    expect(describePlan(aPlan({ remap: true, items }), 'x').slice(-2)).toEqual([
      'Mapped anew with holdfast.config.ts as it is here, 1 lead would change (keys stay):',
      '  company  added in 1',
    ]);
  });

  it('of what is left out says why', () => {
    const skipped = [{ key: 'k', why: 'delivered' as const }];

    expect(describePlan(aPlan({ items: [], skipped }), 'x')).toEqual([
      'No lead to replay on x.',
      '',
      '1 lead left out:',
      '  1 × delivered already; a replay would change nothing',
      '    k',
    ]);
  });

  it('of a replay says what failed and what may be left', () => {
    const lines = describeResult(
      {
        enqueued: [],
        mappedAnew: 0,
        superseded: ['s'],
        failed: [{ key: 'f', message: 'The delivery queue is not available' }],
      },
      COMMANDS,
    );

    expect(lines).toEqual([
      'No lead was put on the delivery queue.',
      '1 lead left alone: no longer in the quarantine of the plan.',
      '1 lead NOT replayed; still in quarantine:',
      '  f: The delivery queue is not available',
      'Their dead letters could NOT be removed: the alarm on the dead-letter queue may stay on.',
    ]);
  });

  it('of an open breaker says why, and who ends it', () => {
    const status = {
      state: 'open',
      reason: 'authorization',
      openedAt: '2026-11-22T04:00:00.000Z',
      failuresInRow: 0,
    } as const;

    expect(describeBreaker(status, 'x')).toEqual([
      'The breaker of x is OPEN: Zoho no longer accepts the credentials; mend them, then close it.',
      'Since 2026-11-22 04:00:00 UTC, until a person closes it. Leads are taken in and wait.',
    ]);
  });

  it.each([
    ['operator', ['npx holdfast resume --port 4600 --reason "…"']],
    ['failures', ['ends by itself', 'npx holdfast breaker close --port 4600 --reason "…"']],
    ['credits', ['ends by itself']],
    [
      'authorization',
      [
        'npx holdfast doctor --port 4600',
        'npx holdfast zoho rotate --port 4600 --reason "…"',
        'npx holdfast breaker close --port 4600 --reason "…"',
        'npx holdfast quarantine list --port 4600',
      ],
    ],
    ['misconfigured', ['npx holdfast mapping check --port 4600', 'npx holdfast breaker close']],
  ] as const)('of a standstill by %s says what ends it', (reason, expected) => {
    const text = describeBreakerRemedy({ state: 'open', reason, failuresInRow: 0 }, [
      '--port',
      '4600',
    ]).join('\n');

    for (const part of expected) expect(text).toContain(part);
  });

  it('of a breaker that is closed, or tries, asks for nothing', () => {
    const closed = { state: 'closed', failuresInRow: 0 } as const;
    const trying = { state: 'half_open', reason: 'failures', failuresInRow: 5 } as const;

    expect([closed, trying].flatMap((each) => describeBreakerRemedy(each, []))).toEqual([]);
  });

  it('is a command that a shell takes as it is', () => {
    expect(['--key', 'demo|form_response|1', '2026-11-22T04:00+01:00'].map(shellWord)).toEqual([
      '--key',
      "'demo|form_response|1'",
      '2026-11-22T04:00+01:00',
    ]);
  });
});
