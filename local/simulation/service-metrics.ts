import type { MemoryQueue } from '../memory/memory-queue.ts';
import type { Clock } from '../../lambdas/core/ports/world.ts';
import type { SeriesRecorder } from './metric-series.ts';
import type { SimulatedFunction } from './simulated-function.ts';

/**
 * Measures a function as AWS Lambda does: each invocation, how long it took, and each that failed, timed out or died.
 * Time is the simulation's: waiting takes some, computing none.
 *
 * No simulated invocation is throttled, so `Throttles` has no series.
 *
 * @see AWS Lambda, "Types of metrics for Lambda functions", read 2026-11-22
 */
export function recordInvocations<Payload, Result>(
  fn: SimulatedFunction<Payload, Result>,
  functionName: string,
  clock: Pick<Clock, 'nowMs'>,
  recorder: SeriesRecorder | undefined,
): SimulatedFunction<Payload, Result> {
  if (recorder === undefined) return fn;
  const add = (name: string, atMs: number, value: number): void => {
    recorder.add(
      { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: functionName } },
      atMs,
      value,
    );
  };
  return {
    ...fn,
    invoke: async (payload) => {
      const startedAtMs = clock.nowMs();
      const ended = await fn.invoke(payload);
      add('Invocations', startedAtMs, 1);
      add('Errors', startedAtMs, ended.kind === 'answered' ? 0 : 1);
      add('Duration', startedAtMs, clock.nowMs() - startedAtMs);
      return ended;
    },
  };
}

/** What Amazon SQS calls the two queues of a simulation. */
export const QUEUE_NAMES = { delivery: 'delivery', deadLetter: 'dead-letter' } as const;

/** Measures that a dead letter was sent. What SQS moves there itself does not count as sent, there as here. */
export function recordDeadLetter(
  clock: Pick<Clock, 'nowMs'>,
  recorder: SeriesRecorder | undefined,
): void {
  const dimensions = { QueueName: QUEUE_NAMES.deadLetter };
  recorder?.add(
    { namespace: 'AWS/SQS', name: 'NumberOfMessagesSent', dimensions },
    clock.nowMs(),
    1,
  );
}

const MINUTE_MS = 60_000;

/** A message that was received so often leaves the age metric (Amazon SQS, CloudWatch metrics, read 2026-11-22). */
const RECEIVES_SEEN_MAX = 3;

/** Measures, once a minute, the age of the delivery queue's oldest message as SQS tells it; 0 when it is empty. */
export function recordQueueAge(
  queue: Pick<MemoryQueue, 'oldestSentAtMs'>,
  clock: Clock,
  recorder: SeriesRecorder,
): void {
  const dimensions = { QueueName: QUEUE_NAMES.delivery };
  const measure = (): void => {
    const nowMs = clock.nowMs();
    const sentAtMs = queue.oldestSentAtMs(RECEIVES_SEEN_MAX);
    const ageSeconds = sentAtMs === undefined ? 0 : Math.floor((nowMs - sentAtMs) / 1_000);
    recorder.add(
      { namespace: 'AWS/SQS', name: 'ApproximateAgeOfOldestMessage', dimensions },
      nowMs,
      ageSeconds,
    );
    clock.after(MINUTE_MS, measure);
  };
  clock.after(MINUTE_MS, measure);
}

/** Counts, once a minute, the messages of the delivery queue as SQS does: those that could be received, and the others. */
export function recordQueueDepth(
  queue: Pick<MemoryQueue, 'size' | 'visible'>,
  clock: Clock,
  recorder: SeriesRecorder,
): void {
  const add = (name: string, count: number): void => {
    const dimensions = { QueueName: QUEUE_NAMES.delivery };
    recorder.add({ namespace: 'AWS/SQS', name, dimensions }, clock.nowMs(), count);
  };
  const measure = (): void => {
    const visible = queue.visible();
    add('ApproximateNumberOfMessagesVisible', visible);
    add('ApproximateNumberOfMessagesNotVisible', queue.size() - visible);
    clock.after(MINUTE_MS, measure);
  };
  clock.after(MINUTE_MS, measure);
}
