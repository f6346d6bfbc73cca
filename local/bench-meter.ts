import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbBreakerStore } from '../lambdas/aws/dynamodb-breaker-store.ts';
import { createDynamoDbEventStore } from '../lambdas/aws/dynamodb-event-store.ts';
import { createDynamoDbIdentityStore } from '../lambdas/aws/dynamodb-identity-store.ts';
import { createDynamoDbTokenStore } from '../lambdas/aws/dynamodb-token-store.ts';
import type { Table } from '../lambdas/aws/table.ts';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './emulators/credentials.ts';
import { LOCAL_TABLE } from './local-stack.ts';
import type { PipelineOptions } from './start-pipeline.ts';

/** Capacity units that one function has used of the table. */
export interface Usage {
  read: number;
  write: number;
}

/** The functions' stores, metered. */
export interface TableMeter {
  readonly overrides: NonNullable<PipelineOptions['overrides']>;
  /** By function; what all leads share, the token and the breaker, apart. */
  readonly usage: Readonly<Record<'intake' | 'consumer' | 'sweeper' | 'shared', Usage>>;
  readonly stop: () => void;
}

/**
 * Builds the functions' stores over a table, so that they add up what the table says each call has used.
 *
 * Intake's has no archive: a bench lead is far too small for it.
 */
export function meterTable(endpoint: string, config: HoldfastConfig): TableMeter {
  const client = new DynamoDBClient({
    endpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const usage = {
    intake: { read: 0, write: 0 },
    consumer: { read: 0, write: 0 },
    sweeper: { read: 0, write: 0 },
    shared: { read: 0, write: 0 },
  };
  const tableOf = (name: keyof typeof usage): Table => ({
    client,
    tableName: LOCAL_TABLE,
    onCapacity: ({ read, write }) => {
      usage[name].read += read;
      usage[name].write += write;
    },
  });
  const events = (name: keyof typeof usage) =>
    createDynamoDbEventStore({ ...tableOf(name), retention: config.retention });

  return {
    usage,
    overrides: {
      intake: { events: events('intake') },
      consumer: {
        events: events('consumer'),
        identities: createDynamoDbIdentityStore(tableOf('consumer')),
        breakers: createDynamoDbBreakerStore(tableOf('shared')),
        tokens: createDynamoDbTokenStore(tableOf('shared')),
      },
      sweeper: {
        events: events('sweeper'),
        breakers: createDynamoDbBreakerStore(tableOf('shared')),
      },
    },
    stop: () => client.destroy(),
  };
}
