import path from 'node:path';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AwsConsumerPorts } from '../lambdas/consumer/build-consumer.ts';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { INTAKE_PATHS } from '../lambdas/core/pipeline-names.ts';
import { buildIntake } from '../lambdas/intake/build-intake.ts';
import { bindProvider } from '../lambdas/providers/bind-provider.ts';
import { buildSweeper } from '../lambdas/sweeper/build-sweeper.ts';
import type { FunctionName } from '../lib/bundling.ts';
import type { CanaryResult } from '../lambdas/canary/run-canary.ts';
import { STAGE_CONFIG, type StageConfig } from '../lib/stage-config.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './emulators/credentials.ts';
import { findDynoxide } from './emulators/dynamodb.ts';
import { isAddressInUse, PortTakenError, TAKEN_REMEDY } from './emulators/listen.ts';
import { buildFunctionEnv, type FunctionEnv } from './function-env.ts';
import { startHttpApi } from './http-api.ts';
import { functionOf, invoke } from './lambda-context.ts';
import { createLocalLog, type LogEntry } from './local-log.ts';
import { createLocalMetrics, type LocalMetrics } from './local-metrics.ts';
import { type MetricHistory, withHistory } from './metric-history.ts';
import { openMetricHistory } from './metric-history-file.ts';
import { startMetricServer } from './metric-server.ts';
import { LOCAL_SECRET_IDS, readSourceSecret } from './local-secrets.ts';
import { type DynamodbChoice, startLocalStack, type TableHome } from './local-stack.ts';
import { createMemoryStores } from './memory-stores.ts';
import { type ProviderApiServer, startProviderApis } from './provider-apis/start-provider-apis.ts';
import { startCanary } from './start-canary.ts';
import { startScheduler } from './scheduler.ts';
import { type ConsumerSetup, startConsumer } from './start-consumer.ts';
import { startTurnstileSimulator } from './turnstile-simulator/simulator.ts';
import { SimulatorStartError, startZohoSimulator } from './zoho-simulator/simulator.ts';

/** Ports on 127.0.0.1; 0 takes any free one. */
export interface PipelinePorts {
  readonly endpoint: number;
  readonly zoho: number;
  readonly dynamodb: number;
  readonly sqs: number;
  readonly secrets: number;
  readonly providerApis: number;
  readonly metrics: number;
}

/** Ports over 1,000 that fetch refuses (WHATWG, Fetch, port blocking, read 2026-11-22). */
export const FETCH_BLOCKED_PORTS: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10_080,
]);

/** The webhooks' port of `npm start`. */
export const DEFAULT_PORT = 4000;

/** Free ports, so that pipelines can run side by side. */
export const ANY_PORTS: PipelinePorts = {
  endpoint: 0,
  zoho: 0,
  dynamodb: 0,
  sqs: 0,
  secrets: 0,
  providerApis: 0,
  metrics: 0,
};

/**
 * The ports of a pipeline whose webhooks have this one: the others lie 10 to 15 above, so that one option
 * moves them all.
 *
 * @param endpoint 0 for any free ports, or 1–65,520
 */
export function portsFrom(endpoint: number): PipelinePorts {
  if (endpoint === 0) return ANY_PORTS;
  return {
    endpoint,
    zoho: endpoint + 10,
    dynamodb: endpoint + 11,
    sqs: endpoint + 12,
    secrets: endpoint + 13,
    providerApis: endpoint + 14,
    metrics: endpoint + 15,
  };
}

/** A kill loses no more numbers than those of a minute. */
const METRICS_SAVED_EVERY_MS = 60_000;

/** The routes of the stack's HTTP API. */
const ROUTES = INTAKE_PATHS.map((route) => ({ method: 'ANY', path: route }));

/** What a local pipeline is made of. */
export interface PipelineOptions {
  readonly config: HoldfastConfig;
  /** Everything is kept here; a directory that was used before is taken up where it was left. */
  readonly dataDir: string;
  /** Free ones by default. */
  readonly ports?: PipelinePorts;
  /** A Zoho (simulator) that runs already; without it, one is started over the data directory. */
  readonly zoho?: { readonly url: string };
  /** `false` holds leads and calls nothing. */
  readonly zohoEnabled?: boolean;
  /** The embedded one by default, where the platform has it. */
  readonly dynamodb?: DynamodbChoice;
  /** Timings of the queues and the functions; those of the stack by default. */
  readonly stage?: StageConfig;
  /** `elsewhere`: no consumer runs here; see `Pipeline.consumerSetup`. */
  readonly consumer?: 'here' | 'elsewhere';
  /** Every minute by default, as in AWS. */
  readonly sweepEveryMs?: number;
  /** Gets each line that the functions log, and the faults of what runs them. */
  readonly onLog?: (entry: LogEntry) => void;
  /** Changes what one function is told of its world, for tests that look at its calls. Called once for each. */
  readonly functionEnv?: (name: FunctionName, env: FunctionEnv) => Promise<FunctionEnv>;
  /** Replace single adapters of the functions, for tests. */
  readonly overrides?: {
    readonly intake?: Parameters<typeof buildIntake>[2];
    readonly consumer?: Partial<AwsConsumerPorts>;
    readonly sweeper?: Parameters<typeof buildSweeper>[2];
  };
}

