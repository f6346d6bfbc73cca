/** What must hold so that an outage of the CRM costs no lead: retries, the breaker, and SQS between them. */
import { type HoldfastConfig, retrySettingsOf } from '../lambdas/core/config.ts';
import type { RetrySettings } from '../lambdas/core/retry-settings.ts';
import type { Settings } from './relation.ts';

const HOUR_MS = 3_600_000;

/** SQS takes 1–1,000 for `maxReceiveCount` (Amazon SQS, RedrivePolicy, read 2026-11-22). */
const RECEIVES_MAX = 1_000;

/** The retry settings of all sources, each with the path under which a person finds it. */
export function retriesOf(config: HoldfastConfig): readonly (readonly [string, RetrySettings])[] {
  return [
    ['delivery.retry', config.delivery.retry],
    ...Object.keys(config.sources).map(
      (name) => [`sources.${name}.retry`, retrySettingsOf(config, name)] as const,
    ),
  ];
}

/** A lead's message lasts as long as the lead is tried. */
export function messagesOutliveRetries({ config, stage }: Settings): string | undefined {
  const { retentionDays } = stage.deliveryQueue;
  const found = retriesOf(config).find(([, retry]) => retry.retryForHours > retentionDays * 24);
  if (found === undefined) return undefined;
  const [path, { retryForHours }] = found;
  return (
    `${path}.retryForHours is ${retryForHours}; it must be at most ${retentionDays * 24}, ` +
    `deliveryQueue.retentionDays (${retentionDays}): SQS drops the message after that`
  );
}

/**
 * A CRM outage of `retryForHours` does not use up a message's receives, with the breaker closed: up to
 * `attemptsMax` of them come after a short wait, the others after a long one.
 */
export function receivesOutlastOutage({ config, stage }: Settings): string | undefined {
  const { receivesMax } = stage.deliveryQueue;
  for (const [path, retry] of retriesOf(config)) {
    const short = Math.min(retry.attemptsMax, receivesMax);
    const longMs = Math.max(retry.longDelayMs, retry.delayMaxMs);
    const coveredMs = short * retry.delayMaxMs + (receivesMax - short) * longMs;
    const hours = Math.floor(coveredMs / HOUR_MS);
    if (receivesMax <= RECEIVES_MAX && hours >= retry.retryForHours) continue;
    return (
      `${path}.retryForHours is ${retry.retryForHours}; it must be at most ${hours}: of ` +
      `deliveryQueue.receivesMax (${receivesMax}, at most ${RECEIVES_MAX} in Amazon SQS), ` +
      `${path}.attemptsMax (${retry.attemptsMax}) come after delayMaxMs (${retry.delayMaxMs}) and ` +
      `the others after longDelayMs (${retry.longDelayMs})`
    );
  }
  return undefined;
}

/**
 * Nor with the breaker open: a message then comes back about once an opening, and openings grow from
 * `openMs` to `openMaxMs`.
 */
export function receivesOutlastOpenBreaker({ config, stage }: Settings): string | undefined {
  const { openMs, openMaxMs } = config.delivery.breaker;
  const { receivesMax } = stage.deliveryQueue;
  let coveredMs = 0;
  let openForMs = openMs;
  for (let receive = 0; receive < receivesMax; receive += 1) {
    coveredMs += Math.min(openForMs, openMaxMs);
    openForMs = Math.min(2 * openForMs, openMaxMs);
  }
  const hours = Math.floor(coveredMs / HOUR_MS);
  const found = retriesOf(config).find(([, retry]) => retry.retryForHours > hours);
  if (found === undefined) return undefined;
  const [path, { retryForHours }] = found;
  return (
    `${path}.retryForHours is ${retryForHours}; it must be at most ${hours}: ` +
    `deliveryQueue.receivesMax (${receivesMax}) come once an opening of ` +
    `delivery.breaker.openMaxMs (${openMaxMs}) while the breaker is open`
  );
}

/** Openings of the breaker grow, they do not shrink. */
export function openingsGrow({ config }: Settings): string | undefined {
  const { openMs, openMaxMs } = config.delivery.breaker;
  return openMs <= openMaxMs
    ? undefined
    : `delivery.breaker.openMs is ${openMs}; it must be at most delivery.breaker.openMaxMs ` +
        `(${openMaxMs}): an opening that failed is followed by a longer one`;
}

/** Whoever probes can finish the call before somebody else probes, too. */
export function probeOutlastsConsumer({ config, stage }: Settings): string | undefined {
  const { probeLeaseMs } = config.delivery.breaker;
  const timeoutMs = stage.consumer.timeoutSeconds * 1_000;
  return probeLeaseMs > timeoutMs
    ? undefined
    : `delivery.breaker.probeLeaseMs is ${probeLeaseMs}; it must be more than ${timeoutMs}, ` +
        `consumer.timeoutSeconds (${stage.consumer.timeoutSeconds}): two consumers would else probe at once`;
}

/** Writes slow down before they stop: only then is anybody warned by it. */
export function creditsRunLowBeforeReserve({ config }: Settings): string | undefined {
  const { reserve, slowBelow } = config.delivery.credits;
  return reserve <= slowBelow
    ? undefined
    : `delivery.credits.reserve is ${reserve}; it must be at most delivery.credits.slowBelow ` +
        `(${slowBelow}): what is left is looked at only below that`;
}
