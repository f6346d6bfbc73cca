// Connections that break in the middle of an answer, or before a request has arrived, with real sockets:
// half of the promised bytes come, then a reset.

import { describe, it, type TestContext } from 'vitest';
import { findDynoxide, startDynamodb } from '../../../local/emulators/dynamodb.ts';
import type { SimulatorRecord } from '../../../local/zoho-simulator/admin/contract.ts';
import {
  expectOneRecordEach,
  type FaultPipeline,
  type FaultPipelineInput,
  onceEach,
  startFaultPipeline,
  workflowRuns,
} from '../../support/fault-pipeline.ts';
import { type FaultProxy, type ProxiedCall, startFaultProxy } from '../../support/fault-proxy.ts';
import { eventually } from '../../support/running-pipeline.ts';
import { aSubmission } from '../../support/submissions.ts';

const program = findDynoxide();
const UPSERT = '/crm/v8/Leads/upsert';
const UPDATE = '/crm/v8/Leads';

/** What the SDK tries before it gives a call up. */
const SDK_TRIES = 3;

/** A call that the SDK has given up comes back 30 s later, and a dead writer's lease takes 15 s. */
const SLOW = { timeout: 120_000 };

type AtEnd = TestContext['onTestFinished'];

describe.runIf(program !== undefined)('connections that break half-way', () => {
  it.concurrent.for(['cut_connection', 'truncated_json', 'short_data', 'reset'] as const)(
    'in Zoho’s answers (%s) leave one record a person, and automation runs once an effect',
    SLOW,
    async (kind, { expect, onTestFinished }) => {
      const pipeline = await start(onTestFinished);
      const fault = kind === 'reset' ? ({ kind, when: 'after' } as const) : { kind };
      await pipeline.zoho.faults(
        { ...fault, match: { path: UPSERT } },
        { ...fault, match: { method: 'PUT', path: UPDATE } },
      );

      await pipeline.submit(...persons(4).map((person) => aSubmission(person, 1)));
      await pipeline.allDelivered();
      const afterInsert = workflowRuns(await expectOneRecordEach(pipeline.zoho, pipeline.sent));
      await pipeline.submit(...persons(4).map((person) => aSubmission(person, 2)));
      await pipeline.allDelivered();

      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      const struck = (await pipeline.zoho.journal()).filter((entry) => entry.fault === kind);
      expect(struck.map((entry) => `${entry.method} ${entry.path}`)).toEqual([
        `POST ${UPSERT}`,
        `PUT ${UPDATE}`,
      ]);
      expect(afterInsert).toEqual(onceEach(pipeline.sent));
      expect(effects(held)).toEqual(persons(4).map(() => INSERTED_AND_UPDATED));
    },
  );

  it.concurrent(
    'in every fourth answer of the table lose no lead and double none',
    SLOW,
    async ({ expect, onTestFinished }) => {
      const { pipeline, toTable } = await startBehindProxy(onTestFinished);
      let calls = 0;
      const cuts = toTable.cutAnswers(() => {
        calls += 1;
        return calls % 4 === 0;
      }, Number.POSITIVE_INFINITY);

      for (const minute of [1, 2]) {
        await pipeline.submit(...persons(6).map((person) => aSubmission(person, minute)));
        // A message whose event could not be claimed comes back after 30 s.
        await pipeline.allDelivered(90_000);
      }

      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      expect(cuts()).toBeGreaterThan(10);
      expect(effects(held)).toEqual(persons(6).map(() => INSERTED_AND_UPDATED));
    },
  );

  it.concurrent.for([
    ['the claim of a lead', isClaim],
    ['that Zoho holds the record', isConfirmation],
    ['that the lead is delivered', isDelivery],
  ] as const)(
    'each time the table has stored %s leave one record, and automation runs once',
    SLOW,
    async ([, matches], { expect, onTestFinished }) => {
      const { pipeline, toTable } = await startBehindProxy(onTestFinished);
      const cuts = toTable.cutAnswers(matches, SDK_TRIES);

      await pipeline.submit(aSubmission('ana'));
      await eventually(
        async () => cuts(),
        (count) => count === SDK_TRIES,
      );
      await pipeline.allDelivered(45_000);

      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      expect(workflowRuns(held)).toEqual(onceEach(pipeline.sent));
    },
  );

  it.concurrent.for([
    ['that Zoho holds the record', isConfirmation],
    ['that the lead is delivered', isDelivery],
  ] as const)(
    'each time before the table stores %s leave one record, and automation runs once',
    SLOW,
    async ([, matches], { expect, onTestFinished }) => {
      const { pipeline, toTable } = await startBehindProxy(onTestFinished);
      const cuts = toTable.cutRequests(matches, SDK_TRIES);

      await pipeline.submit(aSubmission('ana'));
      await eventually(
        async () => cuts(),
        (count) => count === SDK_TRIES,
      );
      await pipeline.allDelivered(45_000);

      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      expect(workflowRuns(held)).toEqual(onceEach(pipeline.sent));
    },
  );
});

const INSERTED_AND_UPDATED = { total: 2, insert: 1, update: 1 };

function effects(held: ReadonlyMap<string, SimulatorRecord>): readonly unknown[] {
  return [...held.values()].map((record) => record.workflowFires);
}

async function start(atEnd: AtEnd, input: FaultPipelineInput = {}): Promise<FaultPipeline> {
  const pipeline = await startFaultPipeline(input);
  atEnd(async () => await pipeline.stop());
  return pipeline;
}

/** A pipeline whose functions reach their table through a proxy. */
async function startBehindProxy(
  atEnd: AtEnd,
): Promise<{ pipeline: FaultPipeline; toTable: FaultProxy }> {
  const database = await startDynamodb(program!, { port: 0 });
  atEnd(database.stop);
  const toTable = await startFaultProxy(database.url);
  atEnd(toTable.stop);
  const pipeline = await start(atEnd, { options: { dynamodb: { endpoint: toTable.url } } });
  return { pipeline, toTable };
}

function persons(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `person${index}`);
}

function isClaim({ operation, body }: ProxiedCall): boolean {
  return operation === 'UpdateItem' && body.includes('":processing":{"S":"processing"}');
}

/** Whether a call stores that Zoho holds an identity's record. */
function isConfirmation({ operation, body }: ProxiedCall): boolean {
  return operation === 'PutItem' && body.includes('"crm_record_id"');
}

/** Whether a call stores that a lead has been delivered. */
function isDelivery({ operation, body }: ProxiedCall): boolean {
  return operation === 'UpdateItem' && body.includes('":succeeded":{"S":"succeeded"}');
}