/** A pipeline that runs. */
export interface Pipeline {
  /** `http://127.0.0.1:PORT`; a source posts to `/hooks/<name>` below it. */
  readonly endpoint: string;
  readonly zohoUrl: string;
  /** The APIs from which details of submissions are read, and what they know. */
  readonly providerApis: Pick<ProviderApiServer, 'url' | 'apis'>;
  readonly sqsUrl: string;
  readonly secretsUrl: string;
  /** Answers what was measured: see `startMetricServer`. */
  readonly metricsUrl: string;
  readonly table: TableHome;
  /** With which a consumer of this pipeline can run in a process of its own: see `runConsumer`. */
  readonly consumerSetup: ConsumerSetup;
  /** The metrics of all functions. */
  readonly metrics: LocalMetrics;
  /** The current secret of a source, if it has one. */
  readonly sourceSecret: (source: string) => string | undefined;
  /** The secret for keyed hashes. */
  readonly pepper: () => string;
  /** Messages on the delivery queue, hidden ones included. */
  readonly countQueued: () => Promise<number>;
  /** Messages on the dead-letter queue. */
  readonly countDeadLetters: () => Promise<number>;
  /** Runs the sweeper now. */
  readonly sweep: () => Promise<void>;
  /** Sends a canary now, and follows it; absent where none is configured. */
  readonly sendCanary?: () => Promise<CanaryResult>;
  /** Takes no more requests, lets batches in flight end, and stops everything. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the whole pipeline on this machine: the real functions over the real AWS SDK, emulators in
 * place of AWS, the simulator in place of Zoho.
 *
 * ```
 * curl ──► HTTP API ─► intake ─► DynamoDB, SQS ─► event source mapping ─► consumer ─► Zoho simulator
 *                                    ▲                                        scheduler ─► sweeper
 *                                    └────────────────────────────────────────────────────────┘
 * ```
 *
 * Several can run in one process: nothing goes through its environment.
 *
 * @throws {PortTakenError} when a port is taken; what had been started by then is stopped again
 * @throws {ConfigError} when the functions refuse the configuration
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const running = new StopList();
  try {
    return await assemble(options, running);
  } catch (error) {
    await running.stopAll();
    throw error;
  }
}

async function assemble(options: PipelineOptions, running: StopList): Promise<Pipeline> {
  const { config, dataDir, stage = STAGE_CONFIG, ports = ANY_PORTS } = options;
  const stack = await startLocalStack({
    config,
    dataDir,
    ports,
    dynamodb: options.dynamodb ?? { program: findDynoxide() },
    stage,
  });
  running.add(stack.stop);

  const zohoUrl = options.zoho?.url ?? (await startZoho(options, ports.zoho, running));
  const providerApis = await startProviderApis({ port: ports.providerApis });
  running.add(() => providerApis.close());
  const envs = await functionEnvs(options, {
    ...buildFunctionEnv(stack, {
      zohoUrl,
      zohoEnabled: options.zohoEnabled ?? true,
      providerApisUrl: providerApis.url,
    }),
    ...(await turnstileEnv(config, running)),
  });
  const consumerSetup: ConsumerSetup = {
    config,
    consumer: stage.consumer,
    env: envs.consumer,
    queueArn: stack.delivery.arn,
  };
  const { measured, url: metricsUrl } = await startMeasuring(dataDir, ports.metrics, running);
  const functions = buildFunctions(options, envs, stack.table, measured.history);
  const saver = startScheduler({
    everyMs: METRICS_SAVED_EVERY_MS,
    run: async () => measured.save(Date.now()),
    onError: functions.reportFault('metrics'),
  });
  running.add(saver.stop);
  const sqs = openQueues(stack.sqsUrl, running);

  if ((options.consumer ?? 'here') === 'here') {
    const consumer = startConsumer(consumerSetup, functions.consumer);
    running.add(consumer.stop);
  }

  const scheduler = startScheduler({
    everyMs: options.sweepEveryMs ?? stage.sweeper.everyMinutes * 60_000,
    run: functions.sweep,
    onError: functions.reportFault('sweeper'),
  });
  running.add(scheduler.stop);

  const api = await startHttpApi({
    port: ports.endpoint,
    routes: ROUTES,
    fn: functionOf('intake', stage.intake),
    handler: functions.intake,
    onFunctionError: functions.reportFault('intake'),
  });
  running.add(api.stop);

  const canaryEnv = { ...envs.canary, ENDPOINT: api.url };

  return {
    endpoint: api.url,
    zohoUrl,
    providerApis,
    sqsUrl: stack.sqsUrl,
    secretsUrl: stack.secretsUrl,
    metricsUrl,
    table: stack.table,
    consumerSetup,
    metrics: functions.metrics,
    sourceSecret: (source) => readSourceSecret(stack.secrets, source),
    pepper: () => stack.secrets.get(LOCAL_SECRET_IDS.pepper) ?? '',
    countQueued: () => countMessages(sqs, stack.delivery.url),
    countDeadLetters: () => countMessages(sqs, stack.deadLetter.url),
    sweep: functions.sweep,
    ...startCanary(options, canaryEnv, functions, running),
    stop: () => running.stopAll(),
  };
}

/** What is measured outlives a restart, and the command line asks for it. */
async function startMeasuring(dataDir: string, port: number, running: StopList) {
  const measured = openMetricHistory(path.join(dataDir, 'metrics.jsonl'), Date.now());
  running.add(async () => measured.save(Date.now()));
  const { url, stop } = await startMetricServer(measured.history, { port });
  running.add(stop);
  return { measured, url };
}

function openQueues(endpoint: string, running: StopList): SQSClient {
  const sqs = new SQSClient({
    endpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  running.add(async () => sqs.destroy());
  return sqs;
}

async function startZoho(
  options: PipelineOptions,
  port: number,
  running: StopList,
): Promise<string> {
  try {
    const dataFile = path.join(options.dataDir, 'zoho.jsonl');
    const simulator = await startZohoSimulator({ port, dataFile });
    running.add(() => simulator.close());
    return simulator.url;
  } catch (error) {
    if (!(error instanceof SimulatorStartError) || !isAddressInUse(error.cause)) throw error;
    throw new PortTakenError('the Zoho simulator', port, TAKEN_REMEDY);
  }
}

/** Forms that ask Turnstile ask a simulator, which runs only if there are any. */
async function turnstileEnv(
  config: HoldfastConfig,
  running: StopList,
): Promise<Readonly<Record<string, string>>> {
  const sources = Object.values(config.sources);
  if (sources.every((source) => bindProvider(source).humanCheck === undefined)) return {};
  const simulator = await startTurnstileSimulator();
  running.add(simulator.stop);
  return { TURNSTILE_URL: simulator.url };
}

/** Each function is told the same, unless a test wants to look at one of them. */
async function functionEnvs(
  { functionEnv = async (_name, env) => env }: PipelineOptions,
  env: FunctionEnv,
): Promise<Readonly<Record<FunctionName, FunctionEnv>>> {
  return {
    intake: await functionEnv('intake', env),
    consumer: await functionEnv('consumer', env),
    sweeper: await functionEnv('sweeper', env),
    canary: await functionEnv('canary', env),
  };
}

function buildFunctions(
  options: PipelineOptions,
  env: Readonly<Record<'intake' | 'sweeper', FunctionEnv>>,
  table: TableHome,
  history: MetricHistory,
) {
  const { config, overrides = {}, onLog = () => {}, stage = STAGE_CONFIG } = options;
  const metrics = withHistory(createLocalMetrics(), history, () => Date.now());
  const adapters = (service: string) => ({ log: createLocalLog(service, onLog), metrics });
  const stores = table.kind === 'memory' ? createMemoryStores() : undefined;

  const sweeper = buildSweeper(env.sweeper, config, {
    ...adapters('sweeper'),
    ...stores?.sweeper,
    ...overrides.sweeper,
  });
  return {
    metrics,
    intake: buildIntake(env.intake, config, {
      ...adapters('intake'),
      ...stores?.intake,
      ...overrides.intake,
    }),
    consumer: { onLog, ports: { metrics, ...stores?.consumer, ...overrides.consumer } },
    canaryAdapters: {
      ...adapters('canary'),
      ...(stores === undefined ? {} : { events: stores.events }),
    },
    sweep: async () => {
      await invoke(functionOf('sweeper', stage.sweeper), sweeper);
    },
    reportFault: (service: string) => (error: unknown) =>
      createLocalLog(service, onLog).error('The function or its trigger failed', {}, error),
  };
}

async function countMessages(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  return [
    Attributes.ApproximateNumberOfMessages,
    Attributes.ApproximateNumberOfMessagesNotVisible,
    Attributes.ApproximateNumberOfMessagesDelayed,
  ].reduce((sum, count) => sum + Number(count ?? 0), 0);
}

/** What has been started, to be stopped in the opposite order, once. */
class StopList {
  readonly #stops: (() => Promise<void>)[] = [];

  add(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  async stopAll(): Promise<void> {
    for (let stop = this.#stops.pop(); stop !== undefined; stop = this.#stops.pop()) await stop();
  }
}
