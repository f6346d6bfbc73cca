/** What must hold so that the sweeper takes for lost what is lost, and ends in time. */
import type { Settings } from './relation.ts';
import { retriesOf } from './retry-relations.ts';

/**
 * What a run needs after `sweeper.runForMs`: three calls to AWS, one after the other, of up to three
 * attempts of 3 s each.
 */
const SWEEP_CLOSING_MS = 27_000;

/** The consumer scatters what the breaker asks for by up to this share, upwards. */
const BREAKER_SCATTER = 0.2;

/** One sweep ends before the next one starts. */
export function sweepsDoNotOverlap({ stage }: Settings): string | undefined {
  const intervalSeconds = stage.sweeper.everyMinutes * 60;
  return stage.sweeper.timeoutSeconds < intervalSeconds
    ? undefined
    : `sweeper.timeoutSeconds is ${stage.sweeper.timeoutSeconds}; it must be less than ` +
        `${intervalSeconds}, sweeper.everyMinutes (${stage.sweeper.everyMinutes})`;
}

/** A run ends by itself: one that is killed loses its metrics and its place in the index. */
export function sweepEndsByItself({ config, stage }: Settings): string | undefined {
  const allowedMs = stage.sweeper.timeoutSeconds * 1_000 - SWEEP_CLOSING_MS;
  return config.sweeper.runForMs <= allowedMs
    ? undefined
    : `sweeper.runForMs is ${config.sweeper.runForMs}; it must be at most ${allowedMs}, ` +
        `sweeper.timeoutSeconds (${stage.sweeper.timeoutSeconds}) less ${SWEEP_CLOSING_MS / 1_000} s ` +
        'for the calls in flight';
}

/** No event is taken for stuck while the function that brings it on may still be at work. */
export function staleOutlastsFunctions({ config, stage }: Settings): string | undefined {
  const { receivedStaleMs, unreportedStaleMs } = config.sweeper;
  const intakeMs = stage.intake.timeoutSeconds * 1_000;
  const slowestMs = Math.max(stage.consumer.timeoutSeconds * 1_000, intakeMs);
  if (receivedStaleMs <= intakeMs) {
    return (
      `sweeper.receivedStaleMs is ${receivedStaleMs}; it must be more than ${intakeMs}, ` +
      `intake.timeoutSeconds (${stage.intake.timeoutSeconds}): intake may still enqueue the event`
    );
  }
  return unreportedStaleMs > slowestMs
    ? undefined
    : `sweeper.unreportedStaleMs is ${unreportedStaleMs}; it must be more than ${slowestMs}, ` +
        `consumer.timeoutSeconds (${stage.consumer.timeoutSeconds}) and intake.timeoutSeconds ` +
        `(${stage.intake.timeoutSeconds}): they may still send the dead letter`;
}

/** A consumer that died leaves its message hidden; SQS brings it back by itself. */
export function staleLeaseOutlastsVisibility({ config, stage }: Settings): string | undefined {
  const { visibilitySeconds } = stage.deliveryQueue;
  return config.sweeper.leaseStaleMs > visibilitySeconds * 1_000
    ? undefined
    : `sweeper.leaseStaleMs is ${config.sweeper.leaseStaleMs}; it must be more than ` +
        `${visibilitySeconds * 1_000}, deliveryQueue.visibilitySeconds (${visibilitySeconds}): ` +
        'the message of a consumer that died comes back by itself';
}

/** An event that waits for its next attempt is not taken for one whose message is lost. */
export function overdueOutlastsWaits({ config, stage }: Settings): string | undefined {
  const { visibilitySeconds } = stage.deliveryQueue;
  if (config.sweeper.overdueMs <= visibilitySeconds * 1_000) {
    return (
      `sweeper.overdueMs is ${config.sweeper.overdueMs}; it must be more than ` +
      `${visibilitySeconds * 1_000}, deliveryQueue.visibilitySeconds (${visibilitySeconds})`
    );
  }
  for (const [path, { delayMaxMs, longDelayMs, jitterShare }] of retriesOf(config)) {
    const waitMs = Math.round(Math.max(longDelayMs, delayMaxMs) * (1 + jitterShare));
    if (config.sweeper.overdueMs > waitMs) continue;
    return (
      `sweeper.overdueMs is ${config.sweeper.overdueMs}; it must be more than ${waitMs}, the longest ` +
      `wait of ${path}: longDelayMs (${longDelayMs}) or delayMaxMs (${delayMaxMs}), and jitterShare ` +
      `(${jitterShare}) of it`
    );
  }
  return undefined;
}

/**
 * A message that is only hidden comes back before its event gets another one: hidden by a consumer that
 * died, or by the breaker while it is open.
 */
export function requeueOutlastsHiding({ config, stage }: Settings): string | undefined {
  const { requeueIntervalMs } = config.sweeper;
  const { openMaxMs } = config.delivery.breaker;
  const { visibilitySeconds } = stage.deliveryQueue;
  const openingMs = Math.round(openMaxMs * (1 + BREAKER_SCATTER));
  const hiddenMs = Math.max(openingMs, visibilitySeconds * 1_000);
  return requeueIntervalMs > hiddenMs
    ? undefined
    : `sweeper.requeueIntervalMs is ${requeueIntervalMs}; it must be more than ${hiddenMs}: ` +
        `deliveryQueue.visibilitySeconds (${visibilitySeconds}), and delivery.breaker.openMaxMs ` +
        `(${openMaxMs}) and a fifth of it, in which messages come back by themselves`;
}
