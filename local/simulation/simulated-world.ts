import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import type { Clock } from '../../lambdas/core/ports/world.ts';
import { createConsumer } from '../../lambdas/consumer/consume-batch.ts';
import { createDetailsReader } from '../../lambdas/details/details-reader.ts';
import type { IntakeRequest, IntakeResponse } from '../../lambdas/intake/intake-request.ts';
import { createReceiveWebhook } from '../../lambdas/intake/receive-webhook.ts';
import { createSweep } from '../../lambdas/sweeper/sweep.ts';
import { createZohoCrm } from '../../lambdas/zoho/zoho-crm.ts';
import { createMemoryQueue, type MemoryQueue } from '../memory/memory-queue.ts';
import type { Container } from './container.ts';
import type { CrashPoints } from './crash-points.ts';
import { contextOf, createEventSource, type EventSource } from './event-source.ts';
import type { Facts } from './facts.ts';
import type { Faults } from './faults.ts';
import type { SeriesRecorder } from './metric-series.ts';
import type { Monitor } from './monitor.ts';
import { createProcessPorts, guardCrm, guardFetch, type ProcessPorts } from './process-ports.ts';
import type { SeededRandom } from './seeded-random.ts';
import {
  CONSUMER_TIMEOUT_MS,
  INTAKE_TIMEOUT_MS,
  RECEIVES_MAX,
  SECRET_IDS,
  SECRETS,
  SIMULATED_CONFIG,
  SWEEPER_TIMEOUT_MS,
  TOOL_TIMEOUT_MS,
  VISIBILITY_MS,
  ZOHO_URL,
} from './settings.ts';
import { recordInvocations } from './service-metrics.ts';
import {
  createSimulatedFunction,
  remainingMs,
  type SimulatedFunction,
} from './simulated-function.ts';
import type { SimulatedProviderApis } from './simulated-provider-apis.ts';
import type { SimulatedStores } from './simulated-stores.ts';
import type { SimulatedZoho } from './simulated-zoho.ts';
import type { Trace } from './trace.ts';

/** Everything that a run's processes and actors meet. */
export interface SimulatedWorld {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly crashPoints: CrashPoints;
  readonly facts: Facts;
  readonly monitor: Monitor;
  readonly stores: SimulatedStores;
  readonly queue: MemoryQueue;
  readonly zoho: SimulatedZoho;
  readonly providerApis: SimulatedProviderApis;
  readonly aims: Map<string, number>;
  readonly config: HoldfastConfig;
  /** Keeps what the functions measure; without one, observers alone see it. */
  readonly recorder?: SeriesRecorder;
  readonly secrets: Map<string, string>;
  /** `ZOHO_ENABLED`. Change it with `switchDelivery`. */
  deliveryEnabled: boolean;
  readonly intake: SimulatedFunction<IntakeRequest, IntakeResponse>;
  readonly consumer: SimulatedFunction<SQSEvent, SQSBatchResponse>;
  readonly sweeper: SimulatedFunction<void, unknown>;
  /** An operator's command line: what it runs is handed in. */
  readonly tool: SimulatedFunction<Tool, unknown>;
  readonly eventSource: EventSource;
}

/** One command of an operator. */
export type Tool = (ports: ToolPorts) => Promise<unknown>;

/** What an operator's command gets of the world. */
export interface ToolPorts extends ProcessPorts {
  readonly fetchZoho: typeof globalThis.fetch;
}

/** What a world is made of. */
export type WorldParts = Pick<
  SimulatedWorld,
  | 'clock'
  | 'random'
  | 'faults'
  | 'trace'
  | 'crashPoints'
  | 'facts'
  | 'monitor'
  | 'stores'
  | 'zoho'
  | 'providerApis'
  | 'aims'
  | 'config'
  | 'recorder'
>;

