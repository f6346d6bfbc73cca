import type { AuditEntry } from '../../lambdas/core/audit.ts';
import {
  type Acceptance,
  type ClaimRequest,
  type ClaimResult,
  decideClaim,
  type EventRecord,
  type NewEvent,
  type RawPayload,
} from '../../lambdas/core/event-record.ts';
import type { NormalizedEvent } from '../../lambdas/core/lead-event.ts';
import {
  type OpenPartition,
  openPartitionKey,
  openPartitionOf,
} from '../../lambdas/core/open-index.ts';
import type { EventStore, OpenPage, OpenPageRequest } from '../../lambdas/core/ports.ts';
import {
  type Change,
  claimChange,
  dlqSentChange,
  failChange,
  holdChange,
  newRecord,
  quarantineChange,
  releaseChange,
  remapChange,
  requeuedChange,
  succeedChange,
  unholdChange,
} from './event-changes.ts';

type Records = Map<string, EventRecord>;

/**
 * The event store in memory: the same rules as on the table, without the table.
 *
 * Used where there is no DynamoDB to run, by unit tests and by simulations. One synchronous step per
 * operation stands for one conditional write.
 */
export function createMemoryEventStore(): EventStore {
  const records: Records = new Map();
  const normalized = new Map<string, NormalizedEvent>();
  const raw = new Map<string, RawPayload>();
  const audits = new Map<string, Map<string, AuditEntry>>();
  const sourcesSeenMs = new Map<string, number>();
  const submitters = new Map<string, string>();
  const fenced = (key: string, change: Change) =>
    write(records, key, change) ? 'written' : 'superseded';

  return {
    accept: async (event) => {
      const payload = payloadKey(event.key, event.payloadHash);
      if (!raw.has(payload)) raw.set(payload, structuredClone(event.raw));
      return accept(records, normalized, event);
    },
    claim: async (request) => claim(records, request),
    succeed: async (key, success) => {
      write(records, key, succeedChange(success));
    },
    fail: async (key, token, failed) => fenced(key, failChange(token, failed)),
    release: async (key, token) => fenced(key, releaseChange(token)),
    quarantine: async (key, token, entry) => fenced(key, quarantineChange(token, entry)),
    markDlqSent: async (key, quarantineId, _failureClass, atMs) => {
      write(records, key, dlqSentChange(quarantineId, atMs));
    },
    hold: async (request) =>
      write(records, request.key, holdChange(request)) ? 'held' : 'unchanged',
    unhold: async (key, atMs) =>
      write(records, key, unholdChange(atMs)) ? 'received' : 'unchanged',
    markRequeued: async (key, atMs, notSinceMs) =>
      write(records, key, requeuedChange(atMs, notSinceMs)) ? 'marked' : 'unchanged',
    readRecord: async (key) => records.get(key),
    readNormalized: async (key, payloadHash, remappedAs) => {
      const found = normalized.get(payloadKey(key, payloadHash, remappedAs));
      return found === undefined ? undefined : structuredClone(found);
    },
    readRaw: async (key, payloadHash) => structuredClone(raw.get(payloadKey(key, payloadHash))),
    remap: async (key, quarantineId, mappingVersion, event) => {
      const hash = records.get(key)?.payloadHash ?? '';
      const change = remapChange(quarantineId, mappingVersion);
      if (!write(records, key, change)) return 'superseded';
      normalized.set(payloadKey(key, hash, mappingVersion), structuredClone(event));
      return 'written';
    },
    appendAudit: async (key, entry) => {
      const entries = audits.get(key) ?? new Map<string, AuditEntry>();
      audits.set(key, entries.set(`${entry.at} ${entry.id}`, entry));
    },
    readAudit: async (key) =>
      [...(audits.get(key) ?? new Map<string, AuditEntry>())]
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([, entry]) => entry),
    measureOpen: async (partition, countMax) => {
      const listed = [...records.values()].filter((record) => isIn(record, partition));
      const [oldest] = listed.map((record) => record.receivedAt).toSorted();
      return {
        count: Math.min(listed.length, countMax),
        ...(oldest === undefined ? {} : { oldestReceivedAt: oldest }),
      };
    },
    noteSourceSeen: async (source, atMs) => {
      sourcesSeenMs.set(source, Math.max(sourcesSeenMs.get(source) ?? 0, atMs));
    },
    readSourceSeenMs: async (source) => sourcesSeenMs.get(source),
    listOpen: async (partition, page) => listOpen(records, partition, page),
    rememberSubmitter: async (source, personHash, key) => {
      const submitter = `${source} ${personHash}`;
      const first = submitters.get(submitter) ?? key;
      submitters.set(submitter, first);
      return first;
    },
  };
}

/** One conditional write. */
function write(records: Records, key: string, change: Change): boolean {
  const record = records.get(key);
  if (record === undefined || !change.holds(record)) return false;
  records.set(key, change.apply(record));
  return true;
}

function accept(
  records: Records,
  normalized: Map<string, NormalizedEvent>,
  event: NewEvent,
): Acceptance {
  const payload = payloadKey(event.key, event.payloadHash);
  if (event.normalized !== undefined && !normalized.has(payload)) {
    normalized.set(payload, structuredClone(event.normalized));
  }
  const existing = records.get(event.key);
  if (existing === undefined) {
    const record = newRecord(event);
    records.set(event.key, record);
    return { kind: 'accepted', record };
  }
  if (existing.payloadHash === event.payloadHash) return { kind: 'duplicate', record: existing };
  const record = { ...existing, conflicts: existing.conflicts + 1 };
  records.set(event.key, record);
  return { kind: 'conflict', record };
}

function claim(records: Records, request: ClaimRequest): ClaimResult {
  const before = records.get(request.key);
  if (before === undefined) return { kind: 'unknown_event' };
  const decision = decideClaim(before, request);
  if (decision.kind !== 'claimable') return decision;
  const record = claimChange(request).apply(before);
  records.set(request.key, record);
  return { kind: 'claimed', record, leaseToken: request.leaseToken };
}

function listOpen(records: Records, partition: OpenPartition, page: OpenPageRequest): OpenPage {
  const positionOf = (record: EventRecord): string => `${record.receivedAt} ${record.key}`;
  const listed = [...records.values()]
    .filter((record) => isIn(record, partition))
    .filter((record) => Date.parse(record.receivedAt) < page.receivedBeforeMs)
    .filter((record) => page.cursor === undefined || positionOf(record) > page.cursor)
    .toSorted((left, right) => (positionOf(left) < positionOf(right) ? -1 : 1));
  const shown = listed.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    keys: shown.map((record) => record.key),
    ...(last === undefined || listed.length === shown.length ? {} : { cursor: positionOf(last) }),
  };
}

function isIn(record: EventRecord, partition: OpenPartition): boolean {
  const listed = openPartitionOf(record);
  return listed !== undefined && openPartitionKey(listed) === openPartitionKey(partition);
}

function payloadKey(key: string, payloadHash: string, remappedAs = ''): string {
  return `${key} ${payloadHash} ${remappedAs}`;
}
