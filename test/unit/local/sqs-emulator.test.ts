import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createS3Archive } from '../../../lambdas/aws/s3-archive.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/emulators/credentials.ts';
import { PortTakenError } from '../../../local/emulators/listen.ts';
import { type SqsEmulator, startSqs } from '../../../local/emulators/sqs.ts';

let dataDir: string;
const running = new Set<SqsEmulator>();

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-sqs-'));
});
afterEach(async () => {
  for (const emulator of running) await emulator.stop();
  running.clear();
  rmSync(dataDir, { recursive: true });
});

describe('the local SQS', () => {
  it('listens on loopback only', async () => {
    const emulator = await start();

    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => !address.internal && address.family === 'IPv4');
    const reached = await Promise.all(
      outside.map(({ address }) =>
        fetch(`http://${address}:${emulator.port}/health`).then(
          () => address,
          () => undefined,
        ),
      ),
    );

    expect(new URL(emulator.url).hostname).toBe('127.0.0.1');
    expect(reached.filter((address) => address !== undefined)).toEqual([]);
  });

  it('names the port when it is taken', async () => {
    const { port } = await start();

    await expect(startSqs({ port, dataDir: path.join(dataDir, 'other') })).rejects.toThrow(
      PortTakenError,
    );
  });

  it('keeps messages across a restart, and shows those again that were in flight', async () => {
    const first = await start();
    const queue = await first.createQueue('delivery', { VisibilityTimeout: '365' });
    await send(queue.url, 'waiting', 'received', 'deferred');
    const [, deferred] = await receive(queue.url, 2);
    await client(queue.url).send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queue.url,
        ReceiptHandle: deferred!.ReceiptHandle,
        VisibilityTimeout: 43_195,
      }),
    );
    await stop(first);

    const second = await start();
    const again = await second.createQueue('delivery', { VisibilityTimeout: '365' });
    const messages = await receive(again.url, 10);

    const bodies = new Set(messages.map((message) => message.Body));
    const receives = messages.map((message) => Number(message.Attributes?.ApproximateReceiveCount));
    expect(bodies).toEqual(new Set(['waiting', 'received', 'deferred']));
    expect(receives.reduce((sum, count) => sum + count)).toBe(1 + 2 + 2);
  });

  it('keeps a message that was made visible at once before a restart', async () => {
    const first = await start();
    const queue = await first.createQueue('delivery');
    await send(queue.url, 'only');
    const [message] = await receive(queue.url, 1);
    await client(queue.url).send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queue.url,
        ReceiptHandle: message!.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    await stop(first);

    const second = await start();
    const again = await second.createQueue('delivery');

    expect((await receive(again.url, 10)).map((each) => each.Body)).toEqual(['only']);
  });

  it('gives an existing queue the settings that it is created with now', async () => {
    const emulator = await start();
    await emulator.createQueue('delivery', { VisibilityTimeout: '30' });

    const queue = await emulator.createQueue('delivery', { VisibilityTimeout: '365' });

    const answer = await client(queue.url).send(
      new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] }),
    );
    expect(answer.Attributes?.VisibilityTimeout).toBe('365');
  });

  it('takes the objects that the archive writes', async () => {
    const emulator = await start();
    await emulator.createBucket('archive');
    await emulator.createBucket('archive');
    const archive = createS3Archive({
      bucket: 'archive',
      env: {
        AWS_ENDPOINT_URL_S3: emulator.url,
        AWS_REGION: LOCAL_REGION,
        AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      },
    });

    const pointer = await archive.put('raw/a|b.gz', Buffer.from([1, 2, 3]));

    expect(pointer).toBe('s3://archive/raw/a|b.gz');
  });
});

async function start(): Promise<SqsEmulator> {
  const emulator = await startSqs({ port: 0, dataDir });
  running.add(emulator);
  return emulator;
}

async function stop(emulator: SqsEmulator): Promise<void> {
  running.delete(emulator);
  await emulator.stop();
}

function client(queueUrl: string): SQSClient {
  return new SQSClient({
    endpoint: new URL(queueUrl).origin,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
}

async function send(queueUrl: string, ...bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    await client(queueUrl).send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
  }
}

async function receive(queueUrl: string, max: number) {
  const answer = await client(queueUrl).send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: max,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return answer.Messages ?? [];
}
