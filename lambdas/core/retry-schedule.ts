/**
 * When a failed delivery is tried again.
 *
 * ```
 * attempt   1    2    3    4     5    │ 6    7    8    9    10    11, 12, …
 * wait      0 s  0 s  1 s  1 s  (2 s) │ 4 s  8 s  16 s 32 s 60 s  60 s        (±20 %)
 *           inside one invocation     │ the message is hidden meanwhile
 * ```
 *
 * From `attemptsMax` on it is 300 s. That is for long outages: SQS gives a message up after 1,000
 * receives, which one a minute would use up in 17 hours.
 *
 * A refusal for too many requests is never repeated inside the invocation, and what the CRM asks for
 * in `Retry-After` wins over the schedule.
 */
import { type Failure, failure } from './failure.ts';
import { LONG_OUTAGE_DELAY_MS, RETRY_DELAY_MS_MAX } from './pipeline-limits.ts';

/** When a lead may be given up. */
export interface RetryLimits {
  /** Attempts before a lead may be given up, 1 or more. */
  readonly attemptsMax: number;
  /** Hours since it was received before a lead may be given up; both limits must be reached. */
  readonly retryForHours: number;
  /** Attempts for refusals that may come from a race. */
  readonly raceAttemptsMax: number;
}

/** What is known when an attempt has failed. Times in milliseconds. */
export interface FailedTry {
  readonly failure: Failure;
  /** CRM calls made for the event, 1 or more. */
  readonly attempts: number;
  readonly receivedAtMs: number;
  readonly nowMs: number;
  readonly retryAfterMs?: number;
}

/**
 * - `again`: inside this invocation, after `waitMs`
 * - `later`: in another one, after `delayMs`
 * - `give_up`: quarantine, with the failure that says why
 */
export type RetryDecision =
  | { readonly kind: 'again'; readonly waitMs: number }
  | { readonly kind: 'later'; readonly delayMs: number }
  | { readonly kind: 'give_up'; readonly failure: Failure };

const IMMEDIATE_ATTEMPTS = 3;
const IN_INVOCATION_ATTEMPTS = 5;
const IN_INVOCATION_WAIT_MS = 1_000;
const JITTER = 0.2;
const HOUR_MS = 3_600_000;
const RETRY_AFTER_MS_MIN = 1_000;

/** @param random uniform in [0, 1) */
export function decideRetry(tried: FailedTry, limits: RetryLimits, random: number): RetryDecision {
  switch (tried.failure.class) {
    case 'permanent':
    case 'authorization':
      return { kind: 'give_up', failure: tried.failure };
    case 'potentially_retryable':
      return tried.attempts >= limits.raceAttemptsMax
        ? { kind: 'give_up', failure: tried.failure }
        : nextTry(tried, limits, random);
    case 'retryable':
      return isExhausted(tried, limits)
        ? {
            kind: 'give_up',
            failure: failure(
              'retries_exhausted',
              `the last one ended with ${tried.failure.code}`,
              crmPartOf(tried.failure),
            ),
          }
        : nextTry(tried, limits, random);
  }
}

/**
 * How long a message stays hidden before attempt `attempts + 1`.
 *
 * Jitter keeps leads that failed together from retrying together.
 *
 * @param attempts CRM calls made so far, 1 or more
 * @param random uniform in [0, 1)
 * @param attemptsMax from here on the waits are long
 * @returns milliseconds, 1,600–72,000; 240,000–360,000 from `attemptsMax` on
 */
export function backoffMs(
  attempts: number,
  random: number,
  attemptsMax = Number.POSITIVE_INFINITY,
): number {
  const steps = Math.max(0, attempts - IN_INVOCATION_ATTEMPTS);
  const baseMs =
    attempts >= attemptsMax
      ? LONG_OUTAGE_DELAY_MS
      : Math.min(RETRY_DELAY_MS_MAX, 2_000 * 2 ** Math.min(steps, 10));
  return Math.round(baseMs * (1 - JITTER + 2 * JITTER * random));
}

/**
 * How long to stay away from an identity that another writer holds: 1–3 s, scattered, so that those
 * who wait do not come back together.
 *
 * @param random uniform in [0, 1)
 * @returns milliseconds, 1,000–3,000
 */
export function deferralMs(random: number): number {
  return Math.round(1_000 + 2_000 * random);
}

function isExhausted(tried: FailedTry, limits: RetryLimits): boolean {
  // Both limits, not either: fifty attempts are over within an hour, and an outage of the CRM that
  // lasts longer must not set good leads aside.
  return (
    tried.attempts >= limits.attemptsMax &&
    tried.nowMs - tried.receivedAtMs >= limits.retryForHours * HOUR_MS
  );
}

function nextTry(tried: FailedTry, limits: RetryLimits, random: number): RetryDecision {
  if (tried.retryAfterMs !== undefined) {
    // Its wish wins, but neither "at once" nor, in a long outage, what would use up the receives.
    const leastMs =
      tried.attempts >= limits.attemptsMax
        ? backoffMs(tried.attempts, random, limits.attemptsMax)
        : RETRY_AFTER_MS_MIN;
    return { kind: 'later', delayMs: Math.max(leastMs, tried.retryAfterMs) };
  }
  const mayRepeatNow =
    tried.failure.code !== 'crm_rate_limited' &&
    tried.failure.code !== 'crm_credits_exhausted' &&
    tried.failure.code !== 'crm_token_throttled' &&
    tried.failure.code !== 'crm_record_locked';
  if (mayRepeatNow && tried.attempts < IMMEDIATE_ATTEMPTS) return { kind: 'again', waitMs: 0 };
  if (mayRepeatNow && tried.attempts < IN_INVOCATION_ATTEMPTS) {
    return { kind: 'again', waitMs: IN_INVOCATION_WAIT_MS };
  }
  return { kind: 'later', delayMs: backoffMs(tried.attempts, random, limits.attemptsMax) };
}

function crmPartOf(cause: Failure): { code?: string; field?: string } {
  return {
    ...(cause.crmCode === undefined ? {} : { code: cause.crmCode }),
    ...(cause.crmField === undefined ? {} : { field: cause.crmField }),
  };
}
