import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbEventStore } from '../../lambdas/aws/dynamodb-event-store.ts';
import { defineConfig } from '../../lambdas/core/config.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { LOCAL_TABLE } from '../../local/local-stack.ts';
import type { LogEntry } from '../../local/local-log.ts';
import { runDemo } from '../../local/run-demo.ts';
import { withEveryProvider } from '../../local/samples/every-provider.ts';
import { exampleOfSource } from '../../local/samples/example-of-source.ts';
import { putSampleDetails, sampleDetails } from '../../local/samples/sample-details.ts';
import { buildSampleLead, newId, type SampleLead } from '../../local/samples/sample-lead.ts';
import { buildSampleRequest } from '../../local/samples/sample-request.ts';
import { aConfig, synthesize } from '../infra/template.ts';
import { comparePermissions, type Exception } from '../support/compare-permissions.ts';
import { aNewEvent } from '../support/event-builders.ts';
import { hasLocalTable } from '../support/local-table.ts';
import { eventually, startTestPipeline, type TestPipeline } from '../support/running-pipeline.ts';
import { keyUsesIn, permissionsIn } from '../infra/synthesized-permissions.ts';

/** A source of every provider, and one of each kind that a setting makes. */
const { sources } = withEveryProvider(
  defineConfig({
    sources: {
      demo: { provider: 'typeform' },
      form: {
        provider: 'website_form',
        allowedOrigins: ['https://www.example.com'],
        onRepeat: 'conflict',
        turnstile: {},
      },
    },
  }),
);

/** Permissions that no call on this machine can use. */
const EXCEPTIONS: readonly Exception[] = [
  {
    role: 'consumer',
    action: 'sqs:GetQueueAttributes',
    reason:
      'The event source mapping asks for it, with the role of its function (AWS Lambda, Using Lambda with Amazon ' +
      'SQS, execution role permissions, read 2026-11-22). The local mapping has no need to.',
  },
  {
    role: 'all',
    action: 'logs:CreateLogStream',
    reason: 'Lambda itself writes what a function prints, with the function’s role.',
  },
  {
    role: 'all',
    action: 'logs:PutLogEvents',
    reason: 'Lambda itself writes what a function prints, with the function’s role.',
  },
];

const LARGE_BYTES = 400_000;
const HOUR_MS = 3_600_000;

const stack = synthesize({
  context: { stage: 'local' },
  config: aConfig({ sources }),
});

let pipeline: TestPipeline;
let observe: (entry: LogEntry) => void = () => {};

