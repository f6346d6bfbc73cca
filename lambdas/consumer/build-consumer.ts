import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createAwsClients } from '../aws/clients.ts';
import { createDynamoDbEventStore } from '../aws/dynamodb-event-store.ts';
import { createDynamoDbIdentityStore } from '../aws/dynamodb-identity-store.ts';
import { createDynamoDbTokenStore } from '../aws/dynamodb-token-store.ts';
import { createPowertoolsLog } from '../aws/powertools-log.ts';
import { createPowertoolsMetrics, type FlushableMetrics } from '../aws/powertools-metrics.ts';
import { createSecretReader } from '../aws/secrets-manager.ts';
import { createSqsDeadLetterQueue, createSqsDeliveryQueue } from '../aws/sqs-queues.ts';
import type { HoldfastConfig } from '../core/config.ts';
import type { CrmWriter } from '../core/crm.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import { ConfigError } from '../core/errors.ts';
import { readPepper } from '../core/pepper.ts';
import type {
  Clock,
  DeadLetterQueue,
  DeliveryQueue,
  EventStore,
  IdentityStore,
  Ids,
  Log,
  Random,
  SecretReader,
  TokenStore,
} from '../core/ports.ts';
import { createBarrier } from '../runtime/barrier.ts';
import { readEnvironment, readSwitch } from '../runtime/environment.ts';
import { systemClock, systemIds, systemRandom } from '../runtime/system.ts';
import { createZohoCrm } from '../zoho/zoho-crm.ts';
import { deliverLeads } from './deliver-leads.ts';
import { deliverRecord } from './deliver-record.ts';
import type { ClaimedEvent } from './delivery-ports.ts';
import { CONSUMER_ENV_NAMES } from './env.ts';

/** Everything that the consumer talks to. */
export interface ConsumerPorts {
  readonly events: EventStore;
  readonly identities: IdentityStore;
  readonly queue: DeliveryQueue;
  readonly deadLetters: DeadLetterQueue;
  readonly secrets: SecretReader;
  readonly tokens: TokenStore;
  readonly crm: CrmWriter;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: FlushableMetrics;
}

/**
 * The consumer as Lambda calls it: a batch of messages in, the ids of those that must come back
 * out.
 */
export type ConsumerFunction = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

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
  overrides: Partial<ConsumerPorts> = {},
): ConsumerFunction {
  refuseIdempotencySwitch(env);
  const settings = readEnvironment(CONSUMER_ENV_NAMES, env);
  const deliveryEnabled = readSwitch('ZOHO_ENABLED', settings.ZOHO_ENABLED);
  const ports = { ...awsPorts(env, settings, config, overrides), ...overrides };

  return async (event, lambda) => {
    try {
      const deadlineMs = ports.clock.nowMs() + lambda.getRemainingTimeInMillis();
      const batch = createBarrier(event.Records.length, async (events: readonly ClaimedEvent[]) => {
        const pepper = await pepperOrNone(ports, settings.PEPPER_SECRET_ID);
        return pepper === undefined
          ? events.map(() => WITHOUT_PEPPER)
          : await deliverLeads(events, ports, { config, pepper, deadlineMs });
      });
      return await processPartialResponse(
        event,
        async (record: SQSRecord) =>
          await deliverRecord(queueRecordOf(record), ports, {
            config,
            deliveryEnabled,
            lambda,
            batch,
          }),
        new BatchProcessor(EventType.SQS),
        // A batch that fails as a whole must not become a function error: each message has been hidden
        // for as long as it is to wait, and the mapping must not slow down on top.
        { context: lambda, throwOnFullBatchFailure: false },
      );
    } finally {
      ports.metrics.flush();
    }
  };
}

/** Nobody can be told from anybody: the batch waits. That is our fault and counts as no attempt. */
const WITHOUT_PEPPER: DeliveryOutcome = { kind: 'deferred', delayMs: 30_000 };

async function pepperOrNone(ports: ConsumerPorts, secretId: string): Promise<string | undefined> {
  try {
    return await readPepper(ports.secrets, secretId);
  } catch (error) {
    ports.log.error('The pepper could not be read; the batch comes back later', {}, error);
    return undefined;
  }
}

function awsPorts(
  env: Readonly<Record<string, string | undefined>>,
  settings: Readonly<Record<(typeof CONSUMER_ENV_NAMES)[number], string>>,
  config: HoldfastConfig,
  overrides: Partial<ConsumerPorts>,
): ConsumerPorts {
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
    events: createDynamoDbEventStore({ ...table, retention: config.retention }),
    identities: createDynamoDbIdentityStore(table),
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

function queueRecordOf(record: SQSRecord): Parameters<typeof deliverRecord>[0] {
  return {
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
  };
}
