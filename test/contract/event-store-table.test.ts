import { gunzipSync } from 'node:zlib';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbEventScanner } from '../../lambdas/aws/event-scan.ts';
import { createDynamoDbStoreEraser } from '../../lambdas/aws/dynamodb-store-eraser.ts';
import { createDynamoDbEventStore } from '../../lambdas/aws/dynamodb-event-store.ts';
import type { UsedCapacity } from '../../lambdas/aws/table.ts';
import { fromAttributes, type Item, toAttributes } from '../../lambdas/aws/table-expression.ts';
import { normalizedKey, rawKey, stateKey } from '../../lambdas/aws/table-keys.ts';
import { StoreUnavailableError } from '../../lambdas/core/errors.ts';
import { eventRefs } from '../../lambdas/core/event-refs.ts';
import { failure } from '../../lambdas/core/failure.ts';
import type { EventScanner } from '../../lambdas/core/ports/event-scan.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { aLeadEvent, aNewEvent, T0 } from '../support/event-builders.ts';
import { hasLocalTable, type LocalTable, startLocalTable } from '../support/local-table.ts';
import { describeEventStore } from './event-store-suites.ts';
import type { ErasableStore } from './event-transition-table.ts';

const RETENTION = { eventDays: 400, rawDays: 90, suppressedDays: 30 };
const DAY_SECONDS = 86_400;

