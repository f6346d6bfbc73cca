import { randomBytes } from 'node:crypto';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbBreakerStore } from '../../lambdas/aws/dynamodb-breaker-store.ts';
import {
  createDynamoDbIdentityLinks,
  createDynamoDbIdentityStore,
} from '../../lambdas/aws/dynamodb-identity-store.ts';
import { createDynamoDbJournal } from '../../lambdas/aws/dynamodb-journal.ts';
import { createDynamoDbStoreEraser } from '../../lambdas/aws/dynamodb-store-eraser.ts';
import { createDynamoDbTokenStore } from '../../lambdas/aws/dynamodb-token-store.ts';
import { type Item, type ItemKey, toAttributes } from '../../lambdas/aws/table-expression.ts';
import { BREAKER_KEY, identityKey, TOKEN_KEY } from '../../lambdas/aws/table-keys.ts';
import { IdentityTooLargeError, StoreUnavailableError } from '../../lambdas/core/errors.ts';
import { newHead } from '../../lambdas/core/head.ts';
import { hasLocalTable, type LocalTable, startLocalTable } from '../support/local-table.ts';
import { describeBreakerStore, describeTokenStore } from './compare-and-set-contract.ts';
import { describeIdentityLinks, describeIdentityStore } from './identity-store-contract.ts';
import { describeJournal } from './journal-contract.ts';

describe.runIf(hasLocalTable)('the table', () => {
  let table: LocalTable;

  beforeAll(async () => {
    table = await startLocalTable();
  });
  afterAll(async () => {
    await table.stop();
  });

  const without = async (key: ItemKey) => {
    await table.client.send(
      new DeleteItemCommand({ TableName: table.tableName, Key: toAttributes({ ...key }) }),
    );
  };
  const put = async (item: Item) => {
    await table.client.send(
      new PutItemCommand({ TableName: table.tableName, Item: toAttributes(item) }),
    );
  };

  describeIdentityStore('on DynamoDB', async () => createDynamoDbIdentityStore(table));
  describeIdentityLinks('on DynamoDB', async () => ({
    ...createDynamoDbIdentityStore(table),
    ...createDynamoDbIdentityLinks(table),
    ...createDynamoDbStoreEraser({
      ...table,
      eventDays: 400,
      bodies: { remove: async () => undefined },
    }),
  }));
  describeJournal('on DynamoDB', async () => createDynamoDbJournal(table));
  describeTokenStore('on DynamoDB', async () => {
    await without(TOKEN_KEY);
    return createDynamoDbTokenStore(table);
  });
  describeBreakerStore('on DynamoDB', async () => {
    await without(BREAKER_KEY);
    return createDynamoDbBreakerStore(table);
  });

  it('says that a HEAD is too large before the table would refuse it', async () => {
    const store = createDynamoDbIdentityStore(table);
    const fields = Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [
        `field_${n}`,
        {
          value: randomBytes(8_000).toString('base64'),
          occurredAt: '2026-11-22T04:00:00.000Z',
          trust: 1,
          event: 'e',
          version: 1,
        },
      ]),
    );
    const head = { ...newHead('Leads', 'hf_large'), revision: 1, version: 1, fields };

    await expect(store.save(head)).rejects.toThrow(IdentityTooLargeError);
  });

  it('stops at an item that it did not write, rather than take it for none', async () => {
    const identities = createDynamoDbIdentityStore(table);
    await put({ ...BREAKER_KEY, revision: 'one' });
    await put({ ...TOKEN_KEY, revision: 1 });
    await put({ ...identityKey('Leads', 'foreign'), revision: 1 });
    await put({ ...identityKey('Leads', 'no-name'), alias_of: 7 });

    const reads = [
      async () => await createDynamoDbBreakerStore(table).read(),
      async () => await createDynamoDbTokenStore(table).read(),
      async () => await identities.read('Leads', 'foreign'),
      async () => await identities.read('Leads', 'no-name'),
    ];

    for (const read of reads) await expect(read()).rejects.toThrow(StoreUnavailableError);
  });
});
