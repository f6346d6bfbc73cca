import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbEventStore } from '../../lambdas/aws/dynamodb-event-store.ts';
import { createDynamoDbIdentityStore } from '../../lambdas/aws/dynamodb-identity-store.ts';
import { createDynamoDbStoreScanner } from '../../lambdas/aws/store-scan.ts';
import { type Item, toAttributes } from '../../lambdas/aws/table-expression.ts';
import { aNewEvent } from '../support/event-builders.ts';
import { hasLocalTable, type LocalTable, startLocalTable } from '../support/local-table.ts';
import { describeStoreScan } from './store-scan-contract.ts';

describe.runIf(hasLocalTable)('the table', () => {
  let table: LocalTable;

  beforeAll(async () => {
    table = await startLocalTable();
  });
  afterAll(async () => {
    await table.stop();
  });

  const open = async () => ({
    events: createDynamoDbEventStore({
      ...table,
      retention: { eventDays: 400, rawDays: 90, suppressedDays: 30 },
      archive: {
        put: async (name) => `s3://archive/${name}`,
        get: async () => undefined,
      },
    }),
    identities: createDynamoDbIdentityStore(table),
    scanner: createDynamoDbStoreScanner(table),
  });
  const put = async (item: Item) => {
    await table.client.send(
      new PutItemCommand({ TableName: table.tableName, Item: toAttributes(item) }),
    );
  };
  const scan = async () => (await (await open()).scanner.scanStore({ itemsMax: 100_000 })).items;

  describeStoreScan('on DynamoDB', open);

  it('says where a body lies that is too large for the table', async () => {
    const { events } = await open();
    const key = 'website|lead.created|scanned-large';
    const body = crypto.getRandomValues(new Uint8Array(65_536));
    const event = aNewEvent({ key });
    const large = new Uint8Array(Array.from({ length: 6 }, () => [...body]).flat());
    for (let n = 0; n < large.length; n += 65_536) {
      crypto.getRandomValues(large.subarray(n, n + 65_536));
    }
    await events.accept({ ...event, raw: { ...event.raw, body: large } });

    expect(await scan()).toContainEqual({
      kind: 'request',
      key,
      payloadHash: event.payloadHash,
      archivedAt: `s3://archive/raw/2026-11-22/corr-1001-${event.payloadHash}.gz`,
    });
  });

  it('names an item that it cannot read, and goes on', async () => {
    await put({ pk: 'EVT#website|lead.created|foreign', sk: 'STATE', state: 'elsewhere' });
    await put({ pk: 'EVT#website|lead.created|foreign', sk: 'RAW#1', body_gz: new Uint8Array(3) });
    await put({
      pk: 'EVT#website|lead.created|foreign',
      sk: 'NORM#1',
      event_br: new Uint8Array(3),
    });
    await put({ pk: 'IDN#Leads#hf_foreign', sk: 'HEAD', revision: 'one' });

    const items = await scan();

    for (const ref of [
      'EVT#website|lead.created|foreign STATE',
      'EVT#website|lead.created|foreign RAW#1',
      'EVT#website|lead.created|foreign NORM#1',
      'IDN#Leads#hf_foreign HEAD',
    ]) {
      expect(items).toContainEqual({ kind: 'damaged', ref });
    }
  });
});
