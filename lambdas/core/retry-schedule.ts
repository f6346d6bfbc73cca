/**
 * When a failed delivery is tried again. With the settings as they come:
 *
 * ```
 * attempt   1    2    3    4     5    │ 6    7    8    9    10    11, 12, …
 * wait      0 s  0 s  1 s  1 s  (2 s) │ 4 s  8 s  16 s 32 s 60 s  60 s        (±20 %)
 *           inside one invocation     │ the message is hidden meanwhile
 * ```
 *
 * From `attemptsMax` on it is 300 s. That is for long troubles: SQS gives a message up after 1,000
 * receives, which one a minute would use up in 17 hours.
 *
 * A refusal for too many requests is never repeated inside the invocation, and what the CRM asks for
 * in `Retry-After` wins over the schedule. Attempts that are made while the breaker is not closed do not
 * count; the caller knows.
 */
import type { RetrySettings } from './retry-settings.ts';
import { type Failure, failure } from './failure.ts';

/** What is known when an attempt has failed. Times in milliseconds. */
export interface FailedTry {
  readonly failure: Failure;
  /** CRM calls made for the event that count, 1 or more. */
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

const HOUR_MS = 3_600_000;
const RETRY_AFTER_MS_MIN = 1_000;

/**
 * Decides what a failed attempt asks for.
 *
 * @param settings of the event's source
 * @param random uniform in [0, 1)
 */
export function decideRetry(
  tried: FailedTry,
  settings: RetrySettings,
  random: number,
): RetryDecision {
  switch (tried.failure.class) {
    case 'source_authorization':
    case 'permanent':
    case 'authorization':
      return { kind: 'give_up', failure: tried.failure };
    case 'potentially_retryable':
      return tried.attempts >= settings.raceAttemptsMax
        ? { kind: 'give_up', failure: tried.failure }
        : nextTry(tried, settings, random);
    case 'retryable':
      return isExhausted(tried, settings)
        ? {
            kind: 'give_up',
            failure: failure(
              'retries_exhausted',
              `the last one ended with ${tried.failure.code}`,
              crmPartOf(tried.failure),
            ),
          }
        : nextTry(tried, settings, random);
  }
}

/**
 * How long a message stays hidden before attempt `attempts + 1`.
 *
 * Jitter keeps leads that failed together from retrying together.
 *
 * @param attempts CRM calls made so far, 1 or more
 * @param random uniform in [0, 1)
 * @returns milliseconds: `firstDelayMs`, doubling to `delayMaxMs`, and `longDelayMs` from `attemptsMax` on;
 *   each scattered by `jitterShare` up and down
 */
export function backoffMs(attempts: number, settings: RetrySettings, random: number): number {
  const { firstDelayMs, delayMaxMs, longDelayMs, inInvocationAttempts } = settings;
  const steps = Math.min(Math.max(0, attempts - inInvocationAttempts), 30);
  const baseMs =
    attempts >= settings.attemptsMax
      ? Math.max(longDelayMs, delayMaxMs)
      : Math.min(delayMaxMs, firstDelayMs * 2 ** steps);
  return scatteredMs(baseMs, settings.jitterShare, random);
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

/**
 * How long to stay away while the breaker is open: never shorter than it asks for, or the receives of a
 * message would not last for a long outage.
 *
 * @param delayMs what the breaker asks for
 * @param random uniform in [0, 1)
 * @returns milliseconds, `delayMs` and up to a fifth more
 */
export function breakerDeferralMs(delayMs: number, random: number): number {
  return Math.round(delayMs * (1 + 0.2 * random));
}

function scatteredMs(baseMs: number, share: number, random: number): number {
  return Math.round(baseMs * (1 - share + 2 * share * random));
}

function isExhausted(tried: FailedTry, settings: RetrySettings): boolean {
  // Both limits, not either: fifty attempts are over within an hour, and trouble with the CRM that
  // lasts longer must not set good leads aside.
  return (
    tried.attempts >= settings.attemptsMax &&
    tried.nowMs - tried.receivedAtMs >= settings.retryForHours * HOUR_MS
  );
}

function nextTry(tried: FailedTry, settings: RetrySettings, random: number): RetryDecision {
  const { attempts, failure: cause } = tried;
  if (tried.retryAfterMs !== undefined) {
    // Its wish wins, but neither "at once" nor, in long trouble, what would use up the receives.
    const leastMs =
      attempts >= settings.attemptsMax ? backoffMs(attempts, settings, random) : RETRY_AFTER_MS_MIN;
    return { kind: 'later', delayMs: Math.max(leastMs, tried.retryAfterMs) };
  }
  const mayRepeatNow =
    cause.code !== 'crm_rate_limited' &&
    cause.code !== 'crm_credits_exhausted' &&
    cause.code !== 'crm_token_throttled' &&
    cause.code !== 'crm_record_locked';
  if (mayRepeatNow && attempts < settings.immediateAttempts) return { kind: 'again', waitMs: 0 };
  if (mayRepeatNow && attempts < settings.inInvocationAttempts) {
    return { kind: 'again', waitMs: settings.shortWaitMs };
  }
  return { kind: 'later', delayMs: backoffMs(attempts, settings, random) };
}

function crmPartOf(cause: Failure): { code?: string; field?: string } {
  return {
    ...(cause.crmCode === undefined ? {} : { code: cause.crmCode }),
    ...(cause.crmField === undefined ? {} : { field: cause.crmField }),
  };
}
