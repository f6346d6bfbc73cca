import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defineConfig } from '../../lambdas/core/config.ts';
import { addOperatorCommands } from '../../local/operator/add-commands.ts';
import { listOf, statementsOf, synthesize } from '../infra/template.ts';
import { type AwsCallRecorder, startAwsCallRecorder } from '../support/aws-calls.ts';
import { notPermitted, type Permission } from '../support/compare-permissions.ts';
import { startFakeAws } from '../support/fake-aws.ts';
import { hasLocalTable } from '../support/local-table.ts';
import { eventually, startTestPipeline, type TestPipeline } from '../support/running-pipeline.ts';

const SOURCES = { demo: { provider: 'typeform' } } as const;
const KEY = 'demo|form_response|responserefused';

const stack = synthesize({ context: { stage: 'local' } });

/** What a policy allows on what runs here; of services that are not emulated, the actions alone. */
function permissionsOf(role: 'viewer' | 'operator'): readonly Permission[] {
  const path = role === 'viewer' ? 'Operators/Viewer' : 'Operators/Operator';
  return statementsOf(stack.one('AWS::IAM::ManagedPolicy', path)).flatMap((statement) =>
    listOf(statement.Action).flatMap((action) =>
      listOf(statement.Resource).map((resource) => ({
        role,
        action,
        resource: /^(?:dynamodb|sqs|secretsmanager|s3):/.test(action)
          ? stack
              .render(resource)
              .replace(/^arn:.*:secret:holdfast\/local\/source\//, 'Secrets/Source-')
          : '*',
      })),
    ),
  );
}

/** Nobody needs a permission to ask who they are (AWS STS, GetCallerIdentity, read 2026-11-22). */
const FOR_ALL = 'sts:GetCallerIdentity';

/** Commands that also ask what no emulator here answers, and say so: what counts is what they ask. */
const ASKING_MORE = ['doctor', 'source list', 'stats'];

let pipeline: TestPipeline;
let recorder: AwsCallRecorder;
let fakeAws: Awaited<ReturnType<typeof startFakeAws>>;
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-operators-'));

/**
 * Runs a command of the deployed stage in the name of somebody with one of the policies.
 *
 * @returns what it printed; fails when it did not end well, if it is to
 */
async function run(role: 'viewer' | 'operator', ...words: readonly string[]): Promise<string> {
  const env = recorder.envOf(role, { AWS_REGION: 'us-east-1', AWS_SECRET_ACCESS_KEY: 'example' });
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const { zohoUrl } = pipeline.pipeline;
  const lines: string[] = [];
  const print = (line: string): void => {
    lines.push(line);
  };
  const program = new Command('holdfast').exitOverride();
  addOperatorCommands(program, {
    config: defineConfig({ sources: SOURCES, zoho: { accountsUrl: zohoUrl, apiUrl: zohoUrl } }),
    env,
    print,
    printError: print,
  });
  const before = process.exitCode;
  try {
    process.exitCode = 0;
    await program.parseAsync([...words, '--stage', 'staging'], { from: 'user' });
    if (!ASKING_MORE.includes(words.join(' '))) {
      expect([words, process.exitCode]).toEqual([words, 0]);
    }
  } finally {
    process.exitCode = before;
    vi.unstubAllEnvs();
  }
  return lines.join('\n');
}

describe.runIf(hasLocalTable)('people at the command line', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    pipeline = await startTestPipeline({ sources: SOURCES });
    const { sqsUrl, secretsUrl, table, endpoint } = pipeline.pipeline;
    fakeAws = await startFakeAws(sqsUrl, endpoint);
    recorder = await startAwsCallRecorder({
      AWS_ENDPOINT_URL: fakeAws.url,
      AWS_ENDPOINT_URL_DYNAMODB: table.kind === 'memory' ? undefined : table.url,
      AWS_ENDPOINT_URL_SQS: sqsUrl,
      AWS_ENDPOINT_URL_S3: sqsUrl,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl,
    });
    await pipeline.zoho.faults({
      kind: 'row_error',
      code: 'INVALID_DATA',
      match: { row: { field: 'Email', equals: 'bad@example.com' } },
      times: 'always',
    });
    await pipeline.send('demo', { id: 'refused', email: 'bad@example.com' });
    await pipeline.send('demo', { id: 'fine', email: 'fine@example.com' });
    await eventually(pipeline.pipeline.countDeadLetters, (count) => count === 1);
    await eventually(
      async () => await pipeline.zoho.records('Leads'),
      (records) => records.length === 1,
    );
  }, 60_000);
  afterAll(async () => {
    await recorder.stop();
    await fakeAws.stop();
    await pipeline.stop();
    rmSync(folder, { recursive: true });
  });

  const calledBy = (role: 'viewer' | 'operator') =>
    recorder.calls().filter(({ caller, action }) => caller === role && action !== FOR_ALL);

  it('see what they look for with the policy of a viewer', async () => {
    const found = await run('viewer', 'lead', 'find', 'fine@example.com');
    const shown = await run('viewer', 'lead', 'show', KEY);
    const listed = await run('viewer', 'quarantine', 'list');
    const one = await run('viewer', 'quarantine', 'show', KEY);
    const plan = await run('viewer', 'replay', '--plan');
    await run('viewer', 'mapping', 'list');
    await run('viewer', 'mapping', 'diff', '--last', '10');
    await run('viewer', 'source', 'drift');
    await run('viewer', 'stats');
    await run('viewer', 'audit');
    await run('viewer', 'breaker', 'status');
    await run('viewer', 'erase', 'fine@example.com');

    expect(found).toContain('fine');
    expect([shown, listed, one, plan].join('\n')).toContain('crm_invalid_data');
    expect(recorder.unknown()).toEqual([]);
    expect(notPermitted(calledBy('viewer'), permissionsOf('viewer'))).toEqual([]);
    expect(calledBy('viewer').length).toBeGreaterThan(6);
  });

  it('mend with the policy of an operator', async () => {
    const why = ['--reason', 'a drill'];
    await run('operator', 'doctor');
    await run('operator', 'source', 'list');
    await run('operator', 'breaker', 'open', ...why);
    await run('operator', 'breaker', 'close', ...why);
    await run('operator', 'pause', '--for', '1h', ...why);
    await run('operator', 'resume', ...why);
    await run('operator', 'replay', '--key', KEY, ...why);
    await eventually(pipeline.pipeline.countDeadLetters, (count) => count === 1);
    await run('operator', 'quarantine', 'close', '--key', KEY, ...why);
    await run('operator', 'source', 'rotate', 'demo', '--yes', ...why);
    await run(
      'operator',
      'export',
      'fine@example.com',
      '--out',
      path.join(folder, 'fine.json'),
      ...why,
    );
    await run('operator', 'erase', 'fine@example.com', ...why);

    expect(recorder.unknown()).toEqual([]);
    expect(notPermitted(calledBy('operator'), permissionsOf('operator'))).toEqual([]);
    // It is the changes that were called: a viewer could not have made them.
    const refused = notPermitted(
      calledBy('operator').map((call) => ({ ...call, caller: 'viewer' as const })),
      permissionsOf('viewer'),
    );
    expect(refused).toEqual(
      expect.arrayContaining([
        'viewer: dynamodb:PutItem on Events/Table',
        'viewer: dynamodb:DeleteItem on Events/Table',
        'viewer: secretsmanager:GetSecretValue on Secrets/Zoho',
        'viewer: secretsmanager:PutSecretValue on Secrets/Source-demo',
        'viewer: sqs:DeleteMessage on Queues/DeadLetter',
        'viewer: sqs:SendMessage on Queues/Delivery',
      ]),
    );
  });
});
