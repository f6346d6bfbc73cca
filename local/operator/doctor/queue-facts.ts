import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { QueueFacts } from '../../../lambdas/operations/doctor/check-queues.ts';

const redriveSchema = z.object({
  deadLetterTargetArn: z.string(),
  // SQS writes a number, and takes a text as well.
  maxReceiveCount: z.union([z.number(), z.string()]),
});

/**
 * Looks at a queue.
 *
 * @param tellsEncryption whether the queue's home knows encryption at all
 * @see Amazon SQS, GetQueueAttributes, read 2026-11-22
 * @throws what the SDK throws
 */
export async function readQueueFacts(
  sqs: SQSClient,
  queueUrl: string,
  { tellsEncryption }: { readonly tellsEncryption: boolean },
): Promise<QueueFacts> {
  const { Attributes: found = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  const number = (text: string | undefined): number => Number(text ?? 0);
  const redrive = readRedrive(found.RedrivePolicy);
  return {
    arn: found.QueueArn ?? '',
    count:
      number(found.ApproximateNumberOfMessages) +
      number(found.ApproximateNumberOfMessagesNotVisible) +
      number(found.ApproximateNumberOfMessagesDelayed),
    visibilitySeconds: number(found.VisibilityTimeout),
    retentionSeconds: number(found.MessageRetentionPeriod),
    ...(redrive === undefined ? {} : { redrive }),
    ...(tellsEncryption
      ? {
          isEncrypted: (found.KmsMasterKeyId ?? '') !== '' || found.SqsManagedSseEnabled === 'true',
        }
      : {}),
  };
}

function readRedrive(text: string | undefined): QueueFacts['redrive'] {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = redriveSchema.safeParse(value);
  return parsed.success
    ? {
        targetArn: parsed.data.deadLetterTargetArn,
        receivesMax: Number(parsed.data.maxReceiveCount),
      }
    : undefined;
}
