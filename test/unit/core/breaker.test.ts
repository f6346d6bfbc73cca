import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterCall,
  type Breaker,
  type BreakerSettings,
  type CallResult,
  closed,
  gateOf,
  isCrmFailure,
  NEW_BREAKER,
  openedForGood,
  withoutProbe,
  withProbe,
} from '../../../lambdas/core/breaker.ts';
import { FAILURE_CODES, type FailureCode, failure } from '../../../lambdas/core/failure.ts';
import { T0 } from '../../support/event-builders.ts';

const SETTINGS: BreakerSettings = {
  breaker: {
    failuresInRowMax: 3,
    windowSeconds: 60,
    windowCallsMin: 8,
    windowFailureShareMax: 0.5,
    openMs: 30_000,
    openMaxMs: 100_000,
    probeLeaseMs: 90_000,
  },
  credits: { reserve: 500, slowBelow: 1_000, slowDownMs: 5_000, pauseMs: 900_000 },
};

const GOOD: CallResult = {};
const BAD = failed('crm_unavailable');

function failed(code: FailureCode): CallResult {
  return { failure: failure(code) };
}

/** The breaker after calls of one consumer, a second apart, the first at `T0`. */
function afterCalls(results: readonly CallResult[], start = NEW_BREAKER): Breaker {
  return results.reduce(
    (breaker, result, index) => afterCall(breaker, 'a', result, T0 + index * 1_000, SETTINGS),
    start,
  );
}

/** A breaker that three failures in a row opened at `T0`, for 30 seconds. */
function anOpenBreaker(overrides: Partial<Breaker> = {}): Breaker {
  return {
    ...NEW_BREAKER,
    revision: 7,
    state: 'open',
    reason: 'failures',
    openedAtMs: T0,
    openUntilMs: T0 + 30_000,
    openForMs: 30_000,
    failuresInRow: 3,
    windowStartedAtMs: T0,
    windowCalls: 3,
    windowFailures: 3,
    ...overrides,
  };
}

/** The same, half open: its time is over, and `probe` has the lease to try. */
function aProbedBreaker(overrides: Partial<Breaker> = {}): Breaker {
  return withProbe(anOpenBreaker(overrides), 'probe', T0 + 120_000);
}

const PROBED_AT = T0 + 31_000;

