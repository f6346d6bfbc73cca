import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { HoldfastConfig } from '../core/config.ts';
import {
  type Acceptance,
  type ClaimRequest,
  type ClaimResult,
  decideClaim,
  type EventRecord,
  type NewEvent,
} from '../core/event-record.ts';
import { openPartitionKey } from '../core/open-index.ts';
import { OPEN_INDEX } from '../core/pipeline-names.ts';
import type { EventStore, FencedWrite, OpenPage, OpenPageRequest } from '../core/ports.ts';
import { newStateItem, recordFromItem, stateKey } from './event-record-item.ts';
import {
  claimTransition,
  dlqSentTransition,
  failTransition,
  holdTransition,
  quarantineTransition,
  releaseTransition,
  requeuedTransition,
  succeedTransition,
  type Transition,
  unholdTransition,
} from './event-transitions.ts';
import { getNormalized, putNormalized, putRaw } from './payload-items.ts';
import type { BodyArchive } from './s3-archive.ts';
import { callTable, fromAttributes, type Item, putIf, toAttributes, updateIf } from './table.ts';

/** Where the events lie, and for how long. */
export interface DynamoDbEventStoreOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly retention: HoldfastConfig['retention'];
  /** Takes bodies that are too large for an item. Only intake stores bodies. */
  readonly archive?: BodyArchive;
}

const DAY_SECONDS = 86_400;

/** The event store on DynamoDB. Every arrow of the state machine is one conditional write. */
export function createDynamoDbEventStore(options: DynamoDbEventStoreOptions): EventStore {
  const { client, tableName } = options;
  const apply = async (key: string, { update, condition }: Transition) =>
    await updateIf(client, tableName, stateKey(key), update, condition);
  const fenced = async (key: string, transition: Transition): Promise<FencedWrite> =>
    (await apply(key, transition)).kind === 'written' ? 'written' : 'superseded';

  return {
    accept: async (event) => await accept(options, event),
    claim: async (request) => {
      const result = await apply(request.key, claimTransition(request));
      if (result.kind === 'refused') return refusedClaim(result.existing, request);
      const record = recordFromItem(result.updated ?? {});
      return { kind: 'claimed', record, leaseToken: request.leaseToken };
    },
    succeed: async (key, success) => {
      await apply(key, succeedTransition(success));
    },
    fail: async (key, token, failed) => await fenced(key, failTransition(token, failed)),
    release: async (key, token) => await fenced(key, releaseTransition(token)),
    quarantine: async (key, token, entry) => await fenced(key, quarantineTransition(token, entry)),
    markDlqSent: async (key, quarantineId, failureClass, atMs) => {
      await apply(key, dlqSentTransition(quarantineId, failureClass, atMs));
    },
    hold: async (request) =>
      (await apply(request.key, holdTransition(request))).kind === 'written' ? 'held' : 'unchanged',
    unhold: async (key, atMs) =>
      (await apply(key, unholdTransition(key, atMs))).kind === 'written' ? 'received' : 'unchanged',
    markRequeued: async (key, atMs, notSinceMs) =>
      (await apply(key, requeuedTransition(atMs, notSinceMs))).kind === 'written'
        ? 'marked'
        : 'unchanged',
    readRecord: async (key) => await readRecord(options, key),
    readNormalized: async (key, payloadHash) =>
      await getNormalized(client, tableName, key, payloadHash),
    listOpen: async (partition, page) => await listOpen(options, openPartitionKey(partition), page),
    readRaw: notYet,
    remap: notYet,
    appendAudit: notYet,
    readAudit: notYet,
    measureOpen: notYet,
    noteSourceSeen: notYet,
    readSourceSeenMs: notYet,
    rememberSubmitter: async (source, personHash, key, expiresAtMs) =>
      await rememberSubmitter(options, { source, personHash, key, expiresAtMs }),
  };
}

