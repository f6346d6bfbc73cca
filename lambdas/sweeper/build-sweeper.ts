import { createAwsClients } from '../aws/clients.ts';
import { createDynamoDbBreakerStore } from '../aws/dynamodb-breaker-store.ts';
import { createDynamoDbEventStore } from '../aws/dynamodb-event-store.ts';
import { createPowertoolsLog } from '../aws/powertools-log.ts';
import { createPowertoolsMetrics, type FlushableMetrics } from '../aws/powertools-metrics.ts';
import { createSqsDeadLetterQueue, createSqsDeliveryQueue } from '../aws/sqs-queues.ts';
import { withoutCanary } from '../core/canary.ts';
import type { HoldfastConfig } from '../core/config.ts';
import { readEnvironment, readSwitch } from '../runtime/environment.ts';
import { systemClock } from '../runtime/system.ts';
import { tellOfFailure } from '../runtime/tell-of-failure.ts';
import { SWEEPER_ENV_NAMES } from './env.ts';
import { createSweep, type SweepPorts } from './sweep.ts';
import type { SweepReport } from './sweep-run.ts';

/** Everything that the sweeper talks to. */
export type SweeperPorts = SweepPorts & { readonly metrics: FlushableMetrics };

/**
 * Builds the sweeper once a cold start.
 *
 * @param env see `SweeperEnv`
 * @throws {ConfigError} a variable is missing or wrong
 */
export function buildSweeper(
  env: Readonly<Record<string, string | undefined>>,
  config: HoldfastConfig,
  overrides: Partial<SweeperPorts> = {},
): () => Promise<SweepReport> {
  const settings = readEnvironment(SWEEPER_ENV_NAMES, env);
  const deliveryEnabled = readSwitch('ZOHO_ENABLED', settings.ZOHO_ENABLED);
  const { dynamodb, sqs } = createAwsClients(env);
  const ports: SweeperPorts = {
    events: createDynamoDbEventStore({
      client: dynamodb,
      tableName: settings.TABLE_NAME,
      retention: config.retention,
    }),
    breakers: createDynamoDbBreakerStore({ client: dynamodb, tableName: settings.TABLE_NAME }),
    queue: createSqsDeliveryQueue({ client: sqs, queueUrl: settings.DELIVERY_QUEUE_URL }),
    deadLetters: createSqsDeadLetterQueue({
      client: sqs,
      queueUrl: settings.DEAD_LETTER_QUEUE_URL,
    }),
    clock: systemClock,
    log: overrides.log ?? createPowertoolsLog('sweeper', settings.STAGE),
    metrics: overrides.metrics ?? createPowertoolsMetrics('sweeper'),
    ...overrides,
  };
  const counting = { ...ports, metrics: withoutCanary(ports.metrics) };
  const sweep = createSweep(counting, { deliveryEnabled, config });
  return async () => {
    try {
      return await tellOfFailure(ports.log, sweep);
    } finally {
      ports.metrics.flush();
    }
  };
}
