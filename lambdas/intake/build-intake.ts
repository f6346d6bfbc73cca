import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createAwsClients } from '../aws/clients.ts';
import { createDynamoDbEventStore } from '../aws/dynamodb-event-store.ts';
import { createPowertoolsLog } from '../aws/powertools-log.ts';
import { createPowertoolsMetrics } from '../aws/powertools-metrics.ts';
import { createS3Archive } from '../aws/s3-archive.ts';
import { createSecretReader } from '../aws/secrets-manager.ts';
import { createSqsDeadLetterQueue, createSqsDeliveryQueue } from '../aws/sqs-queues.ts';
import { withoutCanary } from '../core/canary.ts';
import type { HumanAnswer, HumanQuestion } from '../core/ports/human-check.ts';
import type { HoldfastConfig } from '../core/config.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { systemClock, systemIds } from '../runtime/system.ts';
import { tellOfFailure } from '../runtime/tell-of-failure.ts';
import { INTAKE_ENV_NAMES, type IntakeEnv } from './env.ts';
import { readHttpEvent, writeHttpResult } from './http-event.ts';
import type { IntakePorts } from './intake-ports.ts';
import { createReceiveWebhook } from './receive-webhook.ts';

/** The intake function: one HTTP API event in, one answer out. */
export type Intake = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * Builds the intake function once, over AWS or what stands in for it.
 *
 * @param overrides replace single adapters, for tests and the local pipeline
 * @throws {ConfigError} naming every environment variable that is missing
 */
export function buildIntake(
  env: Readonly<Record<string, string | undefined>>,
  config: HoldfastConfig,
  overrides: Partial<IntakePorts> = {},
): Intake {
  const variables = readEnvironment(INTAKE_ENV_NAMES, env);
  const adapters: IntakePorts = { ...awsPorts(variables, env, config), ...overrides };
  const ports = { ...adapters, metrics: withoutCanary(adapters.metrics) };
  const receiveWebhook = createReceiveWebhook(ports, {
    config,
    sourceSecretPrefix: variables.SOURCE_SECRET_PREFIX,
    pepperSecretId: variables.PEPPER_SECRET_ID,
  });

  return async (event) => {
    try {
      return await tellOfFailure(ports.log, async () =>
        writeHttpResult(await receiveWebhook(readHttpEvent(event))),
      );
    } finally {
      ports.metrics.flush?.();
    }
  };
}

function awsPorts(
  variables: IntakeEnv,
  env: Readonly<Record<string, string | undefined>>,
  config: HoldfastConfig,
): IntakePorts {
  const clients = createAwsClients(env);
  return {
    events: createDynamoDbEventStore({
      client: clients.dynamodb,
      tableName: variables.TABLE_NAME,
      retention: config.retention,
      archive: createS3Archive({ bucket: variables.ARCHIVE_BUCKET, env }),
    }),
    queue: createSqsDeliveryQueue({
      client: clients.sqs,
      queueUrl: variables.DELIVERY_QUEUE_URL,
    }),
    deadLetters: createSqsDeadLetterQueue({
      client: clients.sqs,
      queueUrl: variables.DEAD_LETTER_QUEUE_URL,
    }),
    humans: { ask: async (question) => await askTurnstile(env, question) },
    secrets: createSecretReader({ client: clients.secrets, clock: systemClock }),
    clock: systemClock,
    ids: systemIds,
    log: createPowertoolsLog('intake', variables.STAGE),
    metrics: createPowertoolsMetrics('intake'),
  };
}

/** Read when the first form asks: few sources do. */
async function askTurnstile(
  env: Readonly<Record<string, string | undefined>>,
  question: HumanQuestion,
): Promise<HumanAnswer> {
  const { createTurnstile } = await import('../turnstile/verify-turnstile.ts');
  const { TURNSTILE_URL: origin } = env;
  const turnstile = createTurnstile({
    fetcher: globalThis.fetch,
    clock: systemClock,
    ...(origin === undefined ? {} : { origin }),
  });
  return await turnstile.ask(question);
}