async function accept(options: DynamoDbEventStoreOptions, event: NewEvent): Promise<Acceptance> {
  const { client, tableName, retention, archive } = options;
  const receivedSeconds = Math.floor(Date.parse(event.receivedAt) / 1_000);
  const suppressed = event.initial.state === 'suppressed';
  const days = (kept: number): number =>
    receivedSeconds + (suppressed ? retention.suppressedDays : kept) * DAY_SECONDS;

  // The payload first, the state last: the state is the commit, and a payload without one is a
  // harmless leftover.
  await Promise.all([
    putRaw(client, tableName, event, archive, days(retention.rawDays)),
    event.normalized === undefined
      ? undefined
      : putNormalized(client, tableName, event, event.normalized, days(retention.eventDays)),
  ]);
  const item = newStateItem(event, days(retention.eventDays));
  const result = await putIf(client, tableName, item, { text: 'attribute_not_exists(pk)' });
  if (result.kind === 'written') return { kind: 'accepted', record: recordFromItem(item) };

  const existing = recordFromItem(result.existing ?? {});
  if (existing.payloadHash === event.payloadHash) return { kind: 'duplicate', record: existing };
  await updateIf(
    client,
    tableName,
    stateKey(event.key),
    { text: 'ADD conflicts :one', values: { ':one': 1 } },
    { text: 'attribute_exists(pk)' },
  );
  return { kind: 'conflict', record: { ...existing, conflicts: existing.conflicts + 1 } };
}

async function readRecord(
  { client, tableName }: DynamoDbEventStoreOptions,
  key: string,
): Promise<EventRecord | undefined> {
  const output = await callTable(
    async () =>
      await client.send(
        new GetItemCommand({
          TableName: tableName,
          Key: toAttributes({ ...stateKey(key) }),
          ConsistentRead: true,
        }),
      ),
  );
  return output.Item === undefined ? undefined : recordFromItem(fromAttributes(output.Item));
}

async function listOpen(
  { client, tableName }: DynamoDbEventStoreOptions,
  partition: string,
  page: OpenPageRequest,
): Promise<OpenPage> {
  const output = await callTable(
    async () =>
      await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: OPEN_INDEX,
          KeyConditionExpression: 'open_pk = :partition AND open_sk < :before',
          ExpressionAttributeValues: toAttributes({
            ':partition': partition,
            ':before': new Date(page.receivedBeforeMs).toISOString(),
          }),
          Limit: page.limit,
          ...(page.cursor === undefined ? {} : { ExclusiveStartKey: readCursor(page.cursor) }),
        }),
      ),
  );
  return {
    keys: (output.Items ?? []).map((item) =>
      String(fromAttributes(item)['pk']).slice('EVT#'.length),
    ),
    ...(output.LastEvaluatedKey === undefined
      ? {}
      : { cursor: JSON.stringify(fromAttributes(output.LastEvaluatedKey)) }),
  };
}

async function notYet(): Promise<never> {
  throw new Error('not yet');
}

const cursorSchema = z.record(z.string(), z.string());

function readCursor(cursor: string): Record<string, AttributeValue> {
  return toAttributes(cursorSchema.parse(JSON.parse(cursor)));
}

async function rememberSubmitter(
  { client, tableName }: DynamoDbEventStoreOptions,
  submission: { source: string; personHash: string; key: string; expiresAtMs: number },
): Promise<string> {
  const result = await putIf(
    client,
    tableName,
    {
      pk: `SRC#${submission.source}`,
      sk: `SUBMITTER#${submission.personHash}`,
      first_event: submission.key,
      ttl: Math.floor(submission.expiresAtMs / 1_000),
    },
    { text: 'attribute_not_exists(pk)' },
  );
  const first = result.kind === 'refused' ? result.existing?.['first_event'] : undefined;
  return typeof first === 'string' ? first : submission.key;
}

function refusedClaim(existing: Item | undefined, request: ClaimRequest): ClaimResult {
  if (existing === undefined) return { kind: 'unknown_event' };
  const decision = decideClaim(recordFromItem(existing), request);
  // The table said no, so an answer of "claimable" can only mean that a clock stands on the edge:
  // the event is not due for one more moment.
  return decision.kind === 'claimable' ? { kind: 'not_due', dueAtMs: request.nowMs } : decision;
}
