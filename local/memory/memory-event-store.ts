import {
  type Acceptance,
  type ClaimRequest,
  type ClaimResult,
  type DeliverySuccess,
  decideClaim,
  type EventRecord,
  type FailedAttempt,
  type NewEvent,
  type QuarantineEntry,
} from '../../lambdas/core/event-record.ts';
import type { NormalizedEvent } from '../../lambdas/core/lead-event.ts';
import { openPartitionKey, openPartitionOf } from '../../lambdas/core/open-index.ts';
import type { EventStore, FencedWrite } from '../../lambdas/core/ports.ts';

/**
 * The event store in memory: the same rules as on the table, without the table.
 *
 * Used where there is no DynamoDB to run, by unit tests and by simulations. One synchronous step per
 * operation stands for one conditional write.
 */
export function createMemoryEventStore(): EventStore {
  const records = new Map<string, EventRecord>();
  const normalized = new Map<string, NormalizedEvent>();
  const submitters = new Map<string, string>();

  const fenced = (
    key: string,
    leaseToken: string,
    change: (record: EventRecord) => EventRecord,
  ): FencedWrite => {
    const record = records.get(key);
    if (record === undefined) return 'superseded';
    if (record.state !== 'processing' || record.leaseToken !== leaseToken) return 'superseded';
    records.set(key, change(withoutLease(record)));
    return 'written';
  };

  return {
    accept: async (event) => {
      const payloadKey = `${event.key} ${event.payloadHash}`;
      if (event.normalized !== undefined && !normalized.has(payloadKey)) {
        normalized.set(payloadKey, structuredClone(event.normalized));
      }
      const existing = records.get(event.key);
      if (existing !== undefined) return repeated(records, existing, event);
      const record = recordOf(event);
      records.set(event.key, record);
      return { kind: 'accepted', record };
    },

    claim: async (request) => claim(records, request),

    succeed: async (key, success) => {
      const record = records.get(key);
      if (record === undefined || record.state === 'succeeded') return;
      records.set(key, succeeded(record, success));
    },

    fail: async (key, token, failed) => fenced(key, token, (record) => failedWith(record, failed)),

    release: async (key, token) =>
      fenced(key, token, (record) => ({ ...record, state: 'received', claims: 0 })),

    quarantine: async (key, token, entry) =>
      fenced(key, token, (record) => quarantined(record, entry)),

    markDlqSent: async (key, quarantineId, atMs) => {
      const record = records.get(key);
      if (record?.state !== 'quarantined' || record.quarantineId !== quarantineId) return;
      records.set(key, { ...record, dlqSentAt: new Date(atMs).toISOString() });
    },

    hold: async (request) => {
      const record = records.get(request.key);
      if (record === undefined || record.state === 'held') return 'unchanged';
      if (decideClaim(record, request).kind !== 'claimable') return 'unchanged';
      records.set(request.key, { ...withoutLease(record), state: 'held' });
      return 'held';
    },

    unhold: async (key) => {
      const record = records.get(key);
      if (record?.state !== 'held') return 'unchanged';
      records.set(key, { ...record, state: 'received' });
      return 'received';
    },

    markRequeued: async (key, atMs, notSinceMs) => {
      const record = records.get(key);
      if (record === undefined || (record.requeuedAtMs ?? 0) > notSinceMs) return 'unchanged';
      records.set(key, { ...record, requeuedAtMs: atMs });
      return 'marked';
    },

    readRecord: async (key) => records.get(key),

    readNormalized: async (key, payloadHash) => {
      const found = normalized.get(`${key} ${payloadHash}`);
      return found === undefined ? undefined : structuredClone(found);
    },

    listOpen: async (partition, receivedBeforeMs, limit) =>
      [...records.values()]
        .filter((record) => {
          const listed = openPartitionOf(record);
          return listed !== undefined && openPartitionKey(listed) === openPartitionKey(partition);
        })
        .filter((record) => Date.parse(record.receivedAt) < receivedBeforeMs)
        .toSorted((left, right) => (left.receivedAt < right.receivedAt ? -1 : 1))
        .slice(0, limit)
        .map((record) => record.key),

    rememberSubmitter: async (source, personHash, key) => {
      const submitter = `${source} ${personHash}`;
      const first = submitters.get(submitter) ?? key;
      submitters.set(submitter, first);
      return first;
    },
  };
}

function repeated(
  records: Map<string, EventRecord>,
  existing: EventRecord,
  event: NewEvent,
): Acceptance {
  if (existing.payloadHash === event.payloadHash) return { kind: 'duplicate', record: existing };
  const record = { ...existing, conflicts: existing.conflicts + 1 };
  records.set(event.key, record);
  return { kind: 'conflict', record };
}

function claim(records: Map<string, EventRecord>, request: ClaimRequest): ClaimResult {
  const record = records.get(request.key);
  if (record === undefined) return { kind: 'unknown_event' };
  const decision = decideClaim(record, request);
  if (decision.kind !== 'claimable') return decision;
  const { nextDueAtMs: _due, ...rest } = record;
  const claimed: EventRecord = {
    ...rest,
    state: 'processing',
    claims: record.claims + 1,
    leaseToken: request.leaseToken,
    leaseUntilMs: request.nowMs + request.leaseMs,
  };
  records.set(request.key, claimed);
  return { kind: 'claimed', record: claimed, leaseToken: request.leaseToken };
}

function succeeded(record: EventRecord, success: DeliverySuccess): EventRecord {
  const { failure: _failure, ...rest } = withoutLease(record);
  return {
    ...rest,
    state: 'succeeded',
    claims: 0,
    crm: success.crm,
    attempts: success.attempts,
    lastAttemptAt: new Date(success.atMs).toISOString(),
  };
}

function failedWith(record: EventRecord, failed: FailedAttempt): EventRecord {
  return {
    ...record,
    state: 'failed',
    claims: 0,
    failure: failed.failure,
    attempts: failed.attempts,
    lastAttemptAt: new Date(failed.atMs).toISOString(),
    nextDueAtMs: failed.nextDueAtMs,
  };
}

function quarantined(record: EventRecord, entry: QuarantineEntry): EventRecord {
  const { dlqSentAt: _sent, ...rest } = record;
  return {
    ...rest,
    state: 'quarantined',
    claims: 0,
    failure: entry.failure,
    attempts: entry.attempts,
    lastAttemptAt: new Date(entry.atMs).toISOString(),
    quarantineId: entry.quarantineId,
    quarantinedAt: new Date(entry.atMs).toISOString(),
  };
}

function recordOf(event: NewEvent): EventRecord {
  const { raw: _raw, normalized: _normalized, initial, ...rest } = event;
  const base = { ...rest, attempts: 0, claims: 0, conflicts: 0 };
  switch (initial.state) {
    case 'received':
      return { ...base, state: 'received' };
    case 'suppressed':
      return { ...base, state: 'suppressed', suppression: initial.suppression };
    case 'quarantined':
      return {
        ...base,
        state: 'quarantined',
        failure: initial.failure,
        quarantineId: initial.quarantineId,
        quarantinedAt: event.receivedAt,
      };
  }
}

function withoutLease(record: EventRecord): EventRecord {
  const { leaseToken: _token, leaseUntilMs: _until, nextDueAtMs: _due, ...rest } = record;
  return rest;
}
