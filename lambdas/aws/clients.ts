import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Well under every function's own time-out, so that a slow service becomes an answer, not a kill. */
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 2_000;
const ATTEMPTS_MAX = 3;

/** The SDK clients that a function shares among its adapters. */
export interface AwsClients {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
}

/**
 * Builds the SDK clients of one function.
 *
 * Region, credentials and endpoints come from the SDK's own standard variables, read from `env`
 * rather than from the process, so that several pipelines can live in one process.
 *
 * @param env `AWS_REGION`, optionally `AWS_ENDPOINT_URL_DYNAMODB`, `_SQS` and `_SECRETS_MANAGER`;
 *   with an endpoint, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` are taken from it as well
 */
export function createAwsClients(env: Readonly<Record<string, string | undefined>>): AwsClients {
  const settings = (endpoint: string | undefined) => ({
    ...(env['AWS_REGION'] === undefined ? {} : { region: env['AWS_REGION'] }),
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...(endpoint === undefined ? {} : { endpoint, credentials: localCredentials(env) }),
  });

  return {
    dynamodb: new DynamoDBClient(settings(env['AWS_ENDPOINT_URL_DYNAMODB'])),
    sqs: new SQSClient(settings(env['AWS_ENDPOINT_URL_SQS'])),
    secrets: new SecretsManagerClient(settings(env['AWS_ENDPOINT_URL_SECRETS_MANAGER'])),
  };
}

function localCredentials(env: Readonly<Record<string, string | undefined>>): {
  accessKeyId: string;
  secretAccessKey: string;
} {
  return {
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? 'local',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? 'local',
  };
}
