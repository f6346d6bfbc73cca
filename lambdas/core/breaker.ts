/**
 * The breaker between all consumers and the CRM: while the CRM is down, nothing is tried, and no lead
 * uses up its attempts.
 *
 * ```
 *            failures in a row, or too large a share of the last minute's calls
 *   closed ───────────────────────────────────────────────────────────────────► open (30 s, doubling to 300 s)
 *     ▲  ▲                                                                        │ time is over
 *     │  └──────────── the probe's call succeeds ──────────── half open ◄─────────┤
 *     │                                                        one probe lease; fails: open again, for longer
 *     │                                                                           │ time is over
 *     ├── an operator closes it ◄── open, until a time: an operator paused it ────┘
 *     └── an operator closes it ◄── open, no end: credentials or configuration are refused, or an operator said so
 * ```
 *
 * Everything here is pure: a new breaker out of an old one, or the very same when nothing is to be stored.
 * The store writes it by compare-and-set on `revision`. On the path without faults nothing is stored.
 */
import type { HoldfastConfig } from './config.ts';
import type { Failure, FailureCode } from './failure.ts';

/**
 * Why the breaker is open.
 *
 * - `failures`: the CRM does not answer, or only with errors of its own
 * - `credits`: the day's API credits are used up to the reserve
 * - `authorization`, `misconfigured`: what only a person can mend; it stays open until one closes it
 * - `operator`: a person opened it
 */
export type BreakerReason = 'failures' | 'credits' | 'authorization' | 'misconfigured' | 'operator';

/** The breaker as it is stored. Times are epoch milliseconds. */
export interface Breaker {
  /** Counts every write of the item; 0 is a breaker that has never been stored. */
  readonly revision: number;
  readonly state: 'closed' | 'open';
  readonly reason?: BreakerReason;
  readonly openedAtMs?: number;
  /** Until when nothing is tried. Absent while open: until a person closes it. */
  readonly openUntilMs?: number;
  /** How long it was opened for the last time; the next time it is twice as long. */
  readonly openForMs?: number;
  /** Who tries, while it is half open, and until when nobody else does. */
  readonly probeToken?: string;
  readonly probeUntilMs?: number;
  /** Calls in a row that failed. */
  readonly failuresInRow: number;
  /** Calls since `windowStartedAtMs`; counted only while there are failures among them. */
  readonly windowStartedAtMs: number;
  readonly windowCalls: number;
  readonly windowFailures: number;
  /** What the CRM last said is left of the day's API credits, once that is little. */
  readonly creditsRemaining?: number;
  /** The last person who opened or closed it, and why. */
  readonly operator?: BreakerOperator;
}

/** Who changed the breaker by hand. */
export interface BreakerOperator {
  /** The AWS identity (an ARN), or `local` on one machine. */
  readonly by: string;
  /** In that person's words. */
  readonly reason: string;
  readonly atMs: number;
}

/** Named settings of the breaker and of the credit reserve. */
export type BreakerSettings = Pick<HoldfastConfig['delivery'], 'breaker' | 'credits'>;

/** What one call to the CRM says about the CRM. */
export interface CallResult {
  /** Absent when the CRM answered, whatever it answered to single rows. */
  readonly failure?: Failure;
  readonly creditsRemaining?: number;
}

/**
 * Whether a call may be made.
 *
 * - `closed`: yes, after `waitMs` (0 unless credits run low)
 * - `probe`: one may, if it takes the probe lease
 * - `probing`, `open`: no; come back after `delayMs`, which is scattered by the caller
 */
export type Gate =
  | { readonly kind: 'closed'; readonly waitMs: number }
  | { readonly kind: 'probe' }
  | { readonly kind: 'probing' | 'open'; readonly delayMs: number };

/** A breaker before the first trouble. */
export const NEW_BREAKER: Breaker = {
  revision: 0,
  state: 'closed',
  failuresInRow: 0,
  windowStartedAtMs: 0,
  windowCalls: 0,
  windowFailures: 0,
};

/**
 * Decides whether whoever holds `token` may make a call.
 *
 * The delay while it is open is never shorter than the time it was opened for: each message then comes
 * back about once an opening, and an outage of days does not use up its receives.
 */
