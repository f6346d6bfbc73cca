import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import { invoke, type LocalFunction } from './lambda-context.ts';
import { buildSqsEvent, readBatchResponse } from './sqs-event.ts';

/** Short enough that `stop` need not cut a poll off: messages that it had received would stay hidden. */
const POLL_SECONDS = 1;
const PAUSE_AFTER_ERROR_MS = 500;

/** Which queue is read, how, and which function gets the messages. */
export interface EventSourceMappingOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** Messages an invocation gets at most, 1–10. */
  readonly batchSize: number;
  /** Invocations at a time. */
  readonly maxConcurrency: number;
  readonly fn: LocalFunction;
  /** Its answer is read as it comes: a wrong one must not be trusted. */
  readonly handler: (event: SQSEvent, context: Context) => Promise<unknown>;
  /** The function or the queue failed. The messages concerned come back. */
  readonly onError: (error: unknown) => void;
}

/** A queue that is read for a function. */
export interface EventSourceMapping {
  /** Receives no more, and resolves when the batches in flight have ended. */
  readonly stop: () => Promise<void>;
}

/**
 * Reads a queue for a function the way a Lambda event source mapping does.
 *
 * ```
 * receive ≤ batchSize ──► invoke (≤ maxConcurrency at a time) ──► delete all but the failed ones
 * ```
 *
 * It never changes a message's visibility: what failed comes back when its visibility timeout ends,
 * the queue's or the one that the function has set. With `MaximumConcurrency` it stops receiving when
 * all invocations are busy, rather than receive what it can't hand over (AWS Lambda developer guide,
 * "Using Lambda with Amazon SQS", read 2026-11-22). One poller does; Lambda starts with five.
 */
export function startEventSourceMapping(options: EventSourceMappingOptions): EventSourceMapping {
  const inFlight = new Set<Promise<void>>();
  const stopping = new AbortController();

  const poll = async () => {
    while (!stopping.signal.aborted) {
      if (inFlight.size >= options.maxConcurrency) {
        await Promise.race(inFlight);
        continue;
      }
      const messages = await receive(options, stopping.signal);
      if (messages.length === 0) continue;
      const batch = runBatch(options, messages).finally(() => inFlight.delete(batch));
      inFlight.add(batch);
    }
    await Promise.all(inFlight);
  };

  const polling = poll();
  return {
    stop: async () => {
      stopping.abort();
      await polling;
    },
  };
}

async function receive(
  options: EventSourceMappingOptions,
  stopping: AbortSignal,
): Promise<readonly Message[]> {
  try {
    const answer = await options.client.send(
      new ReceiveMessageCommand({
        QueueUrl: options.queueUrl,
        MaxNumberOfMessages: options.batchSize,
        WaitTimeSeconds: POLL_SECONDS,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return answer.Messages ?? [];
  } catch (error) {
    options.onError(error);
    await sleep(PAUSE_AFTER_ERROR_MS, undefined, { signal: stopping }).catch(() => {});
    return [];
  }
}

async function runBatch(
  options: EventSourceMappingOptions,
  messages: readonly Message[],
): Promise<void> {
  try {
    const event = buildSqsEvent(messages, options.queueArn);
    const response = await invoke(
      options.fn,
      async (context) => await options.handler(event, context),
    );
    const ids = event.Records.map((record) => record.messageId);
    const verdict = readBatchResponse(response, ids);
    if (verdict.kind === 'all_failed') {
      throw new Error(`The ${options.fn.name} function answered no valid batch response`);
    }
    await deleteAll(
      options,
      messages.filter((message) => !verdict.failedIds.has(message.MessageId ?? '')),
    );
  } catch (error) {
    options.onError(error);
  }
}

async function deleteAll(
  options: EventSourceMappingOptions,
  messages: readonly Message[],
): Promise<void> {
  if (messages.length === 0) return;
  await options.client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: options.queueUrl,
      Entries: messages.map((message, index) => ({
        Id: String(index),
        ReceiptHandle: message.ReceiptHandle,
      })),
    }),
  );
}
