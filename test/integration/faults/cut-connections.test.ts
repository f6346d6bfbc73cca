// Connections that break in the middle of an answer, or before a request has arrived, with real sockets:
// half of the promised bytes come, then a reset.

import { describe, it, type TestContext } from 'vitest';
import type { Clock } from '../../../lambdas/core/ports/world.ts';
import { systemClock } from '../../../lambdas/runtime/system.ts';
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
import {
  type CallMatch,
  type FaultProxy,
  type ProxiedCall,
  startFaultProxy,
} from '../../support/fault-proxy.ts';
import { eventually } from '../../support/running-pipeline.ts';
import { aSubmission } from '../../support/submissions.ts';

const program = findDynoxide();
const UPSERT = '/crm/v8/Leads/upsert';
const UPDATE = '/crm/v8/Leads';

/** What the SDK tries before it gives a call up. */
const SDK_TRIES = 3;

/** A call that the SDK has given up comes back 30 s later, and a dead writer's lease takes 15 s. */
const SLOW = { timeout: 120_000 };

/**
 * The sweeper of production, sooner. It alone brings back a lead whose acceptance was stored and never
 * answered: its sender asks again and hears that it is known, and nobody has sent a message for it.
 */
const SWEPT_SOON = {
  options: { sweepEveryMs: 5_000 },
  sweeper: { receivedStaleMs: 30_000, requeueIntervalMs: 60_000 },
  // What the relations then ask for.
  delivery: { breaker: { openMaxMs: 45_000 }, retry: { retryForHours: 12 } },
} as const satisfies FaultPipelineInput;

/**
 * How long nothing may happen to a lead. One lost call costs at most
 * - 30 s, until its message comes back: a claim, or what is read or stored after it
 * - 35 s, `receivedStaleMs` and a sweep: that the lead is accepted
 * - 65 s, `requeueIntervalMs` and a sweep: that the sweeper sends it another message
 *
 * and the rest is for a machine with other things to do.
 */
const SILENT_MS_MAX = 90_000;

/** Calls that may be lost, mostly one or two. One after the other, these cost 4 × 65 s. */
const LOST_MAX = 4;

/** `LOST_MAX` calls, and 40 s for the work itself. */
const WITH_LOSSES = { timeout: 300_000 };

/** Three minutes ahead: `receivedStaleMs` and an interval of the sweeper are over for what comes now. */
const SWEEPERS_CLOCK: Clock = {
  ...systemClock,
  nowMs: () => systemClock.nowMs() + 180_000,
};

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
    WITH_LOSSES,
    async ({ expect, onTestFinished }) => {
      const { pipeline, toTable } = await startBehindProxy(onTestFinished, SWEPT_SOON);
      const cuts = toTable.cutAnswers(everyFourth(LOST_MAX), Number.POSITIVE_INFINITY);

      for (const minute of [1, 2]) {
        await pipeline.submit(...persons(6).map((person) => aSubmission(person, minute)));
        await pipeline.allDeliveredUnlessSilent(SILENT_MS_MAX);
      }

      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      expect(cuts()).toBeGreaterThan(10);
      expect(effects(held)).toEqual(persons(6).map(() => INSERTED_AND_UPDATED));
    },
  );

  it.concurrent(
    'each time the table has stored that a lead is accepted leave it to the sweeper',
    SLOW,
    async ({ expect, onTestFinished }) => {
      const { pipeline, toTable } = await startBehindProxy(onTestFinished, {
        options: { overrides: { sweeper: { clock: SWEEPERS_CLOCK } } },
      });
      const cuts = toTable.cutAnswers(isAcceptance, SDK_TRIES);

      await pipeline.submit(aSubmission('ana'));
      const left = {
        states: await pipeline.states(),
        queued: await pipeline.pipeline.countQueued(),
      };
      await pipeline.pipeline.sweep();
      await pipeline.allDelivered();

      const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
      expect(cuts()).toBe(SDK_TRIES);
      expect(left).toEqual({ states: { received: 1 }, queued: 0 });
      expect(workflowRuns(held)).toEqual(onceEach(pipeline.sent));
    },
  );

  it.concurrent.for([
    ['the table has stored the claim of a lead', 'cutAnswers', isClaim],
    ['the table has stored that Zoho holds the record', 'cutAnswers', isConfirmation],
    ['the table has stored that the lead is delivered', 'cutAnswers', isDelivery],
    ['before the table stores that Zoho holds the record', 'cutRequests', isConfirmation],
    ['before the table stores that the lead is delivered', 'cutRequests', isDelivery],
  ] as const)(
    'each time %s leave one record, and automation runs once',
    SLOW,
    async ([, cut, matches], { expect, onTestFinished }) => {
      const { pipeline, toTable } = await startBehindProxy(onTestFinished);
      const cuts = toTable[cut](matches, SDK_TRIES);

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
  input: FaultPipelineInput = {},
): Promise<{ pipeline: FaultPipeline; toTable: FaultProxy }> {
  const database = await startDynamodb(program!, { port: 0 });
  atEnd(database.stop);
  const toTable = await startFaultProxy(database.url);
  atEnd(toTable.stop);
  const options = { ...input.options, dynamodb: { endpoint: toTable.url } };
  const pipeline = await start(atEnd, { ...input, options });
  return { pipeline, toTable };
}

function persons(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `person${index}`);
}

/** Every fourth call of the functions; at most `lostMax` of them lose all of their tries by it. */
function everyFourth(lostMax: number): CallMatch {
  let calls = 0;
  let lost = 0;
  return ({ operation, tryNumber }) => {
    // The test's own look at the states, which would else be most of the calls.
    if (operation === 'Scan') return false;
    calls += 1;
    if (calls % 4 !== 0) return false;
    if (tryNumber < SDK_TRIES) return true;
    lost += 1;
    return lost <= lostMax;
  };
}

/** Whether a call stores an event that was accepted. */
function isAcceptance({ operation, body }: ProxiedCall): boolean {
  return operation === 'PutItem' && body.includes('"state":{"S":"received"}');
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