describe('a closed breaker', () => {
  it('lets calls through at once', () => {
    expect(gateOf(NEW_BREAKER, 'a', T0, SETTINGS)).toEqual({ kind: 'closed', waitMs: 0 });
  });

  it('is not written while all goes well', () => {
    expect(afterCalls([GOOD, { creditsRemaining: 1_000 }, GOOD])).toBe(NEW_BREAKER);
  });

  it('opens at the last failure in a row that it bears, for the first time span', () => {
    const before = afterCalls([BAD, BAD]);
    const after = afterCalls([BAD, BAD, BAD]);

    expect(before).toEqual({
      ...NEW_BREAKER,
      failuresInRow: 2,
      windowStartedAtMs: T0,
      windowCalls: 2,
      windowFailures: 2,
    });
    expect(after).toEqual({
      ...NEW_BREAKER,
      state: 'open',
      reason: 'failures',
      openedAtMs: T0 + 2_000,
      openUntilMs: T0 + 32_000,
      openForMs: 30_000,
      failuresInRow: 3,
      windowStartedAtMs: T0,
      windowCalls: 3,
      windowFailures: 3,
    });
  });

  it('counts failures in a row anew after a success', () => {
    const breaker = afterCalls([BAD, BAD, GOOD, BAD, BAD]);

    expect(breaker).toMatchObject({ state: 'closed', failuresInRow: 2, windowCalls: 5 });
  });

  it('opens when half of the fewest calls that tell have failed', () => {
    const seven = afterCalls([BAD, GOOD, BAD, GOOD, BAD, GOOD, BAD]);
    const eight = afterCalls([GOOD, BAD, GOOD, BAD, GOOD, BAD, GOOD, BAD, BAD]);

    expect(seven).toMatchObject({ state: 'closed', windowCalls: 7, windowFailures: 4 });
    expect(eight).toMatchObject({
      state: 'open',
      reason: 'failures',
      failuresInRow: 2,
      windowCalls: 8,
      windowFailures: 5,
    });
  });

  it('opens at the very share that is too much, and not below it', () => {
    const half = afterCalls([BAD, GOOD, BAD, GOOD, BAD, GOOD, GOOD, BAD]);
    const less = afterCalls([BAD, GOOD, BAD, GOOD, BAD, GOOD, GOOD, GOOD, BAD]);

    expect(half).toMatchObject({ state: 'open', windowCalls: 8, windowFailures: 4 });
    expect(less).toMatchObject({ state: 'closed', windowCalls: 9, windowFailures: 4 });
  });

  it('is never opened by a success, however many failed before', () => {
    const breaker = afterCalls([BAD, BAD, GOOD, BAD, BAD, GOOD, GOOD, GOOD]);

    expect(breaker).toMatchObject({ state: 'closed', windowCalls: 8, windowFailures: 4 });
  });

  it('begins a new window with a failure once the last one is over', () => {
    const one = afterCalls([BAD]);

    const within = afterCall(one, 'a', BAD, T0 + 59_999, SETTINGS);
    const beyond = afterCall(one, 'a', BAD, T0 + 60_000, SETTINGS);

    expect(within).toMatchObject({ windowStartedAtMs: T0, windowCalls: 2, windowFailures: 2 });
    expect(beyond).toMatchObject({
      windowStartedAtMs: T0 + 60_000,
      windowCalls: 1,
      windowFailures: 1,
      failuresInRow: 2,
    });
  });

  it('forgets its failures with a success once the window is over, and is quiet again', () => {
    const one = afterCalls([BAD]);

    const within = afterCall(one, 'a', GOOD, T0 + 59_999, SETTINGS);
    const beyond = afterCall(one, 'a', GOOD, T0 + 60_000, SETTINGS);

    expect(within).toMatchObject({ failuresInRow: 0, windowCalls: 2, windowFailures: 1 });
    expect(beyond).toMatchObject({ failuresInRow: 0, windowCalls: 0, windowFailures: 0 });
    expect(afterCall(beyond, 'a', GOOD, T0 + 60_001, SETTINGS)).toBe(beyond);
  });

  it('still counts successes while there are failures in the window only', () => {
    const breaker = afterCalls([BAD, GOOD, GOOD]);

    expect(breaker).toMatchObject({ failuresInRow: 0, windowCalls: 3, windowFailures: 1 });
  });

  it('still counts a row of failures that began in an earlier window', () => {
    const breaker = { ...NEW_BREAKER, failuresInRow: 2, windowFailures: 0 };

    expect(afterCall(breaker, 'a', GOOD, T0, SETTINGS)).toMatchObject({ failuresInRow: 0 });
  });
});

describe('an open breaker', () => {
  it('lets nothing through until its time is over', () => {
    const breaker = anOpenBreaker();

    expect(gateOf(breaker, 'a', T0 + 29_999, SETTINGS).kind).toBe('open');
    expect(gateOf(breaker, 'a', T0 + 30_000, SETTINGS)).toEqual({ kind: 'probe' });
  });

  it('sends away for what is left, but never for less than the time it was opened for', () => {
    const early = gateOf(anOpenBreaker(), 'a', T0 - 10_000, SETTINGS);
    const late = gateOf(anOpenBreaker(), 'a', T0 + 29_000, SETTINGS);

    expect(early).toEqual({ kind: 'open', delayMs: 40_000 });
    expect(late).toEqual({ kind: 'open', delayMs: 30_000 });
  });

  it('takes the longest opening for one of which it is not told how long it was', () => {
    const { openForMs: _, ...breaker } = anOpenBreaker();

    expect(gateOf(breaker, 'a', T0 + 29_000, SETTINGS)).toEqual({ kind: 'open', delayMs: 100_000 });
  });

  it('sends away for the longest opening at most, once little of a long pause is left', () => {
    const breaker = anOpenBreaker({ openUntilMs: T0 + 900_000, openForMs: 900_000 });

    expect(gateOf(breaker, 'a', T0 + 899_000, SETTINGS)).toEqual({
      kind: 'open',
      delayMs: 100_000,
    });
    expect(gateOf(breaker, 'a', T0, SETTINGS)).toEqual({ kind: 'open', delayMs: 900_000 });
  });

  it.each([
    ['good', GOOD],
    ['bad', BAD],
    ['that credits are used up', failed('crm_credits_exhausted')],
    ['that credits are few', { creditsRemaining: 1 }],
  ])('is not changed by a late answer of a call made before: %s', (_, result) => {
    const breaker = anOpenBreaker();

    expect(afterCall(breaker, 'a', result, T0 + 5_000, SETTINGS)).toBe(breaker);
  });
});

