import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { type FailureCode, failure } from '../../../lambdas/core/failure.ts';
import {
  backoffMs,
  breakerDeferralMs,
  decideRetry,
  deferralMs,
  type FailedTry,
} from '../../../lambdas/core/retry-schedule.ts';
import { T0 } from '../../support/event-builders.ts';

const LIMITS = defineConfig({ sources: { demo: { provider: 'typeform' } } }).delivery.retry;
const HOUR_MS = 3_600_000;

const aTry = (overrides: Partial<FailedTry> & { code?: FailureCode } = {}): FailedTry => ({
  failure: failure(overrides.code ?? 'crm_no_answer'),
  attempts: 1,
  receivedAtMs: T0,
  nowMs: T0,
  ...overrides,
});

describe('the retry schedule', () => {
  it('tries three times at once, twice after a second, then backs off to a minute', () => {
    const decisions = Array.from({ length: 13 }, (_, n) =>
      decideRetry(aTry({ attempts: n + 1 }), LIMITS, 0.5),
    );

    expect(decisions).toEqual([
      { kind: 'again', waitMs: 0 },
      { kind: 'again', waitMs: 0 },
      { kind: 'again', waitMs: 1_000 },
      { kind: 'again', waitMs: 1_000 },
      { kind: 'later', delayMs: 2_000 },
      { kind: 'later', delayMs: 4_000 },
      { kind: 'later', delayMs: 8_000 },
      { kind: 'later', delayMs: 16_000 },
      { kind: 'later', delayMs: 32_000 },
      { kind: 'later', delayMs: 60_000 },
      { kind: 'later', delayMs: 60_000 },
      { kind: 'later', delayMs: 60_000 },
      { kind: 'later', delayMs: 60_000 },
    ]);
  });

  it('slows down to five minutes once the attempts are used up, so that a long outage does not use up the receives', () => {
    const delays = [49, 50, 5_000].map((attempts) => decideRetry(aTry({ attempts }), LIMITS, 0.5));

    expect(delays).toEqual([
      { kind: 'later', delayMs: 60_000 },
      { kind: 'later', delayMs: 300_000 },
      { kind: 'later', delayMs: 300_000 },
    ]);
  });

  it('scatters delays by a fifth either way', () => {
    expect(backoffMs(6, LIMITS, 0)).toBe(3_200);
    expect(backoffMs(6, LIMITS, 0.999_999)).toBe(4_800);
    expect(backoffMs(49, LIMITS, 0.999_999)).toBe(72_000);
    expect(backoffMs(1_000, LIMITS, 0)).toBe(240_000);
  });

  it('never repeats a refusal for too many requests inside the invocation', () => {
    for (const code of [
      'crm_rate_limited',
      'crm_credits_exhausted',
      'crm_token_throttled',
    ] as const) {
      expect(decideRetry(aTry({ code }), LIMITS, 0.5)).toEqual({ kind: 'later', delayMs: 2_000 });
    }
  });

  it('lets what the CRM asks for win', () => {
    expect(decideRetry(aTry({ retryAfterMs: 37_000 }), LIMITS, 0.5)).toEqual({
      kind: 'later',
      delayMs: 37_000,
    });
  });

  it('lets no wish use up the receives: at least a second, and five minutes in a long outage', () => {
    expect(decideRetry(aTry({ retryAfterMs: 0 }), LIMITS, 0.5)).toEqual({
      kind: 'later',
      delayMs: 1_000,
    });
    expect(decideRetry(aTry({ retryAfterMs: 60_000, attempts: 50 }), LIMITS, 0.5)).toEqual({
      kind: 'later',
      delayMs: 300_000,
    });
  });

  it('gives up only when attempts and hours are both used up', () => {
    const attemptsOnly = aTry({ attempts: 500, nowMs: T0 + 72 * HOUR_MS - 1 });
    const hoursOnly = aTry({ attempts: 49, nowMs: T0 + 90 * HOUR_MS });
    const both = aTry({ attempts: 50, nowMs: T0 + 72 * HOUR_MS });

    expect(decideRetry(attemptsOnly, LIMITS, 0.5).kind).toBe('later');
    expect(decideRetry(hoursOnly, LIMITS, 0.5).kind).toBe('later');
    expect(decideRetry(both, LIMITS, 0.5)).toMatchObject({
      kind: 'give_up',
      failure: { code: 'retries_exhausted', class: 'permanent' },
    });
  });

  it('gives up a race after five attempts, with its own reason', () => {
    const code = 'crm_duplicate_data';

    expect(decideRetry(aTry({ code, attempts: 4 }), LIMITS, 0.5).kind).toBe('again');
    expect(decideRetry(aTry({ code, attempts: 5 }), LIMITS, 0.5)).toMatchObject({
      kind: 'give_up',
      failure: { code },
    });
  });

  it('gives permanent and authorization failures up at once', () => {
    for (const code of ['crm_invalid_data', 'crm_unauthorized', 'missing_identity'] as const) {
      expect(decideRetry(aTry({ code }), LIMITS, 0.5)).toMatchObject({
        kind: 'give_up',
        failure: { code },
      });
    }
  });

  it('never repeats a write to a locked record inside the invocation: the lock outlasts it', () => {
    const code = 'crm_record_locked';

    expect(decideRetry(aTry({ code }), LIMITS, 0.5)).toEqual({ kind: 'later', delayMs: 2_000 });
  });

  it('says what the last attempt ended with, and what the CRM called it, when it gives up', () => {
    const usedUp = { attempts: 50, nowMs: T0 + 72 * HOUR_MS };
    const named = failure('crm_unavailable', undefined, { code: 'INTERNAL_ERROR', field: 'Email' });

    const plain = decideRetry(aTry(usedUp), LIMITS, 0.5);
    const withParts = decideRetry(aTry({ ...usedUp, failure: named }), LIMITS, 0.5);

    expect(plain).toEqual({
      kind: 'give_up',
      failure: failure('retries_exhausted', 'the last one ended with crm_no_answer'),
    });
    expect(withParts).toEqual({
      kind: 'give_up',
      failure: failure('retries_exhausted', 'the last one ended with crm_unavailable', {
        code: 'INTERNAL_ERROR',
        field: 'Email',
      }),
    });
  });

  it('slows down to the longest delay when that is longer than the one for long outages', () => {
    const settings = { ...LIMITS, longDelayMs: 1_000 };

    expect(backoffMs(50, settings, 0.5)).toBe(60_000);
  });

  it('counts from the first delay for attempts that the invocation should have made', () => {
    expect(backoffMs(1, LIMITS, 0.5)).toBe(2_000);
    expect(backoffMs(40, { ...LIMITS, delayMaxMs: Number.MAX_SAFE_INTEGER }, 0.5)).toBe(
      2_000 * 2 ** 30,
    );
  });
});

describe('a message that nothing was tried for', () => {
  it('comes back after one to three seconds when another writer is at it', () => {
    expect(deferralMs(0)).toBe(1_000);
    expect(deferralMs(0.25)).toBe(1_500);
    expect(deferralMs(0.999_999)).toBe(3_000);
  });

  it('stays away for what the breaker asks for, and up to a fifth more', () => {
    expect(breakerDeferralMs(30_000, 0)).toBe(30_000);
    expect(breakerDeferralMs(30_000, 0.5)).toBe(33_000);
    expect(breakerDeferralMs(30_000, 0.999_999)).toBe(36_000);
  });
});