export function gateOf(
  breaker: Breaker,
  token: string,
  nowMs: number,
  settings: BreakerSettings,
): Gate {
  if (breaker.state === 'closed') {
    const { slowBelow, slowDownMs } = settings.credits;
    const isLow = (breaker.creditsRemaining ?? Number.POSITIVE_INFINITY) < slowBelow;
    return { kind: 'closed', waitMs: isLow ? slowDownMs : 0 };
  }
  const longestMs = settings.breaker.openMaxMs;
  if (breaker.openUntilMs === undefined) return { kind: 'open', delayMs: longestMs };
  const leastMs = Math.min(breaker.openForMs ?? longestMs, longestMs);
  if (breaker.openUntilMs > nowMs) {
    const delayMs = Math.max(leastMs, breaker.openUntilMs - nowMs);
    // A pause may be ended before its time: what waits must not be hidden for as long as it was to last.
    return {
      kind: 'open',
      delayMs: breaker.reason === 'operator' ? Math.min(delayMs, longestMs) : delayMs,
    };
  }
  const isTaken =
    breaker.probeToken !== undefined &&
    breaker.probeToken !== token &&
    (breaker.probeUntilMs ?? 0) > nowMs;
  return isTaken ? { kind: 'probing', delayMs: leastMs } : { kind: 'probe' };
}

/** Takes the probe lease. Call only when `gateOf` says `probe`. */
export function withProbe(breaker: Breaker, token: string, untilMs: number): Breaker {
  return { ...breaker, probeToken: token, probeUntilMs: untilMs };
}

/**
 * What a call's result makes of the breaker.
 *
 * @param token of whoever made the call; while the breaker is open, only the probe's result counts
 */
export function afterCall(
  breaker: Breaker,
  token: string,
  result: CallResult,
  nowMs: number,
  settings: BreakerSettings,
): Breaker {
  const { failure } = result;
  const forGood = failure === undefined ? undefined : reasonForGood(failure);
  if (forGood !== undefined) {
    return breaker.state === 'open' && breaker.openUntilMs === undefined
      ? breaker
      : openedForGood(breaker, forGood, nowMs);
  }
  if (breaker.state === 'open') {
    if (breaker.openUntilMs === undefined || breaker.probeToken !== token) return breaker;
    return failure === undefined
      ? probed(breaker, result, nowMs, settings)
      : reopened(breaker, failure, nowMs, settings);
  }
  const counted = counting(breaker, failure !== undefined, nowMs, settings);
  if (failure?.code === 'crm_credits_exhausted') return pausedForCredits(counted, nowMs, settings);
  if (failure !== undefined && isTooMuch(counted, settings)) {
    return opened(counted, 'failures', settings.breaker.openMs, nowMs);
  }
  return withCredits(counted, result, nowMs, settings);
}

/** Opens it until a person closes it. */
export function openedForGood(breaker: Breaker, reason: BreakerReason, nowMs: number): Breaker {
  const { openUntilMs: _until, openForMs: _for, ...rest } = withoutProbe(breaker);
  return { ...rest, state: 'open', reason, openedAtMs: nowMs };
}

/**
 * Opens it for an operator until a time. Then one delivery tries whether the CRM may be written to, as after an
 * outage, and all go on.
 *
 * @param untilMs epoch milliseconds, later than `nowMs`
 */
export function pausedUntil(
  breaker: Breaker,
  untilMs: number,
  nowMs: number,
  { breaker: settings }: BreakerSettings,
): Breaker {
  return {
    ...openedForGood(breaker, 'operator', nowMs),
    openUntilMs: untilMs,
    // For so long others stay away while one delivery tries; should it fail, the next opening is twice that.
    openForMs: settings.openMs,
  };
}

/** Closes it, and forgets what led to its opening. */
export function closed(breaker: Breaker): Breaker {
  return {
    ...NEW_BREAKER,
    revision: breaker.revision,
    ...(breaker.operator === undefined ? {} : { operator: breaker.operator }),
  };
}

/** Failures of a call that say something about the CRM itself, and not about a row. */
const CRM_FAILURES: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'crm_no_answer',
  'crm_unavailable',
  'crm_rate_limited',
  'crm_credits_exhausted',
  'crm_bad_answer',
  'crm_token_throttled',
  'crm_token_unavailable',
]);