describe('a half-open breaker', () => {
  it('gives the lease to probe to one at a time', () => {
    const breaker = aProbedBreaker();

    expect(gateOf(breaker, 'probe', PROBED_AT, SETTINGS)).toEqual({ kind: 'probe' });
    expect(gateOf(breaker, 'other', T0 + 119_999, SETTINGS)).toEqual({
      kind: 'probing',
      delayMs: 30_000,
    });
    expect(gateOf(breaker, 'other', T0 + 120_000, SETTINGS)).toEqual({ kind: 'probe' });
  });

  it('is open to the next one when the lease is given back', () => {
    const breaker = withoutProbe(aProbedBreaker());

    expect(breaker).toEqual(anOpenBreaker());
    expect(gateOf(breaker, 'other', PROBED_AT, SETTINGS)).toEqual({ kind: 'probe' });
  });

  it('takes a lease without an end for one that has ended', () => {
    const breaker = anOpenBreaker({ probeToken: 'probe' });

    expect(gateOf(breaker, 'other', PROBED_AT, SETTINGS)).toEqual({ kind: 'probe' });
  });

  it('sends others away for the longest opening at most', () => {
    const breaker = aProbedBreaker({ openForMs: 900_000 });

    expect(gateOf(breaker, 'other', PROBED_AT, SETTINGS)).toEqual({
      kind: 'probing',
      delayMs: 100_000,
    });
  });

  it('closes when the probe’s call succeeds, and forgets all but its revision', () => {
    const breaker = afterCall(aProbedBreaker(), 'probe', GOOD, PROBED_AT, SETTINGS);

    expect(breaker).toEqual({ ...NEW_BREAKER, revision: 7 });
  });

  it('is not changed by the call of another', () => {
    const breaker = aProbedBreaker();

    expect(afterCall(breaker, 'other', GOOD, PROBED_AT, SETTINGS)).toBe(breaker);
    expect(afterCall(breaker, 'other', BAD, PROBED_AT, SETTINGS)).toBe(breaker);
  });

  it('opens again for twice the time when the probe’s call fails, and the lease is free', () => {
    const breaker = afterCall(aProbedBreaker(), 'probe', BAD, PROBED_AT, SETTINGS);

    expect(breaker).toEqual(
      anOpenBreaker({ openUntilMs: PROBED_AT + 60_000, openForMs: 60_000, openedAtMs: T0 }),
    );
  });

  it('doubles up to the longest opening, and no further', () => {
    const lengths: (number | undefined)[] = [];
    let breaker = aProbedBreaker();

    for (let probe = 0; probe < 3; probe++) {
      breaker = afterCall(breaker, 'probe', BAD, PROBED_AT, SETTINGS);
      lengths.push(breaker.openForMs);
      breaker = withProbe(breaker, 'probe', T0 + 120_000);
    }

    expect(lengths).toEqual([60_000, 100_000, 100_000]);
  });

  it('opens for the first time span when it is not told how long the last one was', () => {
    const { openForMs: _for, openedAtMs: _at, ...breaker } = aProbedBreaker();

    expect(afterCall(breaker, 'probe', BAD, PROBED_AT, SETTINGS)).toMatchObject({
      openForMs: 30_000,
      openedAtMs: PROBED_AT,
    });
  });
});