/** Does what makes each function make every call that it can make. */
async function playEverything(): Promise<void> {
  // One lead of every sender, delivered: secrets, tokens, details, identities, the access token, Turnstile.
  // A machine that is busy may answer one of them 503: senders repeat, and so does this.
  const lines: string[] = [];
  let exitCode = 1;
  for (let round = 0; round < 3 && exitCode !== 0; round += 1) {
    exitCode = await runDemo(
      {
        config: pipeline.config,
        pipeline: pipeline.pipeline,
        newId,
        print: (line) => lines.push(line),
      },
      (listen) => {
        observe = listen;
      },
    );
  }
  expect(exitCode, lines.join('\n')).toBe(0);

  // Again the same, then another of the same person: a duplicate, and a conflict.
  const sample = pipeline.request('demo', { id: 'twice' });
  const form = { id: 'repeat', email: 'repeat@example.com' };
  const answers = [
    await pipeline.post(sample),
    await pipeline.post(sample),
    await pipeline.send('form', form),
    await pipeline.send('form', { ...form, id: 'repeat2' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 409]);

  // A body that goes to the archive, and one that nobody understands.
  await pipeline.send('demo', { id: 'large', message: randomText() });
  const unknown = { ...pipeline.request('demo', { id: 'odd' }), body: '{"odd":true}' };
  expect((await pipeline.post(unknown)).status).toBe(200);

  // Zoho down for a moment, and a lead that it refuses.
  await pipeline.zoho.faults({ kind: 'unavailable', times: 2 });
  await pipeline.send('demo', { id: 'patient' });
  await pipeline.zoho.faults({
    kind: 'row_error',
    code: 'INVALID_DATA',
    match: { row: { field: 'Email', equals: 'bad@example.com' } },
    times: 'always',
  });
  await pipeline.send('demo', { id: 'bad', email: 'bad@example.com' });

  // Details that go to the archive.
  await sendThin({ ...buildSampleLead(0, newId(), Date.now()), answers: { essay: randomText() } });

  // What only the sweeper moves: a lead that was never enqueued, one that is held, and a quarantine that
  // nobody was told of.
  await leaveStuck();
  await pipeline.pipeline.sweep();
}

function randomText(): string {
  return randomBytes(LARGE_BYTES).toString('base64');
}

async function sendThin(lead: SampleLead): Promise<void> {
  const source = pipeline.config.sources['meta']!;
  const details = sampleDetails(exampleOfSource(source), lead);
  await putSampleDetails(pipeline.pipeline.providerApis.url, 'meta', details);
  const secret = pipeline.pipeline.sourceSecret('meta');
  const answer = await pipeline.post(buildSampleRequest(pipeline.config, 'meta', secret, lead));
  expect(answer.status).toBe(200);
}

async function leaveStuck(): Promise<void> {
  const { table } = pipeline.pipeline;
  const client = new DynamoDBClient({
    endpoint: table.kind === 'memory' ? '' : table.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const store = createDynamoDbEventStore({
    client,
    tableName: LOCAL_TABLE,
    retention: pipeline.config.retention,
  });
  const nowMs = Date.now() - HOUR_MS;
  await accept(store, 'stuck', nowMs);
  await accept(store, 'unheld', nowMs);
  await store.hold({ key: keyOf('unheld'), nowMs });
  await accept(store, 'unreported', nowMs);
  const claim = { key: keyOf('unreported'), leaseToken: 'gone', leaseMs: 1, nowMs };
  expect(await store.claim(claim)).toMatchObject({ kind: 'claimed' });
  await store.quarantine(claim.key, 'gone', {
    failure: { class: 'permanent', code: 'crm_invalid_data', message: 'Zoho refused a value.' },
    quarantineId: 'q-unreported',
    attempts: 1,
    atMs: nowMs,
  });
  client.destroy();
}

const keyOf = (id: string): string => `demo|form_response|${id}`;

async function accept(store: EventStore, id: string, nowMs: number): Promise<void> {
  const receivedAt = new Date(nowMs).toISOString();
  await store.accept(
    aNewEvent({ key: keyOf(id), source: 'demo', eventType: 'form_response', receivedAt }),
  );
}

describe.runIf(hasLocalTable)('each function, having done all that it does', () => {
  beforeAll(async () => {
    pipeline = await startTestPipeline({
      sources,
      options: { onLog: (entry) => observe(entry) },
    });
    await playEverything();
    await eventually(
      async () => comparePermissions(pipeline.awsCalls(), permissionsIn(stack), EXCEPTIONS),
      ({ unused }) => unused.length === 0,
      60_000,
    );
  }, 300_000);
  afterAll(async () => await pipeline.stop());

  it('has called nothing that its role in the stack does not allow', () => {
    const { missing } = comparePermissions(pipeline.awsCalls(), permissionsIn(stack), EXCEPTIONS);

    expect(missing).toEqual([]);
  });

  it('has called all that its role allows, resource by resource, but for what is excepted', () => {
    const compared = comparePermissions(pipeline.awsCalls(), permissionsIn(stack), EXCEPTIONS);

    expect(compared.unused).toEqual([]);
    expect(compared.needless).toEqual([]);
  });

  it('may use the key through just the services that it has called', () => {
    const called = pipeline
      .awsCalls()
      .map(({ caller, action }) => [
        caller === 'event source mapping' ? 'consumer' : caller,
        action.split(':')[0],
      ])
      .map((pair) => pair.join(' '));

    expect(new Set(keyUsesIn(stack))).toEqual(new Set(called));
  });

  it('leaves an exception without a reason to nobody', () => {
    for (const { reason } of EXCEPTIONS) expect(reason.length).toBeGreaterThanOrEqual(40);
  });
});