describe.runIf(hasLocalTable)('the table', () => {
  let table: LocalTable;
  const archived = new Map<string, Uint8Array>();

  beforeAll(async () => {
    table = await startLocalTable();
  });
  afterAll(async () => {
    await table.stop();
  });

  const open = async (): Promise<ErasableStore & EventScanner> => ({
    ...createDynamoDbEventScanner(table),
    ...createDynamoDbStoreEraser({
      ...table,
      eventDays: RETENTION.eventDays,
      bodies: {
        remove: async (pointer) => {
          archived.delete(pointer.slice('s3://archive/'.length));
        },
      },
    }),
    ...createDynamoDbEventStore({
      client: table.client,
      tableName: table.tableName,
      retention: RETENTION,
      archive: {
        put: async (name, body) => {
          archived.set(name, body);
          return `s3://archive/${name}`;
        },
        get: async (pointer) => archived.get(pointer.slice('s3://archive/'.length)),
      },
    }),
  });
  const incompressibleBody = () => {
    const body = new Uint8Array(400_000);
    for (let n = 0; n < body.length; n += 65_536) {
      crypto.getRandomValues(body.subarray(n, Math.min(n + 65_536, 400_000)));
    }
    return body;
  };
  const itemAt = async (ref: string) => {
    const [pk, sk] = ref.split(' ') as [string, string];
    const output = await table.client.send(
      new GetItemCommand({ TableName: table.tableName, Key: toAttributes({ pk, sk }) }),
    );
    return output.Item === undefined ? undefined : fromAttributes(output.Item);
  };

  describeEventStore('on DynamoDB', open);

  it('keeps the request as it came where its reference says, and lets it expire', async () => {
    const store = await open();
    const event = aNewEvent({ key: 'website|lead.created|raw-1' });

    await store.accept(event);

    const raw = await itemAt(eventRefs(event.key, event.payloadHash).raw);
    expect(gunzipSync(raw?.['body_gz'] as Uint8Array).toString()).toBe(
      '{"email":"ana@example.com"}',
    );
    expect(raw).toMatchObject({
      content_type: 'application/json',
      headers: { 'user-agent': 'test' },
      signature: 'none',
      ttl: T0 / 1_000 + 90 * DAY_SECONDS,
    });
    expect(await itemAt(`EVT#${event.key} STATE`)).toMatchObject({
      ttl: T0 / 1_000 + 400 * DAY_SECONDS,
    });
  });

  it('keeps the payload out of the state item, which every delivery rewrites', async () => {
    const store = await open();
    const event = aNewEvent({ key: 'website|lead.created|lean-1' });

    await store.accept(event);

    const state = await itemAt(`EVT#${event.key} STATE`);
    expect(JSON.stringify(state)).not.toContain('ana@example.com');
  });

  it('keeps the other content of a conflicting delivery beside the first', async () => {
    const store = await open();
    const event = aNewEvent({ key: 'website|lead.created|conflict-1' });
    await store.accept(event);

    await store.accept({ ...event, payloadHash: 'c'.repeat(64) });

    expect(await itemAt(eventRefs(event.key, 'c'.repeat(64)).raw)).toBeDefined();
    expect(await itemAt(eventRefs(event.key, event.payloadHash).raw)).toBeDefined();
  });

  it('leaves nothing of an erased lead that its sender sends again, in the table or in the bucket', async () => {
    const store = await open();
    const key = 'website|lead.created|erased-1';
    const large = incompressibleBody();
    const event = aNewEvent({ key });
    const first = { ...event, raw: { ...event.raw, body: large } };
    await store.accept(first);
    const kept = [...archived.keys()].filter((name) => name.includes('corr-erased'));
    await store.eraseEvent(key, { markOf: (hash) => `h1:${hash}`, nowMs: T0 });
    await store.removePayloads(key);

    const again = await store.accept({ ...first, correlationId: 'corr-erased-again' });

    expect(kept).toEqual([]);
    expect(again.kind).toBe('erased');
    expect(await itemAt(`EVT#${key} RAW#${event.payloadHash}`)).toEqual({
      pk: `EVT#${key}`,
      sk: `RAW#${event.payloadHash}`,
      emptied: true,
      ttl: T0 / 1_000,
    });
    expect(await itemAt(`EVT#${key} NORM#${event.payloadHash}`)).toEqual({
      pk: `EVT#${key}`,
      sk: `NORM#${event.payloadHash}`,
      emptied: true,
      ttl: T0 / 1_000,
    });
    expect(archived.has(`raw/2026-11-22/corr-1001-${event.payloadHash}.gz`)).toBe(false);
    expect(archived.get(`raw/2026-11-22/corr-erased-again-${event.payloadHash}.gz`)).toEqual(
      new Uint8Array(),
    );
  });

  it('keeps an erased event as long as the event would have been kept', async () => {
    const store = await open();
    const key = 'website|lead.created|erased-ttl';
    await store.accept(aNewEvent({ key }));

    await store.eraseEvent(key, { markOf: (hash) => `h1:${hash}`, nowMs: T0 });

    expect(await itemAt(`EVT#${key} STATE`)).toMatchObject({
      state: 'erased',
      ttl: T0 / 1_000 + 400 * DAY_SECONDS,
    });
  });

  it('puts a body that stays over 300 KB compressed into the archive, with a pointer', async () => {
    const store = await open();
    const incompressible = incompressibleBody();
    const event = aNewEvent({ key: 'website|lead.created|big-1' });

    await store.accept({ ...event, raw: { ...event.raw, body: incompressible } });

    const raw = await itemAt(eventRefs(event.key, event.payloadHash).raw);
    const name = String(raw?.['body_ref']).replace('s3://archive/', '');
    expect(raw?.['body_gz']).toBeUndefined();
    expect(new Uint8Array(gunzipSync(archived.get(name)!))).toEqual(incompressible);
    expect(await store.readRaw(event.key, event.payloadHash)).toEqual({
      ...event.raw,
      body: incompressible,
    });

    const withoutArchive = createDynamoDbEventStore({ ...table, retention: RETENTION });
    await expect(withoutArchive.readRaw(event.key, event.payloadHash)).rejects.toThrow(
      StoreUnavailableError,
    );
    archived.delete(name);
    expect(await store.readRaw(event.key, event.payloadHash)).toBeUndefined();
  });

  it('keeps details as long as the request, small ones in the table and large ones in the archive', async () => {
    const store = await open();
    const event = aNewEvent({ key: 'website|lead.created|details-1' });
    const details = (answers: Uint8Array) => ({
      answers,
      mappingVersion: 'v1-details',
      normalized: aLeadEvent({ idempotency_key: event.key }),
    });
    const small = new TextEncoder().encode('[{"id":"1001"}]');
    const large = new Uint8Array(400_000);
    for (let n = 0; n < large.length; n += 65_536) {
      crypto.getRandomValues(large.subarray(n, Math.min(n + 65_536, 400_000)));
    }
    const itemOfDetails = async () => await itemAt(`EVT#${event.key} DET#${event.payloadHash}`);
    await store.accept(event);
    await store.claim({ key: event.key, leaseToken: 't', leaseMs: 1, nowMs: T0 });

    await store.storeDetails(event.key, 't', details(small));
    const inline = await itemOfDetails();
    await store.storeDetails(event.key, 't', details(large));
    const apart = await itemOfDetails();

    expect(inline).toMatchObject({ ttl: T0 / 1_000 + 90 * DAY_SECONDS });
    expect(inline?.['body_gz']).toBeInstanceOf(Uint8Array);
    expect(apart?.['body_gz']).toBeUndefined();
    expect(apart?.['body_ref']).not.toBe(
      (await itemAt(eventRefs(event.key, event.payloadHash).raw))?.['body_ref'],
    );
    expect(await store.readDetails(event.key, event.payloadHash)).toEqual(large);
    expect(await itemAt(`EVT#${event.key} NORM#${event.payloadHash}#v1-details`)).toMatchObject({
      ttl: T0 / 1_000 + 400 * DAY_SECONDS,
    });
  });

  it('stores no reading of details without the answers that it was made of', async () => {
    const store = createDynamoDbEventStore({
      client: table.client,
      tableName: table.tableName,
      retention: RETENTION,
      archive: {
        put: async () => await Promise.reject(new StoreUnavailableError('The bucket', undefined)),
        get: async () => await Promise.resolve(undefined),
      },
    });
    const event = aNewEvent({ key: 'website|lead.created|details-2' });
    const answers = new Uint8Array(400_000);
    for (let n = 0; n < answers.length; n += 65_536) {
      crypto.getRandomValues(answers.subarray(n, Math.min(n + 65_536, answers.length)));
    }
    const normalized = aLeadEvent({ idempotency_key: event.key });
    await store.accept(event);
    await store.claim({ key: event.key, leaseToken: 't', leaseMs: 1, nowMs: T0 });

    const storing = store.storeDetails(event.key, 't', {
      answers,
      mappingVersion: 'v1-details',
      normalized,
    });

    await expect(storing).rejects.toThrow(StoreUnavailableError);
    expect(await store.readNormalized(event.key, event.payloadHash, 'v1-details')).toBeUndefined();
  });

  it('reads a normalized form that it did not write as none, and never a request', async () => {
    const store = await open();
    const event = aNewEvent({ key: 'website|lead.created|foreign-1' });
    const garbage = new Uint8Array([1, 2, 3]);
    const put = async (item: Item) => {
      await table.client.send(
        new PutItemCommand({ TableName: table.tableName, Item: toAttributes(item) }),
      );
    };
    await put({ ...normalizedKey(event.key, 'n'), event_br: garbage });
    await put({ ...normalizedKey(event.key, 'none') });
    await put({
      ...rawKey(event.key, 'none'),
      content_type: 'a/b',
      headers: {},
      signature: 'none',
    });
    await put({
      ...rawKey(event.key, 'r'),
      body_gz: garbage,
      content_type: 'a/b',
      headers: {},
      signature: 'none',
    });

    expect(await store.readNormalized(event.key, 'n')).toBeUndefined();
    expect(await store.readNormalized(event.key, 'none')).toBeUndefined();
    await expect(store.readRaw(event.key, 'r')).rejects.toThrow(StoreUnavailableError);
    await expect(store.readRaw(event.key, 'none')).rejects.toThrow(StoreUnavailableError);
  });

  it.each([
    ['failed', 'next_due'],
    ['processing', 'lease_until'],
  ])('lets an event that is %s be claimed when no %s says otherwise', async (state, missing) => {
    const store = await open();
    const key = `website|lead.created|bare-${state}`;
    await store.accept(aNewEvent({ key }));
    await table.client.send(
      new UpdateItemCommand({
        TableName: table.tableName,
        Key: toAttributes({ ...stateKey(key) }),
        UpdateExpression: 'SET #state = :state REMOVE #missing',
        ExpressionAttributeNames: { '#state': 'state', '#missing': missing },
        ExpressionAttributeValues: toAttributes({ ':state': state }),
      }),
    );

    const claim = await store.claim({ key, leaseToken: 't', leaseMs: 1, nowMs: T0 });

    expect(claim.kind).toBe('claimed');
  });

  it('keeps a reading anew and an audit as long as the event', async () => {
    const store = await open();
    const event = aNewEvent({
      key: 'website|lead.created|anew-1',
      initial: {
        state: 'quarantined',
        failure: failure('missing_identity'),
        quarantineId: 'q-1',
      },
    });
    await store.accept(event);

    await store.remap(event.key, 'q-1', 'v2', aLeadEvent());
    await store.appendAudit(event.key, {
      id: 'audit-1',
      action: 'mapped_anew',
      at: '2026-11-22T05:00:00.000Z',
      by: 'local',
      reason: 'mended',
    });

    expect(await itemAt(`EVT#${event.key} NORM#${event.payloadHash}#v2`)).toMatchObject({
      ttl: T0 / 1_000 + 400 * DAY_SECONDS,
    });
    expect(await itemAt(`EVT#${event.key} AUD#2026-11-22T05:00:00.000Z#audit-1`)).toMatchObject({
      ttl: T0 / 1_000 + 3_600 + 400 * DAY_SECONDS,
    });
  });

  it('reports what each call has used, the index included, only where it is asked to', async () => {
    const used: UsedCapacity[] = [];
    const metered = createDynamoDbEventStore({
      ...table,
      retention: RETENTION,
      onCapacity: (each) => used.push(each),
    });
    const event = aNewEvent({ key: 'website|lead.created|metered-1' });

    await metered.accept(event);
    await metered.claim({ key: event.key, leaseToken: 't', leaseMs: 1, nowMs: T0 });
    await metered.succeed(event.key, {
      crm: { module: 'Leads', recordId: '1', action: 'insert' },
      attempts: 1,
      atMs: T0,
    });
    await metered.readRecord(event.key);
    await metered.listOpen({ kind: 'held' }, { receivedBeforeMs: T0, limit: 1 });

    expect(used.map(({ write }) => write).filter((units) => units > 0)).toEqual([1, 1, 2, 1, 2]);
    expect(used.map(({ read }) => read).filter((units) => units > 0)).toEqual([1, 0.5]);
  });

  it('lets suppressed events expire early', async () => {
    const store = await open();
    const event = aNewEvent({
      key: 'website|lead.created|spam-1',
      initial: { state: 'suppressed', suppression: 'spam_trap' },
    });

    await store.accept(event);

    expect(await itemAt(`EVT#${event.key} STATE`)).toMatchObject({
      ttl: T0 / 1_000 + 30 * DAY_SECONDS,
    });
  });

  it('says that the store is unavailable when nothing answers', async () => {
    const store = createDynamoDbEventStore({
      client: new DynamoDBClient({
        endpoint: 'http://127.0.0.1:1',
        region: LOCAL_REGION,
        credentials: LOCAL_CREDENTIALS,
        maxAttempts: 1,
      }),
      tableName: 'none',
      retention: RETENTION,
    });

    await expect(store.accept(aNewEvent())).rejects.toThrow(StoreUnavailableError);
    await expect(store.readRecord('any')).rejects.toThrow(StoreUnavailableError);
    await expect(
      store.listOpen({ kind: 'held' }, { receivedBeforeMs: T0, limit: 1 }),
    ).rejects.toThrow(StoreUnavailableError);
  });
});
