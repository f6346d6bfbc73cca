import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoDbIdentityStore } from '../../lambdas/aws/dynamodb-identity-store.ts';
import { createDynamoDbTokenStore } from '../../lambdas/aws/dynamodb-token-store.ts';
import { hasLocalTable, type LocalTable, startLocalTable } from '../support/local-table.ts';
import { describeIdentityStore, describeTokenStore } from './compare-and-set-contract.ts';

describe.runIf(hasLocalTable)('the table', () => {
  let table: LocalTable;

  beforeAll(async () => {
    table = await startLocalTable();
  });
  afterAll(async () => {
    await table.stop();
  });

  describeIdentityStore('on DynamoDB', async () => createDynamoDbIdentityStore(table));
  describeTokenStore('on DynamoDB', async () => createDynamoDbTokenStore(table));
});
