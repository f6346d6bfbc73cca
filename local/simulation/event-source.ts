import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Clock } from '../../lambdas/core/ports/world.ts';
import type { MemoryQueue, ReceivedMessage } from '../memory/memory-queue.ts';
import { readBatchResponse } from '../sqs-event.ts';
import type { Faults } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedFunction } from './simulated-function.ts';
import type { Trace } from './trace.ts';

/** Reads the queue for the consumer, as Lambda's event source mapping does. */
export interface EventSource {
  /** Something may have become visible, or free: receive when it is time. */
  look(): void;
}

/** What the mapping needs. */
export interface EventSourceOptions {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly queue: MemoryQueue;
  readonly consumer: SimulatedFunction<SQSEvent, SQSBatchResponse>;
  readonly batchSize: number;
  readonly maxConcurrency: number;
}

const POLL_MS_MAX = 150;

/**
 * Builds the mapping.
 *
 * It wakes when a message becomes visible and an invocation is free. Of a batch that was answered it
 * deletes all messages but the failed ones; of one that was not, none.
 */
export function createEventSource(options: EventSourceOptions): EventSource {
  const { clock, queue, consumer, random } = options;
  let wake: { readonly atMs: number; readonly callOff: () => void } | undefined;

  const look = (): void => {
    const visibleAtMs = queue.nextVisibleAtMs();
    if (visibleAtMs === undefined || consumer.running() >= options.maxConcurrency) return;
    const nowMs = clock.nowMs();
    const dueMs = Math.max(nowMs, visibleAtMs);
    if (wake !== undefined && wake.atMs <= dueMs + POLL_MS_MAX) return;
    wake?.callOff();
    const atMs = dueMs + random.between(1, POLL_MS_MAX);
    wake = { atMs, callOff: clock.after(atMs - nowMs, receive) };
  };

  const receive = (): void => {
    wake = undefined;
    if (consumer.running() < options.maxConcurrency) {
      const messages = queue.receive(options.batchSize);
      if (messages.length > 0) void run(messages);
    }
    look();
  };

  const run = async (messages: readonly ReceivedMessage[]): Promise<void> => {
    const ended = await consumer.invoke(eventOf(messages));
    options.trace.line('queue', `a batch of ${messages.length} ${ended.kind}`);
    if (ended.kind === 'answered') acknowledge(messages, ended.result);
    // What was received can vanish as well: a queue that is purged, a retention that ends.
    for (const { receiptHandle } of messages) {
      if (options.faults.strikes('message_lost')) queue.delete(receiptHandle);
    }
    look();
  };

  const acknowledge = (messages: readonly ReceivedMessage[], response: unknown): void => {
    const verdict = readBatchResponse(
      response,
      messages.map((message) => message.messageId),
    );
    if (verdict.kind === 'all_failed') return;
    for (const { messageId, receiptHandle } of messages) {
      if (verdict.failedIds.has(messageId)) continue;
      if (!options.faults.strikes('acknowledge_lost')) queue.delete(receiptHandle);
    }
  };

  return { look };
}

function eventOf(messages: readonly ReceivedMessage[]): SQSEvent {
  return {
    Records: messages.map((message) => ({
      messageId: message.messageId,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAtMs),
        SenderId: '',
        ApproximateFirstReceiveTimestamp: String(message.sentAtMs),
        ...(message.group === undefined ? {} : { MessageGroupId: message.group }),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:delivery',
      awsRegion: 'us-east-1',
    })),
  };
}

/** The context of one invocation. */
export function contextOf(name: string, remainingMs: () => number): Context {
  const removed = (): never => {
    throw new Error('The Node 24 runtime has no callbacks: return a promise');
  };
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    memoryLimitInMB: '512',
    awsRequestId: name,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'simulated',
    getRemainingTimeInMillis: remainingMs,
    done: removed,
    fail: removed,
    succeed: removed,
  };
}
