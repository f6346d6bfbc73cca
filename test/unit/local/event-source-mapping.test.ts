import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/emulators/credentials.ts';
import { type CreatedQueue, type SqsEmulator, startSqs } from '../../../local/emulators/sqs.ts';
import {
  type EventSourceMapping,
  type EventSourceMappingOptions,
  startEventSourceMapping,
} from '../../../local/event-source-mapping.ts';

let emulator: SqsEmulator;
let client: SQSClient;
let queues = 0;
const mappings: EventSourceMapping[] = [];

beforeAll(async () => {
  emulator = await startSqs({ port: 0 });
  client = new SQSClient({
    endpoint: emulator.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
});
afterEach(async () => {
  await Promise.all(mappings.splice(0).map((mapping) => mapping.stop()));
});
afterAll(async () => {
  client.destroy();
  await emulator.stop();
});

describe('the local event source mapping', () => {
  it('hands over batches and deletes what succeeded', async () => {
    const queue = await aQueue(60);
    await send(queue, 25);
    const seen: string[] = [];

    const { mapping, batches } = start(queue, async (event) => {
      seen.push(...bodies(event));
      return { batchItemFailures: [] };
    });
    await eventually(() => seen.length >= 25);
    await mapping.stop();

    expect(seen.sort()).toEqual(numbered(25));
    expect(Math.max(...batches)).toBeLessThanOrEqual(10);
    expect(await left(queue)).toBe(0);
  });

  it('keeps only the messages that the answer lists, until their visibility ends', async () => {
    const queue = await aQueue(1);
    await send(queue, 3);
    const receives = new Map<string, string[]>();

    start(queue, async (event) => {
      for (const record of event.Records) {
        const counts = receives.get(record.body) ?? [];
        receives.set(record.body, [...counts, record.attributes.ApproximateReceiveCount]);
      }
      const failed = event.Records.filter(
        ({ body, attributes }) => body === '001' && attributes.ApproximateReceiveCount === '1',
      );
      return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) };
    });
    await eventually(async () => receives.get('001')?.length === 2 && (await left(queue)) === 0);

    expect(Object.fromEntries(receives)).toEqual({ '000': ['1'], '001': ['1', '2'], '002': ['1'] });
  });

  it.each([
    ['throws', () => Promise.reject(new Error('broken'))],
    ['answers with an unknown id', async () => failing('nobody')],
    ['does not end in time', () => new Promise(() => {})],
  ])('keeps the whole batch when the function %s', async (_, answer) => {
    const queue = await aQueue(60);
    await send(queue, 3);

    const { errors } = start(queue, answer);
    await eventually(() => errors.length > 0);

    expect(await left(queue)).toBe(3);
  });

  it('never runs more invocations at a time than it may', async () => {
    const queue = await aQueue(60);
    await send(queue, 60);
    let running = 0;
    let most = 0;
    let done = 0;
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });

    start(queue, async (event) => {
      running += 1;
      most = Math.max(most, running);
      await released;
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
      done += event.Records.length;
      return undefined;
    });
    // None ends before three are under way, however slow the machine is.
    await eventually(() => running === 3);
    release();
    await eventually(() => done >= 60);

    expect(most).toBe(3);
  });

  it('lets batches in flight end when it stops, and takes no other', async () => {
    const queue = await aQueue(60);
    await send(queue, 1);
    let release: () => void = () => {};
    let started = false;
    const { mapping } = start(queue, async () => {
      started = true;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return undefined;
    });
    await eventually(() => started);

    const stopping = mapping.stop();
    await send(queue, 1);
    release();
    await stopping;

    expect(await left(queue)).toBe(1);
  });

  it('gives the function a context that counts down', async () => {
    const queue = await aQueue(60);
    await send(queue, 1);
    let remainingMs: number | undefined;

    start(queue, async (_, context) => {
      remainingMs = context.getRemainingTimeInMillis();
      return undefined;
    });
    await eventually(() => remainingMs !== undefined);

    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(200);
  });
});

function start(queue: CreatedQueue, handler: EventSourceMappingOptions['handler']) {
  const errors: unknown[] = [];
  const batches: number[] = [];
  const mapping = startEventSourceMapping({
    client,
    queueUrl: queue.url,
    queueArn: queue.arn,
    batchSize: 10,
    maxConcurrency: 3,
    fn: { name: 'consumer', timeoutMs: 200, memoryMb: 512 },
    handler: (event, context) => {
      batches.push(event.Records.length);
      return handler(event, context);
    },
    onError: (error) => errors.push(error),
  });
  mappings.push(mapping);
  return { mapping, errors, batches };
}

async function aQueue(visibilitySeconds: number): Promise<CreatedQueue> {
  queues += 1;
  return emulator.createQueue(`esm-${queues}`, { VisibilityTimeout: String(visibilitySeconds) });
}

async function send(queue: CreatedQueue, count: number): Promise<void> {
  for (const body of numbered(count)) {
    await client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: body }));
  }
}

async function left(queue: CreatedQueue): Promise<number> {
  const answer = await fetch(`${emulator.url}/_fauxqs/queues/${queue.url.split('/').at(-1)}`);
  const { messages } = (await answer.json()) as {
    messages: { ready: unknown[]; delayed: unknown[]; inflight: unknown[] };
  };
  return messages.ready.length + messages.delayed.length + messages.inflight.length;
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not come about within 5 s');
}

function bodies(event: SQSEvent): string[] {
  return event.Records.map((record) => record.body);
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index).padStart(3, '0'));
}

function failing(id: string) {
  return { batchItemFailures: [{ itemIdentifier: id }] };
}
