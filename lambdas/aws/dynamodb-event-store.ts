import { type DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { HoldfastConfig } from '../core/config.ts';
import {
  type Acceptance,
  type ClaimRequest,
  type ClaimResult,
  decideClaim,
  DUE_TOLERANCE_MS,
  type NewEvent,
} from '../core/event-record.ts';
import { openPartitionKey, openPartitionOf } from '../core/open-index.ts';
import type { EventStore, FencedWrite } from '../core/ports.ts';
import { failureToItem, newStateItem, recordFromItem, stateKey } from './event-record-item.ts';
import { getNormalized, putNormalized, putRaw } from './payload-items.ts';
import type { BodyArchive } from './s3-archive.ts';
import {
  callTable,
  type Expression,
  fromAttributes,
  type Item,
  putIf,
  toAttributes,
  updateIf,
} from './table.ts';

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
  const update = async (key: string, change: Expression, condition: Expression) =>
    await updateIf(client, tableName, stateKey(key), change, condition);
  const fenced = async (key: string, leaseToken: string, change: Expression) =>
    fencedWrite(await update(key, change, heldBy(leaseToken)));

  return {
    accept: async (event) => await accept(options, event),

    claim: async (request) => {
      const result = await update(request.key, claimUpdate(request), claimable(request));
      if (result.kind === 'refused') return refusedClaim(result.existing, request);
      return {
        kind: 'claimed',
        record: recordFromItem(result.updated ?? {}),
        leaseToken: request.leaseToken,
      };
    },

    succeed: async (key, success) => {
      // No lease is asked for: the effect has happened, whoever holds the event now.
      await update(
        key,
        {
          text: 'SET #state = :succeeded, claims = :zero, attempts = :attempts, last_attempt_at = :at, crm = :crm REMOVE open_pk, lease_token, lease_until, next_due, failure',
          names: { '#state': 'state' },
          values: {
            ':succeeded': 'succeeded',
            ':zero': 0,
            ':attempts': success.attempts,
            ':at': new Date(success.atMs).toISOString(),
            ':crm': {
              module: success.crm.module,
              record_id: success.crm.recordId,
              action: success.crm.action,
            },
          },
        },
        { text: 'attribute_exists(pk) AND #state <> :succeeded' },
      );
    },

    fail: async (key, leaseToken, failed) =>
      await fenced(key, leaseToken, {
        text: 'SET #state = :failed, claims = :zero, attempts = :attempts, last_attempt_at = :at, next_due = :due, failure = :failure REMOVE lease_token, lease_until',
        names: { '#state': 'state' },
        values: {
          ':failed': 'failed',
          ':zero': 0,
          ':attempts': failed.attempts,
          ':at': new Date(failed.atMs).toISOString(),
          ':due': failed.nextDueAtMs,
          ':failure': failureToItem(failed.failure),
        },
      }),

    release: async (key, leaseToken) =>
      await fenced(key, leaseToken, {
        text: 'SET #state = :received, claims = :zero REMOVE lease_token, lease_until',
        names: { '#state': 'state' },
        values: { ':received': 'received', ':zero': 0 },
      }),

    quarantine: async (key, leaseToken, entry) =>
      await fenced(key, leaseToken, {
        text: 'SET #state = :quarantined, claims = :zero, attempts = :attempts, last_attempt_at = :at, quarantined_at = :at, quarantine_id = :id, failure = :failure, open_pk = :open REMOVE lease_token, lease_until, next_due, dlq_sent_at',
        names: { '#state': 'state' },
        values: {
          ':quarantined': 'quarantined',
          ':zero': 0,
          ':attempts': entry.attempts,
          ':at': new Date(entry.atMs).toISOString(),
          ':id': entry.quarantineId,
          ':failure': failureToItem(entry.failure),
          ':open': openPartitionKey({
            kind: 'quarantined',
            failureClass: entry.failure.class,
          }),
        },
      }),

    markDlqSent: async (key, quarantineId, atMs) => {
      await update(
        key,
        {
          text: 'SET dlq_sent_at = :at',
          values: { ':at': new Date(atMs).toISOString() },
        },
        {
          text: '#state = :quarantined AND quarantine_id = :id',
          names: { '#state': 'state' },
          values: { ':quarantined': 'quarantined', ':id': quarantineId },
        },
      );
    },

    hold: async (request) => {
      const conditions = claimable(request);
      const result = await update(
        request.key,
        {
          text: 'SET #state = :held, open_pk = :open REMOVE lease_token, lease_until, next_due',
          values: { ':open': openPartitionKey({ kind: 'held' }) },
        },
        { ...conditions, text: `#state <> :held AND ${conditions.text}` },
      );
      return result.kind === 'written' ? 'held' : 'unchanged';
    },

    unhold: async (key) => {
      const result = await update(
        key,
        {
          text: 'SET #state = :received, open_pk = :open',
          names: { '#state': 'state' },
          values: { ':received': 'received', ':open': openKeyOf(key) },
        },
        { text: '#state = :held', values: { ':held': 'held' } },
      );
      return result.kind === 'written' ? 'received' : 'unchanged';
    },

    readRecord: async (key) => {
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
    },

    readNormalized: async (key, payloadHash) =>
      await getNormalized(client, tableName, key, payloadHash),

    listOpen: async (partition, receivedBeforeMs, limit) => {
      const output = await callTable(
        async () =>
          await client.send(
            new QueryCommand({
              TableName: tableName,
              IndexName: 'open',
              KeyConditionExpression: 'open_pk = :partition AND open_sk < :before',
              ExpressionAttributeValues: toAttributes({
                ':partition': openPartitionKey(partition),
                ':before': new Date(receivedBeforeMs).toISOString(),
              }),
              Limit: limit,
            }),
          ),
      );
      return (output.Items ?? []).map((item) =>
        String(fromAttributes(item)['pk']).slice('EVT#'.length),
      );
    },

    rememberSubmitter: async (source, personHash, key, expiresAtMs) => {
      const result = await putIf(
        client,
        tableName,
        {
          pk: `SRC#${source}`,
          sk: `SUBMITTER#${personHash}`,
          first_event: key,
          ttl: Math.floor(expiresAtMs / 1_000),
        },
        { text: 'attribute_not_exists(pk)' },
      );
      return result.kind === 'written' ? key : String(result.existing?.['first_event'] ?? key);
    },
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

function claimUpdate(request: ClaimRequest): Expression {
  return {
    text: 'SET #state = :processing, claims = claims + :one, lease_token = :token, lease_until = :until, open_pk = :open REMOVE next_due',
    values: {
      ':one': 1,
      ':token': request.leaseToken,
      ':until': request.nowMs + request.leaseMs,
      ':open': openKeyOf(request.key),
    },
  };
}

/** `decideClaim` in the table's language; a contract suite holds the two together. */
function claimable(request: Pick<ClaimRequest, 'nowMs' | 'quarantineId'>): Expression {
  const ways = [
    '#state IN (:received, :held)',
    '(#state = :failed AND (attribute_not_exists(next_due) OR next_due <= :dueBy))',
    '(#state = :processing AND (attribute_not_exists(lease_until) OR lease_until <= :now))',
    ...(request.quarantineId === undefined
      ? []
      : ['(#state = :quarantined AND quarantine_id = :quarantineId)']),
  ];
  return {
    text: `(${ways.join(' OR ')})`,
    names: { '#state': 'state' },
    values: {
      ':received': 'received',
      ':held': 'held',
      ':failed': 'failed',
      ':processing': 'processing',
      ':dueBy': request.nowMs + DUE_TOLERANCE_MS,
      ':now': request.nowMs,
      ...(request.quarantineId === undefined
        ? {}
        : { ':quarantined': 'quarantined', ':quarantineId': request.quarantineId }),
    },
  };
}

function refusedClaim(existing: Item | undefined, request: ClaimRequest): ClaimResult {
  if (existing === undefined) return { kind: 'unknown_event' };
  const decision = decideClaim(recordFromItem(existing), request);
  // The table said no, so an answer of "claimable" can only mean that a clock stands on the edge:
  // the event is not due for one more moment.
  return decision.kind === 'claimable' ? { kind: 'not_due', dueAtMs: request.nowMs } : decision;
}

function heldBy(leaseToken: string): Expression {
  return {
    text: '#state = :processing AND lease_token = :token',
    names: { '#state': 'state' },
    values: { ':processing': 'processing', ':token': leaseToken },
  };
}

function fencedWrite(result: { kind: 'written' | 'refused' }): FencedWrite {
  return result.kind === 'written' ? 'written' : 'superseded';
}

function openKeyOf(key: string): string {
  const partition = openPartitionOf({ key, state: 'received' });
  return partition === undefined ? '' : openPartitionKey(partition);
}

