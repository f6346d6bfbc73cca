import assert from 'node:assert/strict';
import { expect } from 'vitest';
import {
  defineConfig,
  type HoldfastConfig,
  type HoldfastConfigInput,
} from '../../lambdas/core/config.ts';
import { RELATIONS, visibilityOutlastsConsumer, zohoIsReachable } from '../../lib/relations.ts';
import { STAGE_CONFIG, type StageConfig } from '../../lib/stage-config.ts';
import type { LogEntry } from '../../local/local-log.ts';
import type { PipelineOptions } from '../../local/start-pipeline.ts';
import type { SimulatorRecord } from '../../local/zoho-simulator/admin/contract.ts';
import type { SimulatorAdmin } from '../../local/zoho-simulator/admin-client.ts';
import { byPerson, CAMPAIGN_FIELDS, foldOf, type SentSubmission } from './reference-fold.ts';
import { eventually, startTestPipeline, type TestPipeline } from './running-pipeline.ts';
import { FAULT_SOURCES, type Submission, sendSubmission } from './submissions.ts';

/**
 * The waits of production, shortened as far as the settings allow. What must hold between them holds, but
 * for one thing: a message comes back sooner than six time-outs of its consumer. In production that would
 * cost idle receives; here it saves a test the wait, and brings messages back while their consumer is
 * still at work.
 */
const QUICK = {
  crmTimeoutMs: 2_000,
  settleWindowMs: 1_000,
  suspectDelayMaxMs: 1_000,
  claimLeaseMs: 16_000,
  identityLeaseMs: 15_000,
} as const satisfies HoldfastConfigInput['delivery'];

const QUICK_STAGE: StageConfig = {
  ...STAGE_CONFIG,
  consumer: { ...STAGE_CONFIG.consumer, timeoutSeconds: 15 },
  deliveryQueue: { ...STAGE_CONFIG.deliveryQueue, visibilitySeconds: 5 },
};

/** Leads' states without what they carry: a test that looks often must not slow down what it looks at. */
const STATES_ONLY = {
  FilterExpression: 'sk = :state AND begins_with(pk, :event)',
  ProjectionExpression: '#state',
  ExpressionAttributeNames: { '#state': 'state' },
  ExpressionAttributeValues: { ':state': { S: 'STATE' }, ':event': { S: 'EVT#' } },
};

const LOOK_EVERY_MS = 200;

const UNCHECKED: readonly unknown[] = [visibilityOutlastsConsumer, zohoIsReachable];

/** What a test changes of the pipeline that it breaks. */
export interface FaultPipelineInput {
  readonly delivery?: HoldfastConfigInput['delivery'];
  readonly sweeper?: HoldfastConfigInput['sweeper'];
  readonly options?: Partial<PipelineOptions>;
}

/** A pipeline that is about to be broken, and what it was sent. */
export interface FaultPipeline extends TestPipeline {
  /** All that was accepted, in order of acceptance. */
  readonly sent: readonly SentSubmission[];
  /** Sends submissions side by side, each until it is accepted. */
  readonly submit: (...submissions: readonly Submission[]) => Promise<void>;
  /** States of all leads: state → how many. */
  readonly states: () => Promise<Readonly<Record<string, number>>>;
  /** Waits until every lead that was sent has been delivered. */
  readonly allDelivered: (withinMs?: number) => Promise<void>;
  /** The same, for as long as something happens to a lead: fails when nothing has for `silentMsMax`. */
  readonly allDeliveredUnlessSilent: (silentMsMax: number) => Promise<void>;
}

/** Starts a pipeline with short waits, over sockets, in a directory of its own. */
export async function startFaultPipeline(input: FaultPipelineInput = {}): Promise<FaultPipeline> {
  const settings = {
    sources: FAULT_SOURCES,
    zoho: { fields: CAMPAIGN_FIELDS },
    delivery: { ...QUICK, ...input.delivery },
    sweeper: input.sweeper ?? {},
  };
  let heardAtMs = 0;
  const options: Partial<PipelineOptions> & { readonly stage: StageConfig } = {
    stage: QUICK_STAGE,
    ...input.options,
    onLog: (entry) => {
      if (tellsOfLead(entry)) heardAtMs = Date.now();
      input.options?.onLog?.(entry);
    },
  };
  assertDeployable(defineConfig(settings), options.stage);
  const running = await startTestPipeline({ ...settings, options, recordsCalls: false });

  const sent: SentSubmission[] = [];
  const states = async (): Promise<Readonly<Record<string, number>>> => {
    const counts: Record<string, number> = {};
    for (const item of await running.items(STATES_ONLY)) {
      const state = String(item['state']);
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return counts;
  };
  const isAllDelivered = (counts: Readonly<Record<string, number>>): boolean =>
    counts['succeeded'] === sent.length;
  return {
    ...running,
    sent,
    submit: async (...submissions) => {
      await Promise.all(
        submissions.map(async (each) => {
          sent.push(await sendSubmission(running, each));
        }),
      );
    },
    states,
    allDelivered: async (withinMs = 30_000) => {
      await eventually(states, isAllDelivered, withinMs, LOOK_EVERY_MS);
    },
    allDeliveredUnlessSilent: async (silentMsMax) => {
      await eventually(states, isAllDelivered, silentMsMax, LOOK_EVERY_MS, () => heardAtMs);
    },
  };
}

/** The sweeper speaks at each run, too, when it finds nothing or cannot look. */
function tellsOfLead({ service, fields }: LogEntry): boolean {
  return service !== 'sweeper' || fields.idempotency_key !== undefined;
}

/** Settings that no deployment could have would prove nothing. */
function assertDeployable(config: HoldfastConfig, stage: StageConfig): void {
  const deployment = {
    stage: 'local',
    isProduction: false,
    isDisposable: true,
    isZohoEnabled: true,
  };
  const problems = RELATIONS.filter((relation) => !UNCHECKED.includes(relation))
    .map((relation) => relation({ config, stage, deployment }))
    .filter((problem) => problem !== undefined);
  assert.deepEqual(problems, []);
}

/**
 * Asserts what the CRM holds at the end: one record a person, every field as the submissions say, and for
 * persons with one submission, automation that ran once.
 *
 * @returns the records by e-mail address
 */
export async function expectOneRecordEach(
  zoho: SimulatorAdmin,
  sent: readonly SentSubmission[],
): Promise<ReadonlyMap<string, SimulatorRecord>> {
  const persons = byPerson(sent);
  const records = await zoho.records('Leads');
  const held = new Map(records.map((record) => [String(record.fields['Email']), record]));

  expect(records.map((record) => String(record.fields['Email'])).toSorted()).toEqual(
    [...persons.keys()].toSorted(),
  );
  expect(new Set(records.map((record) => record.fields['Holdfast_Key'])).size).toBe(persons.size);
  for (const [email, submissions] of persons) {
    expect(held.get(email)?.fields).toMatchObject(foldOf(submissions));
  }
  return held;
}

/** How often automation ran, by e-mail address. */
export function workflowRuns(
  records: ReadonlyMap<string, SimulatorRecord>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...records].map(([email, record]) => [email, record.workflowFires.total]),
  );
}

/** Each person's automation once. */
export function onceEach(sent: readonly SentSubmission[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...byPerson(sent).keys()].map((email) => [email, 1]));
}
