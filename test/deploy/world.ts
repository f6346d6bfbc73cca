import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createSimulatorAdmin,
  type SimulatorAdmin,
} from '../../local/zoho-simulator/admin-client.ts';
import { type AwsCalls, createAwsCalls } from './aws-calls.ts';
import type { ChildProcesses, CommandOutcome, Environment } from './child-processes.ts';
import type { TestConfiguration, TestConfigurations } from './configurations.ts';
import { ACCOUNT, type Emulator, REGION } from './emulator.ts';

/** The stage that is deployed: the one whose data is protected. */
export const STAGE = 'prod';
export const STACK = `holdfast-${STAGE}`;

/** What the steps of the test share: an account, a Zoho, and what was deployed where. */
export interface World {
  readonly emulator: Emulator;
  readonly zoho: SimulatorAdmin;
  readonly calls: AwsCalls;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  readonly configurations: TestConfigurations;
  /** The one that is deployed at the moment. */
  deployed: TestConfiguration;
  /** Of the operator, once the step that gives them has come. */
  operator: Environment | undefined;
  /** Leads whose records are looked for at the end, too: by e-mail address. */
  readonly expected: Set<string>;
  /** Runs the CDK's command line on the stack. @throws {Error} when it fails */
  cdk(name: string, words: readonly string[]): Promise<void>;
  /** Runs `npx holdfast` on the stage, as the operator. */
  holdfast(words: readonly string[], input?: string): Promise<CommandOutcome>;
  /** An output of the stack. @throws {Error} there is none */
  output(name: string): string;
  /** The template that was deployed last. */
  template(): SynthesizedTemplate;
  close(): void;
}

/** What is looked at in a synthesized template. */
export interface SynthesizedTemplate {
  readonly Resources: Readonly<
    Record<
      string,
      { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }
    >
  >;
}

/** What a world is made of. */
export interface WorldParts {
  readonly children: ChildProcesses;
  readonly emulator: Emulator;
  readonly zohoUrl: string;
  readonly folder: string;
  readonly configurations: TestConfigurations;
}

export function createWorld(parts: WorldParts): World {
  const { children, emulator, folder, configurations } = parts;
  const client = {
    endpoint: emulator.url,
    region: REGION,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' },
  };
  const assembly = path.join(folder, 'cdk.out');
  const outputsFile = path.join(folder, 'outputs.json');
  const dynamodb = new DynamoDBClient(client);
  const sqs = new SQSClient(client);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const secrets = new SecretsManagerClient(client);
  const world: World = {
    emulator,
    dynamodb,
    sqs,
    s3,
    secrets,
    configurations,
    zoho: createSimulatorAdmin(parts.zohoUrl),
    calls: createAwsCalls(emulator.url),
    deployed: configurations.first,
    operator: undefined,
    expected: new Set(),
    cdk: async (name, words) => {
      const env = { ...emulator.env, HOLDFAST_CONFIG: world.deployed.file };
      const common = ['--output', assembly, '--ci', '--no-color'];
      const outputs = words[0] === 'deploy' ? ['--outputs-file', outputsFile] : [];
      const result = await children.run(name, ['cdk', ...words, ...common, ...outputs], { env });
      if (result.code === 0) return;
      throw new Error(`cdk ${words.join(' ')} failed:\n${result.out}${result.err}`);
    },
    holdfast: async (words, input) =>
      await children.run(
        `holdfast-${words[0] ?? ''}`,
        ['node', 'bin/holdfast.mjs', ...words, '--stage', STAGE],
        {
          env: { ...(world.operator ?? emulator.env), HOLDFAST_CONFIG: world.deployed.file },
          ...(input === undefined ? {} : { input }),
        },
      ),
    output: (name) => {
      const all = JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<
        string,
        Record<string, string> | undefined
      >;
      const value = all[STACK]?.[name];
      if (value === undefined) throw new Error(`The stack has no output ${name}`);
      return value;
    },
    template: () =>
      JSON.parse(
        readFileSync(path.join(assembly, `${STACK}.template.json`), 'utf8'),
      ) as SynthesizedTemplate,
    close: () => {
      for (const each of [dynamodb, sqs, s3, secrets]) each.destroy();
    },
  };
  return world;
}

const EVENTUALLY_MS = 60_000;
const POLL_MS = 200;

/**
 * Asks until the answer is as wanted.
 *
 * @throws {Error} with the last answer, when it has not become so in time
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  waitMs = EVENTUALLY_MS,
): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() > deadline) {
      throw new Error(`${what}: it is still ${JSON.stringify(answer)?.slice(0, 2_000)}`);
    }
    await sleep(POLL_MS);
  }
}
