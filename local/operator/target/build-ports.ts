import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDynamoDbBreakerStore } from '../../../lambdas/aws/dynamodb-breaker-store.ts';
import { createDynamoDbEventScanner } from '../../../lambdas/aws/event-scan.ts';
import { createDynamoDbEventStore } from '../../../lambdas/aws/dynamodb-event-store.ts';
import {
  createDynamoDbIdentityLinks,
  createDynamoDbIdentityStore,
} from '../../../lambdas/aws/dynamodb-identity-store.ts';
import { createDynamoDbJournal } from '../../../lambdas/aws/dynamodb-journal.ts';
import { createDynamoDbTokenStore } from '../../../lambdas/aws/dynamodb-token-store.ts';
import { createDynamoDbStoreEraser } from '../../../lambdas/aws/dynamodb-store-eraser.ts';
import { createS3BodyShelf } from '../../../lambdas/aws/s3-body-shelf.ts';
import { createS3Archive } from '../../../lambdas/aws/s3-archive.ts';
import { createSecretReader } from '../../../lambdas/aws/secrets-manager.ts';
import { createSqsDeliveryQueue } from '../../../lambdas/aws/sqs-queues.ts';
import { createDynamoDbStoreScanner } from '../../../lambdas/aws/store-scan.ts';
import type { UsedCapacity } from '../../../lambdas/aws/table.ts';
import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import type { Log } from '../../../lambdas/core/ports/telemetry.ts';
import { systemClock, systemIds } from '../../../lambdas/runtime/system.ts';
import { createSecretVault } from '../aws/secret-vault.ts';
import { createSqsDeadLetterBrowser } from '../aws/sqs-dead-letter-browser.ts';
import type { OperatorPorts } from './target.ts';

/** Names of a stage's resources, and how to reach them. */
export interface StageResources {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Where they are if not in AWS. */
  readonly endpoints: {
    readonly dynamodb?: string;
    readonly sqs?: string;
    readonly s3?: string;
    readonly secrets?: string;
  };
  readonly tableName: string;
  readonly archiveBucket: string;
  readonly deliveryQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** The secret store keeps what a secret was before. */
  readonly hasSecretVersions: boolean;
}

/** A person waits: longer than a function would, not for ever. */
const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** Builds the adapters of an operator's command over a stage's resources. */
export function buildOperatorPorts(
  resources: StageResources,
  config: HoldfastConfig,
  log: Log,
): { readonly ports: OperatorPorts; readonly close: () => void } {
  const { endpoints, region, credentials } = resources;
  const settings = (endpoint: string | undefined) => ({
    region,
    credentials,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const dynamodb = new DynamoDBClient(settings(endpoints.dynamodb));
  const sqs = new SQSClient(settings(endpoints.sqs));
  const secrets = new SecretsManagerClient(settings(endpoints.secrets));
  let usedUnits = 0;
  const table = {
    client: dynamodb,
    tableName: resources.tableName,
    onCapacity: ({ read }: UsedCapacity) => {
      usedUnits += read;
    },
  };
  const bucket = {
    bucket: resources.archiveBucket,
    env: {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_ENDPOINT_URL_S3: endpoints.s3,
    },
  };
  const archive = createS3Archive(bucket);
  const bodies = createS3BodyShelf(bucket);
  return {
    ports: {
      events: createDynamoDbEventStore({ ...table, retention: config.retention, archive }),
      scanner: createDynamoDbEventScanner(table),
      items: createDynamoDbStoreScanner(table),
      identities: {
        ...createDynamoDbIdentityStore(table),
        ...createDynamoDbIdentityLinks(table),
      },
      eraser: createDynamoDbStoreEraser({
        ...table,
        eventDays: config.retention.eventDays,
        bodies,
      }),
      bodies,
      journal: createDynamoDbJournal(table),
      breakers: createDynamoDbBreakerStore(table),
      queue: createSqsDeliveryQueue({ client: sqs, queueUrl: resources.deliveryQueueUrl }),
      deadLetters: createSqsDeadLetterBrowser({
        client: sqs,
        queueUrl: resources.deadLetterQueueUrl,
      }),
      tokens: createDynamoDbTokenStore(table),
      meter: { usedUnits: () => usedUnits },
      secrets: createSecretReader({ client: secrets, clock: systemClock }),
      vault: createSecretVault(secrets, { hasVersions: resources.hasSecretVersions }),
      clock: systemClock,
      ids: systemIds,
      log,
    },
    close: () => {
      dynamodb.destroy();
      sqs.destroy();
      secrets.destroy();
    },
  };
}
