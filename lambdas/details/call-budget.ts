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
  /** No call of the source is made for this long, in milliseconds: its API asked for it, or does not answer. */
  pause(source: string, ms: number): void;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
  pausedUntilMs: number;
  /** When the last of those is to come that were told to stay away. */
  promisedAtMs: number;
}

/** A bucket holds what flows in within this part of a minute: calls at once after a while without any. */
const BURST_SHARE = 1 / 6;

const MINUTE_MS = 60_000;

/** Nobody stays away for longer: what is promised is a guess, and another process may have more left. */
const WAIT_MS_MAX = 300_000;

/**
 * A bucket of tokens for each source: it fills evenly, so that calls spread over the minute. What many
 * processes take together is their number times as much.
 *
 * Those who find it empty are sent away one after the other, each for longer than the one before: of a backlog
 * that all came back at once, each message would be received so often that SQS gives it up.
 */
export function createCallBudget(clock: Pick<Clock, 'nowMs'>): CallBudget {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (source: string): Bucket => {
    const bucket = buckets.get(source) ?? {
      tokens: Infinity,
      filledAtMs: 0,
      pausedUntilMs: 0,
      promisedAtMs: 0,
    };
    buckets.set(source, bucket);
    return bucket;
  };

  return {
    take: (source, calls, perMinuteMax) => {
      const nowMs = clock.nowMs();
      const bucket = bucketOf(source);
      if (bucket.pausedUntilMs > nowMs) return Math.min(WAIT_MS_MAX, bucket.pausedUntilMs - nowMs);
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
      bucket.pausedUntilMs = Math.max(bucket.pausedUntilMs, clock.nowMs() + ms);
    },
  };
}
