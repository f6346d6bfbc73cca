import assert from 'node:assert';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { DEFER_SECONDS_MAX } from '../core/delivery-message.ts';
import { StoreUnavailableError } from '../core/errors.ts';
import type { DeadLetterQueue, DeliveryQueue } from '../core/ports/queues.ts';

/** Where a queue is: a client bound to its region, and the queue's URL. */
export interface SqsQueueOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
}

/**
 * The delivery queue on SQS.
 *
 * Messages carry no attributes: all that a consumer needs is in the body, which names an event and
 * holds nothing of the person. `MessageGroupId` on a standard queue asks for fair-queue treatment and
 * orders nothing (Amazon SQS, fair queues, read 2026-11-22).
 *
 * @throws {StoreUnavailableError} from each method, when SQS did not answer or refused; a message
 *   may then have been sent all the same
 */
export function createSqsDeliveryQueue({ client, queueUrl }: SqsQueueOptions): DeliveryQueue {
  return {
    async enqueue(message, group) {
      await unavailableOnFailure('The delivery queue', () =>
        client.send(
          new SendMessageCommand({
            QueueUrl: queueUrl,
            MessageBody: asciiJson(message),
            MessageGroupId: group,
          }),
        ),
      );
    },

    async defer(receiptHandle, delaySeconds) {
      assert(
        Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= DEFER_SECONDS_MAX,
        `delaySeconds must be a whole number from 0 to ${DEFER_SECONDS_MAX}, not ${delaySeconds}`,
      );
      await unavailableOnFailure('The delivery queue', async () => {
        try {
          await client.send(
            new ChangeMessageVisibilityCommand({
              QueueUrl: queueUrl,
              ReceiptHandle: receiptHandle,
              VisibilityTimeout: delaySeconds,
            }),
          );
        } catch (error) {
          if (!isNoLongerOurs(error)) throw error;
        }
      });
    },
  };
}

/**
 * The dead-letter queue on SQS.
 *
 * Source and failure are attributes too, so that the console shows them without opening a body. They
 * are names from the configuration and from our catalogue: never anything of the person.
 *
 * @throws {StoreUnavailableError} from each method, when SQS did not answer or refused; a letter may
 *   then have been sent all the same
 */
export function createSqsDeadLetterQueue({ client, queueUrl }: SqsQueueOptions): DeadLetterQueue {
  return {
    async send(letter) {
      await unavailableOnFailure('The dead-letter queue', () =>
        client.send(
          new SendMessageCommand({
            QueueUrl: queueUrl,
            MessageBody: asciiJson(letter),
            MessageAttributes: {
              source: { DataType: 'String', StringValue: letter.source },
              failure_class: { DataType: 'String', StringValue: letter.failure_class },
              failure_code: { DataType: 'String', StringValue: letter.failure_code },
            },
          }),
        ),
      );
    },

    async count() {
      const { Attributes = {} } = await unavailableOnFailure('The dead-letter queue', () =>
        client.send(
          new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
        ),
      );
      return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    },
  };
}

/** Together, every message that lies on a queue. */
const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const satisfies readonly QueueAttributeName[];

// SQS refuses a body with a control character or a noncharacter such as U+FFFF (SendMessage, read
// 2026-11-22). Escaped, every string is plain ASCII and reads back the same.
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// The message has become visible again or was deleted: there is nothing left to hide, and whoever
// receives it next finds the event's state in the store. The name comes with the query protocol's
// prefix or without (`AWS.SimpleQueueService.MessageNotInflight`; SQS API reference, read 2026-11-22).
function isNoLongerOurs(error: unknown): boolean {
  return (
    error instanceof Error &&
    /(?:^|\.)(?:MessageNotInflight|ReceiptHandleIsInvalid)$/.test(error.name)
  );
}

async function unavailableOnFailure<Result>(
  what: string,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw new StoreUnavailableError(what, error);
  }
}
