// A consumer in a process of its own is killed at an exact moment of its work: something that it does just
// then is held up, the test sees it come, and only then sends SIGKILL. A second consumer finds what is left.

import { describe, it, type TestContext } from 'vitest';
import type { ConsumerSetup } from '../../../local/start-consumer.ts';
import { type ConsumerProcess, startConsumerProcess } from '../../support/consumer-process.ts';
import {
  expectOneRecordEach,
  type FaultPipeline,
  onceEach,
  startFaultPipeline,
  workflowRuns,
} from '../../support/fault-pipeline.ts';
import { type FaultProxy, type ProxiedCall, startFaultProxy } from '../../support/fault-proxy.ts';
import { hasLocalTable } from '../../support/local-table.ts';
import { eventually } from '../../support/running-pipeline.ts';
import { aSubmission } from '../../support/submissions.ts';

const UPSERT = '/crm/v8/Leads/upsert';

/** The leases of the dead run out after 16 s. */
const SLOW = { timeout: 60_000 };

type AtEnd = TestContext['onTestFinished'];

/** What stands between the first consumer and the rest of the world. */
interface Scene {
  readonly pipeline: FaultPipeline;
  readonly toZoho: FaultProxy;
  readonly toTable: FaultProxy;
  readonly toQueue: FaultProxy;
}

interface Moment {
  readonly name: string;
  /** Sets the trap; what it returns resolves when the moment has come. */
  readonly arm: (scene: Scene) => Promise<() => Promise<unknown>>;
  /** Records in Zoho at that moment. */
  readonly records: number;
}

const MOMENTS: readonly Moment[] = [
  {
    name: 'after the lead is noted as delivered, before its message is deleted',
    arm: async ({ toQueue }) => heldUp(toQueue, (call) => call.operation === 'DeleteMessageBatch'),
    records: 2,
  },
  {
    name: 'before its call reaches Zoho',
    arm: async ({ toZoho }) => heldUp(toZoho, (call) => call.path.startsWith(UPSERT)),
    records: 0,
  },
  {
    name: 'before Zoho writes, which it does all the same, seconds later',
    arm: async ({ pipeline }) => {
      await pipeline.zoho.faults({ kind: 'delay', delayMs: 3_000, match: { path: UPSERT } });
      return async () => await untilZohoIsAtIt(pipeline);
    },
    records: 0,
  },
  {
    name: 'after Zoho has written, before its answer comes',
    arm: async ({ pipeline }) => {
      await pipeline.zoho.faults({
        kind: 'delay',
        when: 'after',
        delayMs: 3_000,
        match: { path: UPSERT },
      });
      return async () =>
        await eventually(
          async () => await pipeline.zoho.records('Leads'),
          (records) => records.length > 0,
        );
    },
    records: 2,
  },
  {
    name: 'after the answer, before the table knows of it',
    arm: async ({ toTable }) => heldUp(toTable, isConfirmation),
    records: 2,
  },
  {
    name: 'after the record is confirmed, before the lead is noted as delivered',
    arm: async ({ toTable }) => heldUp(toTable, isDelivery),
    records: 2,
  },
];

