import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import type { Log } from '../../../lambdas/core/ports/telemetry.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../emulators/credentials.ts';
import { findDynoxide } from '../../emulators/dynamodb.ts';
import { localQueueUrl } from '../../emulators/sqs.ts';
import { LOCAL_SECRET_IDS } from '../../local-secrets.ts';
import { createMemoryJournal } from '../../memory/memory-journal.ts';
import { createMemoryTokenStore } from '../../memory/memory-token-store.ts';
import {
  LOCAL_BUCKET,
  LOCAL_DEAD_LETTER_QUEUE,
  LOCAL_DELIVERY_QUEUE,
  LOCAL_TABLE,
} from '../../local-stack.ts';
import { DEFAULT_PORT, portsFrom } from '../../start-pipeline.ts';
import { buildOperatorPorts } from './build-ports.ts';
import { createLocalInspector } from '../doctor/local-inspector.ts';
import { createLocalMetricReader } from './local-metric-reader.ts';
import { OperatorError } from '../operator-error.ts';
import type { OperatorTarget } from './target.ts';

const TIMEOUT_MS = 3_000;

/** Where the local pipeline's parts listen. */
export interface LocalAddresses {
  /** Webhooks. */
  readonly endpoint: string;
  /** The simulator. */
  readonly zoho: string;
  readonly dynamodb: string;
  readonly sqs: string;
  readonly secrets: string;
  /** What was measured. */
  readonly metrics: string;
}

/**
 * The addresses of a local pipeline, from the port of its webhooks.
 *
 * @param env `AWS_ENDPOINT_URL_DYNAMODB` counts where `npm start` takes it: on a platform without a DynamoDB
 *   program of its own
 */
export function localAddresses(
  port: number,
  env: Readonly<Record<string, string | undefined>>,
): LocalAddresses {
  const ports = portsFrom(port);
  const at = (each: number) => `http://127.0.0.1:${each}`;
  const elsewhere = findDynoxide() === undefined ? env['AWS_ENDPOINT_URL_DYNAMODB'] : undefined;
  return {
    endpoint: at(ports.endpoint),
    zoho: at(ports.zoho),
    dynamodb: elsewhere ?? at(ports.dynamodb),
    sqs: at(ports.sqs),
    secrets: at(ports.secrets),
    metrics: at(ports.metrics),
  };
}

/**
 * Opens the pipeline that runs on this machine, through the sockets of its emulators.
 *
 * @throws {OperatorError} none runs there, or none whose events another process can reach
 */
export async function openLocalTarget(
  addresses: LocalAddresses,
  config: HoldfastConfig,
  log: Log,
): Promise<OperatorTarget> {
  const { dynamodb } = addresses;
  await assertRunning(addresses);
  if (!(await answers(dynamodb))) {
    throw new OperatorError(
      'The Holdfast on this machine keeps its events in memory, since there is no DynamoDB program for ' +
        'this platform: another process cannot reach them. Start it with AWS_ENDPOINT_URL_DYNAMODB ' +
        'naming a DynamoDB, and give that to this command, too.',
    );
  }
  return buildLocalTarget(addresses, config, log);
}

/**
 * Opens the pipeline that runs on this machine as far as its Zoho goes. Where no other process can reach its
 * table, the access token is not shared: each command asks for one of its own, and what it does is not put on record.
 *
 * @throws {OperatorError} none runs there
 */
export async function openLocalZoho(
  addresses: LocalAddresses,
  config: HoldfastConfig,
  log: Log,
): Promise<OperatorTarget> {
  await assertRunning(addresses);
  const target = buildLocalTarget(addresses, config, log);
  if (await answers(addresses.dynamodb)) return target;
  const ownPorts = { tokens: createMemoryTokenStore(), journal: createMemoryJournal() };
  return { ...target, ports: { ...target.ports, ...ownPorts } };
}

async function assertRunning({ endpoint }: LocalAddresses): Promise<void> {
  if (await answers(`${endpoint}/health`)) return;
  throw new OperatorError(
    `No Holdfast answers on ${endpoint}. Start it with "npm start", or say where it is: --port PORT ` +
      'for another one on this machine, --stage STAGE for a deployed one.',
  );
}

function buildLocalTarget(
  { endpoint, zoho, dynamodb, sqs, secrets, metrics }: LocalAddresses,
  config: HoldfastConfig,
  log: Log,
): OperatorTarget {
  const { ports, close } = buildOperatorPorts(
    {
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
      endpoints: { dynamodb, sqs, secrets, s3: sqs },
      tableName: LOCAL_TABLE,
      archiveBucket: LOCAL_BUCKET,
      deliveryQueueUrl: localQueueUrl(sqs, LOCAL_DELIVERY_QUEUE),
      deadLetterQueueUrl: localQueueUrl(sqs, LOCAL_DEAD_LETTER_QUEUE),
      hasSecretVersions: false,
    },
    config,
    log,
  );
  const port = new URL(endpoint).port;
  return {
    name: `the Holdfast on this machine (port ${port})`,
    options: port === String(DEFAULT_PORT) ? [] : ['--port', port],
    by: 'local',
    isLocal: true,
    providerApisUrl: `http://127.0.0.1:${portsFrom(Number(port)).providerApis}`,
    endpoint,
    endsPreviousSecrets: true,
    sourceSecretPrefix: LOCAL_SECRET_IDS.sourcePrefix,
    pepperSecretId: LOCAL_SECRET_IDS.pepper,
    zoho: { secretId: LOCAL_SECRET_IDS.zoho, accountsUrl: zoho, apiUrl: zoho },
    ports,
    metrics: createLocalMetricReader(metrics),
    inspector: createLocalInspector(sqs, {
      delivery: localQueueUrl(sqs, LOCAL_DELIVERY_QUEUE),
      deadLetter: localQueueUrl(sqs, LOCAL_DEAD_LETTER_QUEUE),
    }),
    close,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
