import * as z from 'zod/mini';
import { StoreUnavailableError } from '../core/errors.ts';
import { type EventRecord, type NewEvent, SUPPRESSIONS } from '../core/event-record.ts';
import { FAILURE_CLASSES, FAILURE_CODES, type FailureCode } from '../core/failure.ts';
import { openPartitionKey, openPartitionOf } from '../core/open-index.ts';
import type { Item } from './table-expression.ts';
import { eventOfPartition, stateKey } from './table-keys.ts';

const failureItem = z.object({
  code: z.enum(FAILURE_CODES as [FailureCode, ...FailureCode[]]),
  class: z.enum(FAILURE_CLASSES),
  message: z.string(),
  crm_code: z.optional(z.string()),
  crm_field: z.optional(z.string()),
});

const stateItem = z.object({
  pk: z.string(),
  state: z.enum([
    'received',
    'processing',
    'failed',
    'held',
    'succeeded',
    'suppressed',
    'quarantined',
    'closed',
    'erased',
  ]),
  source: z.string(),
  event_type: z.string(),
  source_event_id: z.optional(z.string()),
  delivery_id: z.optional(z.string()),
  occurred_at: z.string(),
  received_at: z.string(),
  correlation_id: z.string(),
  payload_hash: z.string(),
  mapping_version: z.string(),
  attempts: z.number(),
  claims: z.number(),
  conflicts: z.number(),
  lease_token: z.optional(z.string()),
  lease_until: z.optional(z.number()),
  next_due: z.optional(z.number()),
  last_attempt_at: z.optional(z.string()),
  requeued_at: z.optional(z.number()),
  crm: z.optional(
    z.object({
      module: z.string(),
      record_id: z.string(),
      action: z.enum(['insert', 'update', 'none', 'note']),
    }),
  ),
  failure: z.optional(failureItem),
  quarantine_id: z.optional(z.string()),
  quarantined_at: z.optional(z.string()),
  dlq_sent_at: z.optional(z.string()),
  closed_at: z.optional(z.string()),
  erased_at: z.optional(z.string()),
  suppression: z.optional(z.enum(SUPPRESSIONS)),
  remapped_as: z.optional(z.string()),
});

/** The failure as a map attribute. */
export function failureToItem(failure: NonNullable<EventRecord['failure']>): Item {
  return {
    code: failure.code,
    class: failure.class,
    message: failure.message,
    crm_code: failure.crmCode,
    crm_field: failure.crmField,
  };
}

/** A new event's state item. `ttl` is in seconds since the epoch, as DynamoDB wants it. */
export function newStateItem(event: NewEvent, ttlSeconds: number): Item {
  const { initial } = event;
  const state = initial.state;
  const failure = initial.state === 'quarantined' ? initial.failure : undefined;
  const partition = openPartitionOf({
    key: event.key,
    state,
    ...(failure === undefined ? {} : { failure }),
  });
  return {
    ...stateKey(event.key),
    state,
    source: event.source,
    event_type: event.eventType,
    source_event_id: event.sourceEventId,
    delivery_id: event.deliveryId,
    occurred_at: event.occurredAt,
    received_at: event.receivedAt,
    correlation_id: event.correlationId,
    payload_hash: event.payloadHash,
    mapping_version: event.mappingVersion,
    attempts: 0,
    claims: 0,
    conflicts: 0,
    ...(initial.state === 'suppressed' ? { suppression: initial.suppression } : {}),
    ...(initial.state === 'quarantined'
      ? {
          failure: failureToItem(initial.failure),
          quarantine_id: initial.quarantineId,
          quarantined_at: event.receivedAt,
        }
      : {}),
    ...(partition === undefined
      ? {}
      : { open_pk: openPartitionKey(partition), open_sk: event.receivedAt }),
    ttl: ttlSeconds,
  };
}

/**
 * The state item of an event that was erased. It replaces the whole item, so that nothing stays by being
 * forgotten.
 */
export function tombstoneItem(tombstone: EventRecord, ttlSeconds: number): Item {
  return {
    ...stateKey(tombstone.key),
    state: tombstone.state,
    source: tombstone.source,
    event_type: tombstone.eventType,
    occurred_at: tombstone.occurredAt,
    received_at: tombstone.receivedAt,
    correlation_id: tombstone.correlationId,
    payload_hash: tombstone.payloadHash,
    mapping_version: tombstone.mappingVersion,
    attempts: tombstone.attempts,
    claims: tombstone.claims,
    conflicts: tombstone.conflicts,
    erased_at: tombstone.erasedAt,
    ttl: ttlSeconds,
  };
}

/**
 * Reads a state item.
 *
 * @throws {StoreUnavailableError} the item is not one that this version wrote: to treat it as absent
 *   would deliver a lead twice, so the caller must stop and come back
 */
export function recordFromItem(item: Item): EventRecord {
  const parsed = stateItem.safeParse(item);
  if (!parsed.success) throw new StoreUnavailableError('The event record', parsed.error);
  const stored = parsed.data;
  return {
    key: eventOfPartition(stored.pk),
    state: stored.state,
    source: stored.source,
    eventType: stored.event_type,
    occurredAt: stored.occurred_at,
    receivedAt: stored.received_at,
    correlationId: stored.correlation_id,
    payloadHash: stored.payload_hash,
    mappingVersion: stored.mapping_version,
    attempts: stored.attempts,
    claims: stored.claims,
    conflicts: stored.conflicts,
    ...present('sourceEventId', stored.source_event_id),
    ...present('deliveryId', stored.delivery_id),
    ...present('leaseToken', stored.lease_token),
    ...present('leaseUntilMs', stored.lease_until),
    ...present('nextDueAtMs', stored.next_due),
    ...present('lastAttemptAt', stored.last_attempt_at),
    ...present('requeuedAtMs', stored.requeued_at),
    ...(stored.crm === undefined
      ? {}
      : {
          crm: {
            module: stored.crm.module,
            recordId: stored.crm.record_id,
            action: stored.crm.action,
          },
        }),
    ...(stored.failure === undefined
      ? {}
      : {
          failure: {
            code: stored.failure.code,
            class: stored.failure.class,
            message: stored.failure.message,
            ...present('crmCode', stored.failure.crm_code),
            ...present('crmField', stored.failure.crm_field),
          },
        }),
    ...present('quarantineId', stored.quarantine_id),
    ...present('quarantinedAt', stored.quarantined_at),
    ...present('dlqSentAt', stored.dlq_sent_at),
    ...present('closedAt', stored.closed_at),
    ...present('erasedAt', stored.erased_at),
    ...present('suppression', stored.suppression),
    ...present('remappedAs', stored.remapped_as),
  };
}

function present<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, Value>>;
}
