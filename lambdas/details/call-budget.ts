import type { Clock } from '../core/ports/world.ts';

/** How many calls this process may make to the providers' APIs, source by source. */
export interface CallBudget {
  /**
   * Takes calls out of a source's budget, all or none.
   *
   * @param perMinuteMax calls a minute, 1 or more
   * @returns 0 when they may be made now; otherwise how long to stay away, in milliseconds
   */
  take(source: string, calls: number, perMinuteMax: number): number;
  /**
   * No call of the source is made for this long, in milliseconds: its API asked for it, or does not answer. Each
   * pause that follows another is twice as long as the one before, up to five minutes.
   */
  pause(source: string, ms: number): void;
  /** The source's API answers: the next pause is a first one again. */
  answered(source: string): void;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
  pausedUntilMs: number;
  /** Since the API last answered. */
  pausesInRow: number;
  /** Of a pause that has grown: nobody stays away for less, or many processes' pauses would halve the wait. */
  waitMsMin: number;
  /** When the last of those is to come that were told to stay away. */
  promisedAtMs: number;
}

/** A bucket holds what flows in within this part of a minute: calls at once after a while without any. */
const BURST_SHARE = 1 / 6;

const MINUTE_MS = 60_000;

/** Nobody stays away for longer: what is promised is a guess, and another process may have more left. */
const WAIT_MS_MAX = 300_000;

/** Pauses double so often at most: more would only make the number large. */
const DOUBLINGS_MAX = 20;

/**
 * A bucket of tokens for each source: it fills evenly, so that calls spread over the minute. What many
 * processes take together is their number times as much.
 *
 * Those who find it empty are sent away one after the other, each for longer than the one before: of a backlog
 * that all came back at once, each message would be received so often that SQS gives it up. Pauses grow for the
 * same reason: of a backlog that waits for an API that hangs for hours, all but a few only come to be sent away.
 */
export function createCallBudget(clock: Pick<Clock, 'nowMs'>): CallBudget {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (source: string): Bucket => {
    const bucket = buckets.get(source) ?? {
      tokens: Infinity,
      filledAtMs: 0,
      pausedUntilMs: 0,
      pausesInRow: 0,
      waitMsMin: 0,
      promisedAtMs: 0,
    };
    buckets.set(source, bucket);
    return bucket;
  };

  return {
    take: (source, calls, perMinuteMax) => {
      const nowMs = clock.nowMs();
      const bucket = bucketOf(source);
      if (bucket.pausedUntilMs > nowMs) {
        const waitMs = Math.max(bucket.pausedUntilMs - nowMs, bucket.waitMsMin);
        return Math.min(WAIT_MS_MAX, waitMs);
      }
      const perMs = perMinuteMax / MINUTE_MS;
      const tokensMax = Math.max(calls, Math.ceil(perMinuteMax * BURST_SHARE));
      const flown = Math.max(0, nowMs - bucket.filledAtMs) * perMs;
      bucket.tokens = Math.min(tokensMax, bucket.tokens + flown);
      bucket.filledAtMs = nowMs;
      if (bucket.tokens < calls) {
        const nextMs = nowMs + (calls - bucket.tokens) / perMs;
        const queuedMs = Math.max(nextMs, bucket.promisedAtMs + calls / perMs);
        bucket.promisedAtMs = Math.min(nowMs + WAIT_MS_MAX, queuedMs);
        return Math.ceil(bucket.promisedAtMs - nowMs);
      }
      bucket.tokens -= calls;
      return 0;
    },
    pause: (source, ms) => {
      const bucket = bucketOf(source);
      const nowMs = clock.nowMs();
      // Calls of one batch fail side by side: their trouble is the same, and counts once.
      if (bucket.pausedUntilMs <= nowMs) bucket.pausesInRow += 1;
      const doublings = Math.min(DOUBLINGS_MAX, Math.max(0, bucket.pausesInRow - 1));
      const grownMs = Math.min(WAIT_MS_MAX, ms * 2 ** doublings);
      bucket.waitMsMin = doublings > 0 ? grownMs : 0;
      bucket.pausedUntilMs = Math.max(bucket.pausedUntilMs, nowMs + Math.max(ms, grownMs));
    },
    answered: (source) => {
      bucketOf(source).pausesInRow = 0;
    },
  };
}