describe('the reserve of API credits', () => {
  it('slows calls down once fewer are left than the setting says', () => {
    const enough = afterCalls([{ creditsRemaining: 1_000 }]);
    const few = afterCalls([{ creditsRemaining: 999 }]);

    expect(gateOf(enough, 'a', T0, SETTINGS)).toEqual({ kind: 'closed', waitMs: 0 });
    expect(gateOf(few, 'a', T0, SETTINGS)).toEqual({ kind: 'closed', waitMs: 5_000 });
  });

  it('does not slow calls down at the very number', () => {
    const breaker = { ...NEW_BREAKER, creditsRemaining: 1_000 };

    expect(gateOf(breaker, 'a', T0, SETTINGS)).toEqual({ kind: 'closed', waitMs: 0 });
  });

  it('stops calls before it is touched', () => {
    const last = afterCalls([{ creditsRemaining: 500 }]);
    const touched = afterCalls([{ creditsRemaining: 499 }]);

    expect(last).toEqual({ ...NEW_BREAKER, creditsRemaining: 500 });
    expect(touched).toEqual({
      ...NEW_BREAKER,
      state: 'open',
      reason: 'credits',
      openedAtMs: T0,
      openUntilMs: T0 + 900_000,
      openForMs: 900_000,
      creditsRemaining: 499,
    });
  });

  it.each([
    ['the CRM names enough', { creditsRemaining: 1_000 }],
    ['the CRM no longer names them', GOOD],
  ])('is forgotten once %s', (_, result) => {
    const few = afterCalls([{ creditsRemaining: 700 }]);

    expect(afterCall(few, 'a', result, T0, SETTINGS)).toEqual(NEW_BREAKER);
  });

  it('stays known through a failure that does not name them', () => {
    const few = afterCalls([{ creditsRemaining: 700 }]);

    const after = afterCall(few, 'a', BAD, T0, SETTINGS);

    expect(after).toMatchObject({ state: 'closed', failuresInRow: 1, creditsRemaining: 700 });
    expect(gateOf(after, 'a', T0, SETTINGS)).toEqual({ kind: 'closed', waitMs: 5_000 });
  });

  it('is forgotten through a failure that names enough', () => {
    const few = afterCalls([{ creditsRemaining: 700 }]);

    const after = afterCall(few, 'a', { ...BAD, creditsRemaining: 1_000 }, T0, SETTINGS);

    expect(after).toMatchObject({ state: 'closed', failuresInRow: 1 });
    expect(after).not.toHaveProperty('creditsRemaining');
  });

  it('is noted beside failures that do not open', () => {
    const breaker = afterCalls([{ ...BAD, creditsRemaining: 700 }]);

    expect(breaker).toMatchObject({ state: 'closed', failuresInRow: 1, creditsRemaining: 700 });
  });

  it('pauses at the first refusal for want of credits', () => {
    const breaker = afterCalls([failed('crm_credits_exhausted')]);

    expect(breaker).toMatchObject({
      state: 'open',
      reason: 'credits',
      openedAtMs: T0,
      openUntilMs: T0 + 900_000,
      openForMs: 900_000,
    });
  });

  it('pauses again when the probe is refused for want of credits', () => {
    const breaker = aProbedBreaker({ reason: 'credits', openForMs: 900_000 });

    const after = afterCall(breaker, 'probe', failed('crm_credits_exhausted'), PROBED_AT, SETTINGS);

    expect(after).toEqual(
      anOpenBreaker({
        reason: 'credits',
        openUntilMs: PROBED_AT + 900_000,
        openForMs: 900_000,
      }),
    );
  });

  it('pauses again when the probe succeeds and finds it touched', () => {
    const after = afterCall(
      aProbedBreaker(),
      'probe',
      { creditsRemaining: 10 },
      PROBED_AT,
      SETTINGS,
    );

    expect(after).toMatchObject({
      state: 'open',
      reason: 'credits',
      openUntilMs: PROBED_AT + 900_000,
      creditsRemaining: 10,
      failuresInRow: 0,
    });
    expect(after.probeToken).toBeUndefined();
  });

  it('does not hide since when nothing gets through, when the probe finds it touched', () => {
    const { openedAtMs: _at, ...unknown } = aProbedBreaker();
    const touched = { creditsRemaining: 10 };

    const known = afterCall(aProbedBreaker(), 'probe', touched, PROBED_AT, SETTINGS);
    const fromNow = afterCall(unknown, 'probe', touched, PROBED_AT, SETTINGS);

    expect(known.openedAtMs).toBe(T0);
    expect(fromNow.openedAtMs).toBe(PROBED_AT);
  });

  it('slows calls down when the probe succeeds and finds few', () => {
    const after = afterCall(
      aProbedBreaker(),
      'probe',
      { creditsRemaining: 999 },
      PROBED_AT,
      SETTINGS,
    );

    expect(after).toEqual({ ...NEW_BREAKER, revision: 7, creditsRemaining: 999 });
  });
});