/** Puts the three functions between the simulated queue, stores and organisation. */
export function createSimulatedWorld(parts: WorldParts): SimulatedWorld {
  const { clock, random, faults, monitor } = parts;
  const queue = createMemoryQueue({
    clock,
    visibilityMs: VISIBILITY_MS,
    maxReceiveCount: RECEIVES_MAX,
    faults: {
      pick: (count) => (faults.strikes('message_reordered') ? random.int(count) : 0),
      redeliver: () => faults.strikes('message_duplicated'),
      lose: () => faults.strikes('message_lost'),
      delayMs: () => (faults.strikes('message_late') ? random.between(1_000, 90_000) : 0),
    },
  });
  const run = <Payload, Result>(
    name: string,
    timeoutMs: number,
    build: (container: Container) => (payload: Payload, deadlineMs: number) => Promise<Result>,
  ): SimulatedFunction<Payload, Result> => {
    const fn = createSimulatedFunction({
      name,
      timeoutMs,
      world: parts,
      build,
      onDeath: (container) => monitor.died(container),
    });
    return recordInvocations(fn, name, clock, parts.recorder);
  };

  const consumer = run('consumer', CONSUMER_TIMEOUT_MS, (container) =>
    buildConsumer(container, world),
  );
  const eventSource = createEventSource({
    ...parts,
    queue,
    consumer,
    batchSize: SIMULATED_CONFIG.delivery.batchSize,
    maxConcurrency: SIMULATED_CONFIG.delivery.maxConcurrency,
  });
  const world: SimulatedWorld = {
    ...parts,
    queue,
    consumer,
    eventSource,
    secrets: secretsAtStart(),
    deliveryEnabled: true,
    intake: run('intake', INTAKE_TIMEOUT_MS, (container) => {
      const ports = createProcessPorts(container, world);
      const receive = createReceiveWebhook(
        {
          ...ports,
          // No simulated form asks for it.
          humans: { ask: async () => ({ kind: 'no_answer' }) },
        },
        {
          config: parts.config,
          sourceSecretPrefix: SECRET_IDS.sourcePrefix,
          pepperSecretId: SECRET_IDS.pepper,
        },
      );
      return async (request: IntakeRequest) =>
        await measured(ports.metrics, async () => await receive(request));
    }),
    sweeper: run('sweeper', SWEEPER_TIMEOUT_MS, (container) => {
      const { deliveryEnabled } = world;
      const ports = createProcessPorts(container, world);
      const sweep = createSweep(ports, { deliveryEnabled, config: parts.config });
      return async () => await measured(ports.metrics, sweep);
    }),
    tool: run('tool', TOOL_TIMEOUT_MS, (container) => {
      const fetchZoho = guardFetch(world.zoho.fetchOf(container), 'zoho', container, world);
      const ports = { ...createProcessPorts(container, world), fetchZoho };
      return async (tool: Tool) => await tool(ports);
    }),
  };
  return world;
}

/** Deploys the functions anew with the switch set. */
export function switchDelivery(world: SimulatedWorld, isOn: boolean): void {
  if (world.deliveryEnabled === isOn) return;
  world.trace.line('operator', `switches delivery ${isOn ? 'on' : 'off'}`);
  world.deliveryEnabled = isOn;
  world.consumer.renew();
  world.sweeper.renew();
  world.monitor.deliverySwitched(isOn);
}

function buildConsumer(
  container: Container,
  world: SimulatedWorld,
): (event: SQSEvent, deadlineMs: number) => Promise<SQSBatchResponse> {
  const ports = createProcessPorts(container, world);
  const { deliveryEnabled } = world;
  container.notes.deliveryEnabled = deliveryEnabled;
  const crm = createZohoCrm({
    ...ports,
    config: world.config,
    accountsUrl: ZOHO_URL,
    apiUrl: ZOHO_URL,
    readCredentials: async (options) => await ports.secrets.read(SECRET_IDS.zoho, options),
    fetch: guardFetch(world.zoho.fetchOf(container), 'zoho', container, world),
  });
  const details = createDetailsReader({
    ...ports,
    config: world.config,
    sourceSecretPrefix: SECRET_IDS.sourcePrefix,
    apiOrigin: '',
    fetch: guardFetch(world.providerApis.fetchOf(container), 'details', container, world),
  });
  const consume = createConsumer(
    { ...ports, crm: guardCrm(crm, container, world), details },
    { config: world.config, deliveryEnabled, pepperSecretId: SECRET_IDS.pepper },
  );
  return async (event, deadlineMs) =>
    await measured(ports.metrics, async () =>
      consume(
        event,
        contextOf(container.name, () => remainingMs(container.clock, deadlineMs)),
      ),
    );
}

/** Writes the metrics of an invocation at its end, as the handlers do. */
async function measured<Result>(
  metrics: { flush(): void },
  invocation: () => Promise<Result>,
): Promise<Result> {
  try {
    return await invocation();
  } finally {
    metrics.flush();
  }
}

/** The secret of Zoho's credentials. */
export function zohoSecret(refreshToken: string): string {
  return JSON.stringify({
    client_id: SECRETS.clientId,
    client_secret: SECRETS.clientSecret,
    refresh_token: refreshToken,
  });
}

function secretsAtStart(): Map<string, string> {
  const secrets = new Map<string, string>([
    [SECRET_IDS.pepper, SECRETS.pepper],
    [SECRET_IDS.zoho, zohoSecret(SECRETS.refreshToken)],
  ]);
  for (const [name, source] of Object.entries(SIMULATED_CONFIG.sources)) {
    const current =
      source.provider === 'standard_webhooks' ? SECRETS.standardWebhooks : SECRETS.utf8;
    const token = source.provider === 'meta' ? { api_token: SECRETS.apiToken } : {};
    secrets.set(`${SECRET_IDS.sourcePrefix}${name}`, JSON.stringify({ current, ...token }));
  }
  return secrets;
}