describe.runIf(hasLocalTable)('a consumer that is killed', () => {
  it.concurrent.for(MOMENTS)(
    '$name leaves one record a person, and automation runs once',
    SLOW,
    async ({ arm, records }, { expect, onTestFinished }) => {
      const scene = await setTheScene(onTestFinished);
      const { pipeline } = scene;
      // One batch: three leads of two persons.
      await pipeline.submit(
        aSubmission('ana', 1),
        aSubmission('ana', 2, { source: 'events' }),
        aSubmission('ben'),
      );

      await killConsumer(scene, await arm(scene), onTestFinished);
      const atTheMoment = await pipeline.zoho.records('Leads');
      await startConsumer(scene, onTestFinished);
      await pipeline.allDelivered();
      await eventually(pipeline.pipeline.countQueued, (count) => count === 0);

      expect(atTheMoment).toHaveLength(records);
      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      expect(workflowRuns(held)).toEqual(onceEach(pipeline.sent));
    },
  );

  it.concurrent(
    'leaves no write behind that undoes what a person submitted since',
    SLOW,
    async ({ expect, onTestFinished }) => {
      const scene = await setTheScene(onTestFinished);
      const { pipeline } = scene;
      // Late enough for another consumer to start and write before it, were there no lease.
      await pipeline.zoho.faults({ kind: 'delay', delayMs: 8_000, match: { path: UPSERT } });
      await pipeline.submit(aSubmission('ana', 1));

      await killConsumer(scene, async () => await untilZohoIsAtIt(pipeline), onTestFinished);
      await pipeline.submit(aSubmission('ana', 2));
      await startConsumer(scene, onTestFinished);
      await pipeline.allDelivered();

      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      expect(workflowRuns(held)).toEqual({ 'ana@example.com': 2 });
    },
  );

  it.concurrent(
    'after an update is known to have updated: automation runs once for it',
    SLOW,
    async ({ expect, onTestFinished }) => {
      const scene = await setTheScene(onTestFinished);
      const { pipeline } = scene;
      await pipeline.submit(aSubmission('ana', 1));
      const before = await startConsumer(scene, onTestFinished);
      await pipeline.allDelivered();
      await before.kill();
      await pipeline.zoho.faults({
        kind: 'delay',
        when: 'after',
        delayMs: 3_000,
        match: { method: 'PUT' },
      });
      await pipeline.submit(aSubmission('ana', 2));

      await killConsumer(scene, async () => await untilUpdated(pipeline), onTestFinished);
      await startConsumer(scene, onTestFinished);
      await pipeline.allDelivered();

      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      expect(held.get('ana@example.com')?.workflowFires).toEqual({
        total: 2,
        insert: 1,
        update: 1,
      });
    },
  );
});

async function setTheScene(atEnd: AtEnd): Promise<Scene> {
  const pipeline = await startFaultPipeline({ options: { consumer: 'elsewhere' } });
  atEnd(async () => await pipeline.stop());
  const { zohoUrl, sqsUrl, table } = pipeline.pipeline;
  const proxies = await Promise.all(
    [zohoUrl, table.kind === 'memory' ? '' : table.url, sqsUrl].map(startFaultProxy),
  );
  const [toZoho, toTable, toQueue] = proxies as [FaultProxy, FaultProxy, FaultProxy];
  atEnd(async () => {
    await Promise.all(proxies.map(async (proxy) => await proxy.stop()));
  });
  return { pipeline, toZoho, toTable, toQueue };
}

/** Runs a consumer up to a moment, and kills it then. */
async function killConsumer(
  scene: Scene,
  moment: () => Promise<unknown>,
  atEnd: AtEnd,
): Promise<void> {
  const consumer = await startConsumerProcess(throughProxies(scene));
  atEnd(consumer.kill);
  await moment();
  await consumer.kill();
}

async function startConsumer({ pipeline }: Scene, atEnd: AtEnd): Promise<ConsumerProcess> {
  const consumer = await startConsumerProcess(pipeline.pipeline.consumerSetup);
  atEnd(consumer.kill);
  return consumer;
}

async function untilZohoIsAtIt({ zoho }: FaultPipeline): Promise<void> {
  await eventually(
    async () => await zoho.stats(),
    (stats) => stats.concurrencyHighest > 0,
  );
}

async function untilUpdated({ zoho }: FaultPipeline): Promise<void> {
  await eventually(
    async () => await zoho.stats(),
    (stats) => stats.updates > 0,
  );
}

function throughProxies({ pipeline, toZoho, toTable, toQueue }: Scene): ConsumerSetup {
  const setup = pipeline.pipeline.consumerSetup;
  const queuePath = new URL(setup.env['DELIVERY_QUEUE_URL'] ?? '').pathname;
  return {
    ...setup,
    env: {
      ...setup.env,
      ZOHO_API_URL: toZoho.url,
      AWS_ENDPOINT_URL_DYNAMODB: toTable.url,
      AWS_ENDPOINT_URL_SQS: toQueue.url,
      DELIVERY_QUEUE_URL: `${toQueue.url}${queuePath}`,
    },
  };
}

/** Holds up the next such call for ever: whoever sent it is to die over it. */
function heldUp(
  proxy: FaultProxy,
  matches: (call: ProxiedCall) => boolean,
): () => Promise<ProxiedCall> {
  const held = proxy.holdNext(matches);
  return async () => await held;
}

/** Whether a call stores that Zoho holds an identity's record. */
function isConfirmation({ operation, body }: ProxiedCall): boolean {
  return operation === 'PutItem' && body.includes('"crm_record_id"');
}

/** Whether a call stores that a lead has been delivered. */
function isDelivery({ operation, body }: ProxiedCall): boolean {
  return operation === 'UpdateItem' && body.includes('":succeeded":{"S":"succeeded"}');
}
