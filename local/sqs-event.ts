import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSMessageAttribute, SQSRecord } from 'aws-lambda';
import { LOCAL_REGION } from './emulators/credentials.ts';

/** Builds the event that Lambda hands to a function that reads a queue. */
export function buildSqsEvent(messages: readonly Message[], queueArn: string): SQSEvent {
  return { Records: messages.map((message) => buildRecord(message, queueArn)) };
}

/**
 * What a function's answer says of its batch.
 *
 * `all_failed` stands for an answer that Lambda can't use; every message then comes back.
 */
export type BatchVerdict =
  | { readonly kind: 'partial'; readonly failedIds: ReadonlySet<string> }
  | { readonly kind: 'all_failed' };

/**
 * Reads a batch response as Lambda does with `ReportBatchItemFailures`.
 *
 * Success of the whole batch: no answer, or an empty or missing list. Failure of the whole batch: an
 * answer that is no object, a list with an identifier that is empty, missing, under another name, or
 * of a message that is not in the batch (AWS Lambda developer guide, "Handling errors for an SQS event
 * source", read 2026-11-22).
 */
export function readBatchResponse(response: unknown, messageIds: readonly string[]): BatchVerdict {
  if (response === null || response === undefined) return noFailures();
  if (typeof response !== 'object' || Array.isArray(response)) return { kind: 'all_failed' };
  const failures = (response as { [Key in keyof SQSBatchResponse]?: unknown }).batchItemFailures;
  if (failures === null || failures === undefined) return noFailures();
  if (!Array.isArray(failures)) return { kind: 'all_failed' };

  const failedIds = new Set<string>();
  for (const entry of failures as readonly unknown[]) {
    const id = itemIdentifier(entry);
    if (id === undefined || !messageIds.includes(id)) return { kind: 'all_failed' };
    failedIds.add(id);
  }
  return { kind: 'partial', failedIds };
}

function noFailures(): BatchVerdict {
  return { kind: 'partial', failedIds: new Set() };
}

function itemIdentifier(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null || !('itemIdentifier' in entry)) return undefined;
  return typeof entry.itemIdentifier === 'string' ? entry.itemIdentifier : undefined;
}

function buildRecord(message: Message, queueArn: string): SQSRecord {
  const attributes = message.Attributes ?? {};
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ...attributes,
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '1',
      SentTimestamp: attributes.SentTimestamp ?? '0',
      SenderId: attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? '0',
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        buildAttribute(value),
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    ...(message.MD5OfMessageAttributes === undefined
      ? {}
      : { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: LOCAL_REGION,
  };
}

function buildAttribute(value: MessageAttributeValue): SQSMessageAttribute {
  return {
    dataType: value.DataType ?? 'String',
    stringListValues: [],
    binaryListValues: [],
    ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
    ...(value.BinaryValue === undefined
      ? {}
      : { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
  };
}
