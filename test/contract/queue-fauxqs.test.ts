import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect } from 'vitest';
import { createSqsDeadLetterQueue, createSqsDeliveryQueue } from '../../lambdas/aws/sqs-queues.ts';
import { StoreUnavailableError } from '../../lambdas/core/errors.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { type SqsEmulator, startSqs } from '../../local/emulators/sqs.ts';
import { type CuttableProxy, startCuttableProxy } from '../support/cuttable-proxy.ts';
import { describeQueueContract, MAX_RECEIVE_COUNT } from './queue-contract.ts';

const VISIBILITY_SECONDS = 1;

let dataDir: string;
let emulator: SqsEmulator;
let client: SQSClient;
/** The ports' own client, whose answers can be lost. */
let portClient: SQSClient;
let proxy: CuttableProxy;
let opened = 0;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-queue-'));
  emulator = await startSqs({ port: 0, dataDir });
  client = new SQSClient({
    endpoint: emulator.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  proxy = await startCuttableProxy(emulator.port);
  portClient = new SQSClient({
    endpoint: proxy.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
  });
});

afterAll(async () => {
  client.destroy();
  portClient.destroy();
  await proxy.stop();
  await emulator.stop();
  rmSync(dataDir, { recursive: true });
});

describeQueueContract('SQS adapter over fauxqs', async () => {
  opened += 1;
  const dead = await emulator.createQueue(`dead-${opened}`);
  const delivery = await emulator.createQueue(`delivery-${opened}`, {
    VisibilityTimeout: String(VISIBILITY_SECONDS),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: dead.arn,
      maxReceiveCount: MAX_RECEIVE_COUNT,
    }),
  });

  const receive = async (queueUrl: string): Promise<readonly Message[]> => {
    const answer = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return answer.Messages ?? [];
  };

  return {
    delivery: createSqsDeliveryQueue({ client: portClient, queueUrl: delivery.url }),
    deadLetter: createSqsDeadLetterQueue({ client: portClient, queueUrl: dead.url }),
    receive: async () =>
      (await receive(delivery.url)).map((message) => ({
        messageId: message.MessageId!,
        receiptHandle: message.ReceiptHandle!,
        body: message.Body!,
        receiveCount: Number(message.Attributes!.ApproximateReceiveCount),
      })),
    remove: async (receiptHandle) => {
      await client.send(
        new DeleteMessageCommand({ QueueUrl: delivery.url, ReceiptHandle: receiptHandle }),
      );
    },
    deadLetterBodies: async () => (await receive(dead.url)).map((message) => message.Body!),
    passVisibility: () =>
      new Promise((resolve) => setTimeout(resolve, VISIBILITY_SECONDS * 1_000 + 100)),
    lost: async (call) => {
      proxy.loseAnswers({ count: 1 });
      await expect(call()).rejects.toThrow(StoreUnavailableError);
      proxy.loseAnswers({ count: 0 });
    },
    close: async () => {},
  };
});
