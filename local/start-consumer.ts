import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { type AwsConsumerPorts, buildConsumer } from '../lambdas/consumer/build-consumer.ts';
import { defineConfig } from '../lambdas/core/config.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './emulators/credentials.ts';
import { type EventSourceMapping, startEventSourceMapping } from './event-source-mapping.ts';
import { functionOf } from './lambda-context.ts';
import { createLocalLog, type LogEntry } from './local-log.ts';
import { createLocalMetrics } from './local-metrics.ts';

const setupSchema = z.object({
  config: z.pipe(z.unknown(), z.transform(defineConfig)),
  /** Of the function: how long an invocation may take. */
  consumer: z.object({ timeoutSeconds: z.number(), memoryMb: z.number() }),
  /** The function's environment, the emulators' endpoints included. */
  env: z.record(z.string(), z.optional(z.string())),
  queueArn: z.string(),
});

/** All that a consumer has to know of the pipeline it belongs to. Plain values: JSON carries it. */
export type ConsumerSetup = z.output<typeof setupSchema>;

/**
 * Reads a setup that came as JSON.
 *
 * @throws {ConfigError} a setting in it is wrong
 * @throws {z.core.$ZodError} it is no setup
 */
export function parseConsumerSetup(json: string): ConsumerSetup {
  return setupSchema.parse(JSON.parse(json));
}

/** Who hears of a consumer, and what it is to use in place of AWS and Zoho. */
export interface StartConsumerOptions {
  /** Gets each line that the function logs, and the faults of what runs it. */
  readonly onLog: (entry: LogEntry) => void;
  readonly ports?: Partial<AwsConsumerPorts>;
}

/**
 * Starts the consumer function and the event source mapping that feeds it, over a pipeline whose table,
 * queues and Zoho run already, in this process or in another.
 *
 * @throws {ConfigError} when the function refuses its configuration
 */
export function startConsumer(
  setup: ConsumerSetup,
  { onLog, ports = {} }: StartConsumerOptions,
): EventSourceMapping {
  const { config, env } = setup;
  const log = createLocalLog('consumer', onLog);
  const handler = buildConsumer(env, config, { log, metrics: createLocalMetrics(), ...ports });
  const client = new SQSClient({
    endpoint: env['AWS_ENDPOINT_URL_SQS'] ?? '',
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const mapping = startEventSourceMapping({
    client,
    queueUrl: env['DELIVERY_QUEUE_URL'] ?? '',
    queueArn: setup.queueArn,
    batchSize: config.delivery.batchSize,
    maxConcurrency: config.delivery.maxConcurrency,
    fn: functionOf('consumer', setup.consumer),
    handler,
    onError: (error) => log.error('The function or its trigger failed', {}, error),
  });
  return {
    stop: async () => {
      await mapping.stop();
      client.destroy();
    },
  };
}
