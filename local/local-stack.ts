import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { STAGE_CONFIG, type StageConfig } from '../lib/stage-config.ts';
import { takeDataDirectory } from './data-directory.ts';
import { createTable } from './emulators/create-table.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './emulators/credentials.ts';
import { startDynamodb } from './emulators/dynamodb.ts';
import { openSecretFile, type SecretFile } from './emulators/secret-file.ts';
import { startSecretsManager } from './emulators/secrets-manager.ts';
import { type CreatedQueue, startSqs } from './emulators/sqs.ts';
import { ensureLocalSecrets } from './local-secrets.ts';

/** The name of the table, bucket and queues of the local stage. */
export const LOCAL_TABLE = 'holdfast-local-events';
/** The archive bucket of the local stage. */
export const LOCAL_BUCKET = 'holdfast-local-archive';

/** The delivery queue of the local stage. */
export const LOCAL_DELIVERY_QUEUE = 'holdfast-local-delivery';
/** The dead-letter queue of the local stage. */
export const LOCAL_DEAD_LETTER_QUEUE = 'holdfast-local-dead-letter';

const DAY_SECONDS = 86_400;

/** Ports on 127.0.0.1; 0 for any free one. */
export interface StackPorts {
  readonly dynamodb: number;
  readonly sqs: number;
  readonly secrets: number;
}

/**
 * Where the event store is.
 *
 * - `embedded`: dynoxide, beside this process
 * - `endpoint`: what `AWS_ENDPOINT_URL_DYNAMODB` names
 * - `memory`: in this process, since the platform has no dynoxide package; it ends with it
 */
export type TableHome =
  | { readonly kind: 'embedded' | 'endpoint'; readonly url: string }
  | { readonly kind: 'memory' };

/** What stands in for AWS: a table, two queues, a bucket and secrets, all on this machine. */
export interface LocalStack {
  readonly table: TableHome;
  readonly sqsUrl: string;
  readonly secretsUrl: string;
  readonly secrets: SecretFile;
  readonly delivery: CreatedQueue;
  readonly deadLetter: CreatedQueue;
  readonly stop: () => Promise<void>;
}

/** Which DynamoDB to use: the program if there is one, else the endpoint, else memory. */
export interface DynamodbChoice {
  /** See `findDynoxide`. */
  readonly program?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** What stands in for AWS is made of. */
export interface LocalStackOptions {
  readonly config: HoldfastConfig;
  /** Everything is kept here. */
  readonly dataDir: string;
  readonly ports: StackPorts;
  readonly dynamodb: DynamodbChoice;
  /** The queues' settings; those of the stack by default. */
  readonly stage?: Pick<StageConfig, 'deliveryQueue' | 'deadLetterQueue'>;
}

/**
 * Starts the emulators and creates what the functions expect to find. A data directory that has been
 * used before is taken up where it was left.
 *
 * @throws {PortTakenError} when a port is taken; what had been started by then is stopped again
 * @throws {DataDirectoryInUseError} another process works on the same data
 * @throws {SecretUnavailableError} a secret in the directory is not one that the functions would take
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const giveBack = takeDataDirectory(options.dataDir);
  const stops: (() => Promise<void>)[] = [async () => giveBack()];
  const stop = async () => {
    for (const stopOne of stops.toReversed()) await stopOne();
  };
  try {
    const secrets = openSecretFile(path.join(options.dataDir, 'secrets.json'));
    ensureLocalSecrets(secrets, options.config);
    const secretsManager = await startSecretsManager(secrets, { port: options.ports.secrets });
    stops.push(secretsManager.stop);

    const { table, stop: stopTable } = await startTable(options);
    stops.push(stopTable);

    // Messages that outlived a table in memory would name events that nobody knows.
    const sqs = await startSqs({
      port: options.ports.sqs,
      ...(table.kind === 'memory' ? {} : { dataDir: options.dataDir }),
    });
    stops.push(sqs.stop);
    const { deadLetterQueue, deliveryQueue } = options.stage ?? STAGE_CONFIG;
    const deadLetter = await sqs.createQueue(LOCAL_DEAD_LETTER_QUEUE, {
      MessageRetentionPeriod: String(deadLetterQueue.retentionDays * DAY_SECONDS),
    });
    const delivery = await sqs.createQueue(LOCAL_DELIVERY_QUEUE, {
      VisibilityTimeout: String(deliveryQueue.visibilitySeconds),
      MessageRetentionPeriod: String(deliveryQueue.retentionDays * DAY_SECONDS),
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: deadLetter.arn,
        maxReceiveCount: deliveryQueue.receivesMax,
      }),
    });
    await sqs.createBucket(LOCAL_BUCKET);

    return {
      table,
      sqsUrl: sqs.url,
      secretsUrl: secretsManager.url,
      secrets,
      delivery,
      deadLetter,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startTable(
  options: LocalStackOptions,
): Promise<{ readonly table: TableHome; readonly stop: () => Promise<void> }> {
  const { program, endpoint } = options.dynamodb;
  if (program !== undefined) {
    const dynamodb = await startDynamodb(program, {
      port: options.ports.dynamodb,
      dbFile: path.join(options.dataDir, 'dynamodb.sqlite'),
    });
    await createTableAt(dynamodb.url);
    return { table: { kind: 'embedded', url: dynamodb.url }, stop: dynamodb.stop };
  }
  if (endpoint !== undefined) {
    await createTableAt(endpoint);
    return { table: { kind: 'endpoint', url: endpoint }, stop: async () => {} };
  }
  return { table: { kind: 'memory' }, stop: async () => {} };
}

async function createTableAt(endpoint: string): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  await createTable(client, LOCAL_TABLE);
  client.destroy();
}
