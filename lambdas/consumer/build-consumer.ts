import { createAwsClients } from '../aws/clients.ts';
import { createDynamoDbBreakerStore } from '../aws/dynamodb-breaker-store.ts';
import { createDynamoDbEventStore } from '../aws/dynamodb-event-store.ts';
import { createDynamoDbIdentityStore } from '../aws/dynamodb-identity-store.ts';
import { createDynamoDbTokenStore } from '../aws/dynamodb-token-store.ts';
import { createPowertoolsLog } from '../aws/powertools-log.ts';
import { createPowertoolsMetrics, type FlushableMetrics } from '../aws/powertools-metrics.ts';
import { createS3Archive } from '../aws/s3-archive.ts';
import { createSecretReader } from '../aws/secrets-manager.ts';
import { createSqsDeadLetterQueue, createSqsDeliveryQueue } from '../aws/sqs-queues.ts';
import { withoutCanary } from '../core/canary.ts';
import type { HoldfastConfig } from '../core/config.ts';
import { ConfigError } from '../core/errors.ts';
import type { TokenStore } from '../core/ports/crm-access.ts';
import { readEnvironment, readSwitch } from '../runtime/environment.ts';
import { systemClock, systemIds, systemRandom } from '../runtime/system.ts';
import { tellOfFailure } from '../runtime/tell-of-failure.ts';
import { createZohoCrm } from '../zoho/zoho-crm.ts';
import { type ConsumerFunction, type ConsumerPorts, createConsumer } from './consume-batch.ts';
import { lazyDetailsReader } from './lazy-details-reader.ts';
import { CONSUMER_ENV_NAMES } from './env.ts';

/** The consumer's ports, the token that its CRM client shares, and metrics that are written out. */
export interface AwsConsumerPorts extends ConsumerPorts {
  readonly tokens: TokenStore;
  readonly metrics: FlushableMetrics;
}

/**
 * Builds the consumer once a cold start.
 *
 * @param env see `ConsumerEnv`
 * @param overrides ports to use instead of AWS's and Zoho's
 * @throws {ConfigError} a variable is missing or wrong, or a switch would turn idempotency off
 */
export function buildConsumer(
  env: Readonly<Record<string, string | undefined>>,
  config: HoldfastConfig,
  overrides: Partial<AwsConsumerPorts> = {},
): ConsumerFunction {
  refuseIdempotencySwitch(env);
  const settings = readEnvironment(CONSUMER_ENV_NAMES, env, ['DETAILS_API_ORIGIN']);
  const deliveryEnabled = readSwitch('ZOHO_ENABLED', settings.ZOHO_ENABLED);
  const ports = { ...awsPorts(env, settings, config, overrides), ...overrides };
  const counting = { ...ports, metrics: withoutCanary(ports.metrics) };
  const consume = createConsumer(counting, {
    config,
    deliveryEnabled,
    pepperSecretId: settings.PEPPER_SECRET_ID,
  });

  return async (event, lambda) => {
    try {
      return await tellOfFailure(ports.log, async () => await consume(event, lambda));
    } finally {
      ports.metrics.flush();
    }
  };
}

function awsPorts(
  env: Readonly<Record<string, string | undefined>>,
  settings: Readonly<Record<(typeof CONSUMER_ENV_NAMES)[number], string>>,
  config: HoldfastConfig,
  overrides: Partial<AwsConsumerPorts>,
): AwsConsumerPorts {
  const clients = createAwsClients(env);
  const table = { client: clients.dynamodb, tableName: settings.TABLE_NAME };
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? systemRandom;
  const ids = overrides.ids ?? systemIds;
  const log = overrides.log ?? createPowertoolsLog('consumer', settings.STAGE);
  const metrics = overrides.metrics ?? createPowertoolsMetrics('consumer');
  const secrets = overrides.secrets ?? createSecretReader({ client: clients.secrets, clock });
  const tokens = overrides.tokens ?? createDynamoDbTokenStore(table);

  return {
    events: createDynamoDbEventStore({
      ...table,
      retention: config.retention,
      archive: createS3Archive({ bucket: settings.ARCHIVE_BUCKET, env }),
    }),
    identities: createDynamoDbIdentityStore(table),
    breakers: createDynamoDbBreakerStore(table),
    queue: createSqsDeliveryQueue({ client: clients.sqs, queueUrl: settings.DELIVERY_QUEUE_URL }),
    deadLetters: createSqsDeadLetterQueue({
      client: clients.sqs,
      queueUrl: settings.DEAD_LETTER_QUEUE_URL,
    }),
    secrets,
    tokens,
    crm: createZohoCrm({
      config,
      accountsUrl: settings.ZOHO_ACCOUNTS_URL,
      apiUrl: settings.ZOHO_API_URL,
      readCredentials: async (options) => await secrets.read(settings.ZOHO_SECRET_ID, options),
      tokens,
      clock,
      random,
      ids,
      log,
      metrics,
    }),
    details: lazyDetailsReader(async () => {
      const { createDetailsReader } = await import('#details-reader');
      return createDetailsReader({
        config,
        secrets,
        sourceSecretPrefix: settings.SOURCE_SECRET_PREFIX,
        apiOrigin: settings.DETAILS_API_ORIGIN,
        fetch: globalThis.fetch,
        clock,
        log,
        metrics,
      });
    }, log),
    clock,
    random,
    ids,
    log,
    metrics,
  };
}

/** Powertools has a switch for tests that makes every delivery count: never where leads are at stake. */
function refuseIdempotencySwitch(env: Readonly<Record<string, string | undefined>>): void {
  const name = 'POWERTOOLS_IDEMPOTENCY_DISABLED';
  if ((env[name] ?? process.env[name] ?? '') !== '') {
    throw new ConfigError(`${name} must not be set: it would let one lead be delivered twice`);
  }
}
