// Connections that break in the middle of an answer, or before a request has arrived, with real sockets:
// half of the promised bytes come, then a reset.

import { afterEach, describe, expect, it } from 'vitest';
import { findDynoxide, startDynamodb } from '../../../local/emulators/dynamodb.ts';
import {
  expectOneRecordEach,
  type FaultPipeline,
  type FaultPipelineInput,
  onceEach,
  startFaultPipeline,
  workflowRuns,
} from '../../support/fault-pipeline.ts';
import { type FaultProxy, type ProxiedCall, startFaultProxy } from '../../support/fault-proxy.ts';
import { aSubmission } from '../../support/submissions.ts';

const program = findDynoxide();
const UPSERT = '/crm/v8/Leads/upsert';
const UPDATE = '/crm/v8/Leads';

/** What the SDK tries before it gives a call up. */
const SDK_TRIES = 3;

let stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.toReversed()) await stop();
  stops = [];
});

describe.runIf(program !== undefined)('connections that break half-way', () => {
  it.each(['cut_connection', 'truncated_json', 'short_data', 'reset'] as const)(
    'in Zoho’s answers (%s) leave one record a person, and automation runs once an effect',
    async (kind) => {
      const pipeline = await start();
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
      expect([...held.values()].map((record) => record.workflowFires)).toEqual(
        persons(4).map(() => ({ total: 2, insert: 1, update: 1 })),
      );
    },
  );

  it('in every fourth answer of the table lose no lead and double none', async () => {
    const { pipeline, toTable } = await startBehindProxy();
    let calls = 0;
    const cuts = toTable.cutAnswers(() => {
      calls += 1;
      return calls % 4 === 0;
    }, Number.POSITIVE_INFINITY);

    for (const minute of [1, 2]) {
      await pipeline.submit(...persons(6).map((person) => aSubmission(person, minute)));
      await pipeline.allDelivered();
    }

    const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
    expect(cuts()).toBeGreaterThan(10);
    expect([...held.values()].map((record) => record.workflowFires)).toEqual(
      persons(6).map(() => ({ total: 2, insert: 1, update: 1 })),
    );
  });

  it.each([
    ['the claim of a lead', isClaim],
    ['that Zoho holds the record', isConfirmation],
    ['that the lead is delivered', isDelivery],
  ])('each time the table answers %s leave one record, and automation runs once', async (_, is) => {
    const { pipeline, toTable } = await startBehindProxy();
    const cuts = toTable.cutAnswers(is, SDK_TRIES);

    await pipeline.submit(aSubmission('ana'));
    await pipeline.allDelivered();

    const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
    expect(cuts()).toBe(SDK_TRIES);
    expect(workflowRuns(held)).toEqual(onceEach(pipeline.sent));
  });

  it.each([
    ['that Zoho holds the record', isConfirmation],
    ['that the lead is delivered', isDelivery],
  ])(
    'before the table hears %s leave one record, and automation runs once',
    { timeout: 45_000 },
    async (_, is) => {
      const { pipeline, toTable } = await startBehindProxy();
      const cuts = toTable.cutRequests(is, SDK_TRIES);

      await pipeline.submit(aSubmission('ana'), aSubmission('ben'));
      await pipeline.allDelivered();

      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      expect(cuts()).toBe(SDK_TRIES);
      expect(workflowRuns(held)).toEqual(onceEach(pipeline.sent));
    },
  );
});

async function start(input: FaultPipelineInput = {}): Promise<FaultPipeline> {
  const pipeline = await startFaultPipeline(input);
  stops.push(async () => await pipeline.stop());
  return pipeline;
}

/** A pipeline whose functions reach their table through a proxy. */
async function startBehindProxy(): Promise<{ pipeline: FaultPipeline; toTable: FaultProxy }> {
  const database = await startDynamodb(program!, { port: 0 });
  stops.push(database.stop);
  const toTable = await startFaultProxy(database.url);
  stops.push(toTable.stop);
  const pipeline = await start({ options: { dynamodb: { endpoint: toTable.url } } });
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
