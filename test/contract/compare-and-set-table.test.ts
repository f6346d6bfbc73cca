import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbIdentityStore } from '../../lambdas/aws/dynamodb-identity-store.ts';
import { createDynamoDbTokenStore } from '../../lambdas/aws/dynamodb-token-store.ts';
import { IdentityTooLargeError } from '../../lambdas/core/errors.ts';
import { newHead } from '../../lambdas/core/head.ts';
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

  describeTokenStore('on DynamoDB', async () => createDynamoDbTokenStore(table));
});
