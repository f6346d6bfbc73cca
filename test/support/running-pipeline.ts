import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient, paginateScan, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { fromAttributes } from '../../lambdas/aws/table-expression.ts';
import { defineConfig, type HoldfastConfigInput } from '../../lambdas/core/config.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { PortTakenError } from '../../local/emulators/listen.ts';
import { LOCAL_TABLE } from '../../local/local-stack.ts';
import type { SampleLead } from '../../local/samples/sample-lead.ts';
import { buildSampleRequest } from '../../local/samples/sample-request.ts';
import { signSample } from '../../local/samples/sample-signing.ts';
import { type PipelineOptions, portsFrom, startPipeline } from '../../local/start-pipeline.ts';
import { createSimulatorAdmin } from '../../local/zoho-simulator/admin-client.ts';
import { type AwsCallRecorder, startAwsCallRecorder } from './aws-calls.ts';
import { notPermitted } from './compare-permissions.ts';
import { permissionsOf } from './permissions.ts';

const SOURCES: HoldfastConfigInput['sources'] = {
  demo: { provider: 'typeform', label: 'Demo request' },
  partner: { provider: 'standard_webhooks', label: 'Partner' },
  form: {
    provider: 'website_form',
    allowedOrigins: ['https://www.example.com'],
    onRepeat: 'conflict',
  },
};

export interface PipelineInput {
  readonly sources?: HoldfastConfigInput['sources'];
  readonly zoho?: HoldfastConfigInput['zoho'];
  readonly delivery?: HoldfastConfigInput['delivery'];
  readonly sweeper?: HoldfastConfigInput['sweeper'];
  readonly canary?: HoldfastConfigInput['canary'];
  readonly options?: Partial<PipelineOptions>;
  /** `false`: the functions' AWS calls go straight to the emulators, for tests that count on every millisecond. */
  readonly recordsCalls?: boolean;
}

/** The whole pipeline over sockets, in a directory of its own, with what tests ask of it. */
export async function startTestPipeline(input: PipelineInput = {}) {
  const dataDir =
    input.options?.dataDir ?? mkdtempSync(path.join(tmpdir(), 'holdfast-integration-'));
  const config = defineConfig({
    sources: input.sources ?? SOURCES,
    zoho: input.zoho ?? {},
    // Waits that a test can sit out; the relations between them are as in production.
    delivery: { crmTimeoutMs: 2_000, settleWindowMs: 1_000, ...input.delivery },
    sweeper: input.sweeper ?? {},
    ...(input.canary === undefined ? {} : { canary: input.canary }),
  });
  let recorder: AwsCallRecorder | undefined;
  const pipeline = await startPipeline({
    config,
    dataDir,
    ...input.options,
    functionEnv: async (name, env) => {
      if (input.recordsCalls === false) return env;
      recorder ??= await startAwsCallRecorder(env);
      return recorder.envOf(name, env);
    },
  });
  const zoho = createSimulatorAdmin(pipeline.zohoUrl);
  const sqs = new SQSClient({
    endpoint: pipeline.sqsUrl,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  let sequence = 0;

  const items = async (scan: Omit<ScanCommandInput, 'TableName'> = {}) => {
    const client = new DynamoDBClient({
      endpoint: pipeline.table.kind === 'memory' ? '' : pipeline.table.url,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
      // The table may be cut off on purpose: what is looked at must come all the same.
      maxAttempts: 10,
    });
    const found: Record<string, unknown>[] = [];
    for await (const page of paginateScan({ client }, { ...scan, TableName: LOCAL_TABLE })) {
      found.push(...(page.Items ?? []).map((item) => ({ ...fromAttributes(item) })));
    }
    client.destroy();
    return found;
  };
  const request = (source: string, person: Partial<SampleLead> = {}) => {
    sequence += 1;
    const id = person.id ?? `t${sequence}x${process.pid}`;
    return buildSampleRequest(config, source, pipeline.sourceSecret(source), {
      id,
      firstName: 'Ana',
      lastName: 'Ng',
      email: `lead.${id}@example.com`,
      phone: '+12025550143',
      company: 'Example Ltd',
      message: 'Please show us how it works',
      submittedAtMs: Date.now(),
      ...person,
    });
  };
  const post = async (
    sample: ReturnType<typeof request>,
    change: { headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> } = {},
  ) => {
    const response = await fetch(`${pipeline.endpoint}${sample.path}`, {
      method: 'POST',
      headers: { ...signSample(sample, Date.now()), ...change.headers },
      body: change.body ?? sample.body,
    });
    return { status: response.status, body: await response.text(), headers: response.headers };
  };

  return {
    config,
    dataDir,
    pipeline,
    zoho,
    request,
    post,
    /** Sends one sample of a source. */
    send: async (source: string, person: Partial<SampleLead> = {}) =>
      await post(request(source, person)),
    /** All items of the table, or those that a scan lets through, as plain values. */
    items,
    /** What operators did, oldest first. */
    acts: async () =>
      (await items())
        .filter((item) => String(item['pk']).startsWith('JRN#'))
        .toSorted((left, right) => (String(left['sk']) < String(right['sk']) ? -1 : 1)),
    /** The dead letters on their queue; they are hidden for a moment afterwards. */
    deadLetters: async (): Promise<Record<string, unknown>[]> => {
      const output = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: `${pipeline.sqsUrl}/000000000000/holdfast-local-dead-letter`,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 0,
        }),
      );
      return (output.Messages ?? []).map(
        (message) => JSON.parse(message.Body ?? '{}') as Record<string, unknown>,
      );
    },
    sqs,
    /** Every AWS call that the functions have made, each once. */
    awsCalls: () => recorder?.calls() ?? [],
    /** Fails when a function has called anything that its role does not allow. */
    stop: async (keep = false) => {
      sqs.destroy();
      await pipeline.stop();
      await recorder?.stop();
      if (!keep) rmSync(dataDir, { recursive: true, force: true });
      expect(recorder?.unknown() ?? []).toEqual([]);
      expect(notPermitted(recorder?.calls() ?? [], permissionsOf(config))).toEqual([]);
    },
  };
}

export type TestPipeline = Awaited<ReturnType<typeof startTestPipeline>>;

/** A pipeline whose ports the command line can work out from one of them. */
export async function startAtPort(
  input: PipelineInput = {},
): Promise<{ pipeline: TestPipeline; port: number }> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      const options = { ports: portsFrom(port) };
      return { pipeline: await startTestPipeline({ ...input, options }), port };
    } catch (error) {
      if (!(error instanceof PortTakenError)) throw error;
    }
  }
}

/**
 * Asks until the answer satisfies, and hands it over; fails with what it last was.
 *
 * @param movedAtMs when something last happened that may lead there: `withinMs` counts from then
 */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  satisfies: (answer: Answer) => boolean,
  withinMs = 15_000,
  everyMs = 50,
  movedAtMs: () => number = () => 0,
): Promise<Answer> {
  const startedAtMs = Date.now();
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > Math.max(startedAtMs, movedAtMs()) + withinMs) {
      throw new Error(`it did not come to that; last seen: ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
