import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import type { DeadLetterBrowser } from '../../../lambdas/operations/quarantine/remove-dead-letters.ts';

/** SQS gives, deletes and changes no more at a time (ReceiveMessage, read 2026-11-22). */
const LETTERS_MAX = 10;

/** A receive that waits asks every server of the queue; one that does not may miss messages. */
const WAIT_SECONDS = 1;

/**
 * Goes through the dead-letter queue on SQS.
 *
 * It is an operator's tool, so it lies here and not among the functions' adapters: no function may
 * receive from that queue.
 *
 * @throws {StoreUnavailableError} from each method, when SQS did not answer or refused
 */
export function createSqsDeadLetterBrowser(options: {
  readonly client: SQSClient;
  readonly queueUrl: string;
}): DeadLetterBrowser {
  const { client, queueUrl } = options;
  return {
    take: async (hiddenSeconds) =>
      await call(async () => {
        const output = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl,
            MaxNumberOfMessages: LETTERS_MAX,
            VisibilityTimeout: hiddenSeconds,
            WaitTimeSeconds: WAIT_SECONDS,
          }),
        );
        return (output.Messages ?? []).flatMap(({ ReceiptHandle: handle, Body: body }) =>
          handle === undefined || body === undefined ? [] : [{ handle, body }],
        );
      }),
    remove: async (handles) =>
      await call(async () => {
        const output = await client.send(
          new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entriesOf(handles) }),
        );
        const [failed] = output.Failed ?? [];
        if (failed !== undefined) throw new Error(`A letter was not deleted: ${failed.Code}`);
      }),
    giveBack: async (handles) =>
      await call(async () => {
        // One that is refused shows by itself when its time is over.
        await client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: queueUrl,
            Entries: entriesOf(handles).map((entry) => ({ ...entry, VisibilityTimeout: 0 })),
          }),
        );
      }),
  };
}

function entriesOf(handles: readonly string[]): { Id: string; ReceiptHandle: string }[] {
  return handles.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle }));
}

async function call<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw new StoreUnavailableError('The dead-letter queue', error);
  }
}
