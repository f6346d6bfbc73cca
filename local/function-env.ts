import type { CanaryEnv } from '../lambdas/canary/env.ts';
import type { ConsumerEnv } from '../lambdas/consumer/env.ts';
import type { IntakeEnv } from '../lambdas/intake/env.ts';
import type { SweeperEnv } from '../lambdas/sweeper/env.ts';
import { CANARY_SOURCE } from '../lambdas/core/pipeline-names.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './emulators/credentials.ts';
import { LOCAL_SECRET_IDS } from './local-secrets.ts';
import { LOCAL_BUCKET, LOCAL_TABLE, type LocalStack } from './local-stack.ts';

/** The variables of the functions, less the address of the API that is not there yet, and those by which the AWS SDK finds the emulators. */
export type FunctionEnv = IntakeEnv &
  ConsumerEnv &
  SweeperEnv &
  Omit<CanaryEnv, 'ENDPOINT'> &
  Readonly<Record<string, string | undefined>>;

/** Builds the environment of the functions, as the CDK stack would. */
export function buildFunctionEnv(
  stack: LocalStack,
  around: {
    readonly zohoUrl: string;
    readonly zohoEnabled: boolean;
    readonly providerApisUrl: string;
  },
): FunctionEnv {
  return {
    STAGE: 'local',
    TABLE_NAME: LOCAL_TABLE,
    ARCHIVE_BUCKET: LOCAL_BUCKET,
    DELIVERY_QUEUE_URL: stack.delivery.url,
    DEAD_LETTER_QUEUE_URL: stack.deadLetter.url,
    SOURCE_SECRET_PREFIX: LOCAL_SECRET_IDS.sourcePrefix,
    PEPPER_SECRET_ID: LOCAL_SECRET_IDS.pepper,
    ZOHO_SECRET_ID: LOCAL_SECRET_IDS.zoho,
    CANARY_SECRET_ID: `${LOCAL_SECRET_IDS.sourcePrefix}${CANARY_SOURCE}`,
    ZOHO_ENABLED: String(around.zohoEnabled),
    ZOHO_ACCOUNTS_URL: around.zohoUrl,
    ZOHO_API_URL: around.zohoUrl,
    DETAILS_API_ORIGIN: around.providerApisUrl,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_SQS: stack.sqsUrl,
    AWS_ENDPOINT_URL_S3: stack.sqsUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsUrl,
    ...(stack.table.kind === 'memory' ? {} : { AWS_ENDPOINT_URL_DYNAMODB: stack.table.url }),
  };
}