describe('a breaker that only a person can close', () => {
  it.each([
    ['crm_unauthorized', 'authorization'],
    ['crm_forbidden', 'authorization'],
    ['crm_misconfigured', 'misconfigured'],
  ] as const)('is what a single %s makes of a closed one', (code, reason) => {
    const breaker = afterCalls([failed(code)]);

    expect(breaker).toEqual({ ...NEW_BREAKER, state: 'open', reason, openedAtMs: T0 });
  });

  it('is what it makes of an open one too, whoever called, and no lease or end is left', () => {
    const breaker = afterCall(
      aProbedBreaker(),
      'other',
      failed('crm_unauthorized'),
      PROBED_AT,
      SETTINGS,
    );
    const { openUntilMs: _until, openForMs: _for, ...rest } = anOpenBreaker();

    expect(breaker).toEqual({ ...rest, reason: 'authorization', openedAtMs: PROBED_AT });
  });

  it('lets nobody try, ever', () => {
    const breaker = openedForGood(NEW_BREAKER, 'operator', T0);

    expect(gateOf(breaker, 'a', T0 + 1_000_000_000, SETTINGS)).toEqual({
      kind: 'open',
      delayMs: 100_000,
    });
  });

  it.each([
    ['a success', GOOD],
    ['a failure', BAD],
    ['another refusal', failed('crm_misconfigured')],
  ])('is not changed by %s', (_, result) => {
    const breaker = { ...openedForGood(NEW_BREAKER, 'authorization', T0), probeToken: 'a' };

    expect(afterCall(breaker, 'a', result, T0 + 1_000, SETTINGS)).toBe(breaker);
  });

  it('keeps its revision when a person closes it, and nothing else', () => {
    const breaker = closed(openedForGood(aProbedBreaker(), 'operator', T0));

    expect(breaker).toEqual({ ...NEW_BREAKER, revision: 7 });
    expect(gateOf(breaker, 'a', T0, SETTINGS).kind).toBe('closed');
  });

  it('remembers who last changed it by hand when it is closed, by a person or by a probe', () => {
    const operator = { by: 'local', reason: 'maintenance', atMs: T0 };

    const byHand = closed({ ...openedForGood(NEW_BREAKER, 'operator', T0), operator });
    const byProbe = afterCall(aProbedBreaker({ operator }), 'probe', GOOD, PROBED_AT, SETTINGS);

    expect(byHand).toEqual({ ...NEW_BREAKER, operator });
    expect(byProbe).toEqual({ ...NEW_BREAKER, revision: 7, operator });
  });
});

describe('failures that count', () => {
  it('are those that say something about the CRM as a whole', () => {
    expect(FAILURE_CODES.filter((code) => isCrmFailure(failure(code)))).toEqual([
      'crm_no_answer',
      'crm_unavailable',
      'crm_rate_limited',
      'crm_credits_exhausted',
      'crm_bad_answer',
      'crm_token_throttled',
      'crm_token_unavailable',
      'crm_misconfigured',
      'crm_unauthorized',
      'crm_forbidden',
    ]);
  });
});

describe('whatever is answered, a breaker', () => {
  const result = fc.record(
    {
      failure: fc
        .constantFrom(...FAILURE_CODES.filter((code) => isCrmFailure(failure(code))))
        .map((code) => failure(code)),
      creditsRemaining: fc.nat(1_500),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<CallResult>;
  const step = fc.record({ result, token: fc.constantFrom('a', 'b'), afterMs: fc.nat(40_000) });

  it('never has a probe, an end or a reason while it is closed, nor lets two probe', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let breaker = NEW_BREAKER;
        let nowMs = T0;

        for (const { result: answer, token, afterMs } of steps) {
          nowMs += afterMs;
          if (gateOf(breaker, token, nowMs, SETTINGS).kind === 'probe') {
            breaker = withProbe(breaker, token, nowMs + SETTINGS.breaker.probeLeaseMs);
            const other = token === 'a' ? 'b' : 'a';
            expect(gateOf(breaker, other, nowMs, SETTINGS).kind).toBe('probing');
          }
          breaker = afterCall(breaker, token, answer, nowMs, SETTINGS);
          if (breaker.state === 'closed') {
            expect(breaker).not.toHaveProperty('openUntilMs');
            expect(breaker).not.toHaveProperty('probeToken');
            expect(breaker).not.toHaveProperty('reason');
            expect(breaker.failuresInRow).toBeLessThan(SETTINGS.breaker.failuresInRowMax);
          } else {
            expect(breaker.reason).toBeDefined();
          }
        }
      }),
    );
  });
});