/** Whether a failure says something about the CRM as a whole, and not about a row or about us. */
export function isCrmFailure(failure: Failure): boolean {
  return CRM_FAILURES.has(failure.code) || reasonForGood(failure) !== undefined;
}

function reasonForGood(failure: Failure): BreakerReason | undefined {
  if (failure.class === 'authorization') return 'authorization';
  return failure.code === 'crm_misconfigured' ? 'misconfigured' : undefined;
}

function counting(
  breaker: Breaker,
  hasFailed: boolean,
  nowMs: number,
  { breaker: settings }: BreakerSettings,
): Breaker {
  const isQuiet = breaker.failuresInRow === 0 && breaker.windowFailures === 0;
  if (!hasFailed && isQuiet) return breaker;
  const isOver = nowMs - breaker.windowStartedAtMs >= settings.windowSeconds * 1_000;
  if (!hasFailed && isOver) {
    return { ...breaker, failuresInRow: 0, windowCalls: 0, windowFailures: 0 };
  }
  return {
    ...breaker,
    failuresInRow: hasFailed ? breaker.failuresInRow + 1 : 0,
    windowStartedAtMs: isOver ? nowMs : breaker.windowStartedAtMs,
    windowCalls: (isOver ? 0 : breaker.windowCalls) + 1,
    windowFailures: (isOver ? 0 : breaker.windowFailures) + (hasFailed ? 1 : 0),
  };
}

function isTooMuch(breaker: Breaker, { breaker: settings }: BreakerSettings): boolean {
  return (
    breaker.failuresInRow >= settings.failuresInRowMax ||
    (breaker.windowCalls >= settings.windowCallsMin &&
      breaker.windowFailures >= breaker.windowCalls * settings.windowFailureShareMax)
  );
}

function opened(breaker: Breaker, reason: BreakerReason, forMs: number, nowMs: number): Breaker {
  return {
    ...withoutProbe(breaker),
    state: 'open',
    reason,
    openedAtMs: breaker.state === 'open' ? (breaker.openedAtMs ?? nowMs) : nowMs,
    openUntilMs: nowMs + forMs,
    openForMs: forMs,
  };
}

function reopened(
  breaker: Breaker,
  failure: Failure,
  nowMs: number,
  settings: BreakerSettings,
): Breaker {
  if (failure.code === 'crm_credits_exhausted') return pausedForCredits(breaker, nowMs, settings);
  const { openMs, openMaxMs } = settings.breaker;
  const forMs = Math.min(openMaxMs, 2 * (breaker.openForMs ?? openMs / 2));
  return opened(breaker, 'failures', forMs, nowMs);
}

function probed(
  breaker: Breaker,
  result: CallResult,
  nowMs: number,
  settings: BreakerSettings,
): Breaker {
  const next = withCredits(closed(breaker), result, nowMs, settings);
  return next.state === 'open' && breaker.openedAtMs !== undefined
    ? { ...next, openedAtMs: breaker.openedAtMs }
    : next;
}

function pausedForCredits(breaker: Breaker, nowMs: number, settings: BreakerSettings): Breaker {
  return opened(breaker, 'credits', settings.credits.pauseMs, nowMs);
}

/**
 * Keeps what the CRM said of its credits while they are few, and stops before the reserve. Zoho names them
 * only once half of the day's are used: an answer that does not says that there are plenty.
 */
function withCredits(
  breaker: Breaker,
  { creditsRemaining, failure }: CallResult,
  nowMs: number,
  settings: BreakerSettings,
): Breaker {
  if (creditsRemaining === undefined && failure !== undefined) return breaker;
  if (creditsRemaining === undefined || creditsRemaining >= settings.credits.slowBelow) {
    if (breaker.creditsRemaining === undefined) return breaker;
    const { creditsRemaining: _credits, ...rest } = breaker;
    return rest;
  }
  const noted = { ...breaker, creditsRemaining };
  return creditsRemaining < settings.credits.reserve
    ? pausedForCredits(noted, nowMs, settings)
    : noted;
}

/** Gives the probe lease back. */
export function withoutProbe(breaker: Breaker): Breaker {
  const { probeToken: _token, probeUntilMs: _until, ...rest } = breaker;
  return rest;
}
