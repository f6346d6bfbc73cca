import type { AuditEntry } from '../../lambdas/core/audit.ts';
import {
  type Acceptance,
  type ClaimRequest,
  type ClaimResult,
  decideClaim,
  type EventDetails,
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
import type {
  EventScanPage,
  EventScanRequest,
  EventScanner,
} from '../../lambdas/core/ports/event-scan.ts';
import type { StoreEraser } from '../../lambdas/core/ports/erasure.ts';
import type {
  EventStore,
  FencedWrite,
  OpenMeasure,
  OpenPage,
  OpenPageRequest,
} from '../../lambdas/core/ports/events.ts';
import {
  type Change,
  claimChange,
  closeChange,
  detailsChange,
  dlqSentChange,
  failChange,
  holdChange,
  newRecord,
  quarantineChange,
  releaseChange,
  remapChange,
  requeuedChange,
  succeedChange,
  suppressChange,
  unholdChange,
} from './event-changes.ts';

import { createMemoryMappings } from './memory-mappings.ts';
import { createMemorySourceFields } from './memory-source-fields.ts';
import { createMemoryErasure } from './memory-erasure.ts';
import { createMemorySourceNotes } from './memory-source-notes.ts';
import type { StoredItems } from './memory-store-scanner.ts';
import { payloadKey, storedItemsOf } from './memory-stored-items.ts';

/** What the store holds. Everything in it is frozen, and so handed out without a copy. */
interface Contents {
  readonly records: Map<string, EventRecord>;
  readonly normalized: Map<string, NormalizedEvent>;
  readonly raw: Map<string, RawPayload>;
  readonly details: Map<string, Uint8Array>;
}

type Erasure = Pick<StoreEraser, 'eraseEvent' | 'removePayloads' | 'forgetSubmitter'>;

/**
 * The event store in memory: the same rules as on the table, without the table.
 *
 * Used where there is no DynamoDB to run, by unit tests and by simulations. One synchronous step per
 * operation stands for one conditional write. What is handed in is frozen: whoever changed it later would
 * change what is stored, which no table allows.
 */
export function createMemoryEventStore(): EventStore & EventScanner & StoredItems & Erasure {
  const contents: Contents = {
    records: new Map(),
    normalized: new Map(),
    raw: new Map(),
    details: new Map(),
  };
  const { records, normalized, raw, details } = contents;
  const audits = new Map<string, Map<string, AuditEntry>>();
  const submitters = new Map<string, string>();
  const write = (key: string, change: Change): boolean => {
    const record = records.get(key);
    if (record === undefined || !change.holds(record)) return false;
    records.set(key, freeze(change.apply(record)));
    return true;
  };
  const fenced = (key: string, change: Change) => (write(key, change) ? 'written' : 'superseded');

  return {
    accept: async (event) => accept(contents, event),
    claim: async (request) => claim(records, request),
    succeed: async (key, success) => {
      write(key, succeedChange(success));
    },
    fail: async (key, token, failed) => fenced(key, failChange(token, failed)),
    release: async (key, token, untried = false) => fenced(key, releaseChange(token, untried)),
    quarantine: async (key, token, entry) => fenced(key, quarantineChange(token, entry)),
    suppress: async (key, token, suppression) => fenced(key, suppressChange(token, suppression)),
    storeDetails: async (key, token, read) => storeDetails(contents, key, token, read),
    markDlqSent: async (key, quarantineId, _failureClass, atMs) => {
      write(key, dlqSentChange(quarantineId, atMs));
    },
    close: async (key, quarantineId, atMs) => fenced(key, closeChange(quarantineId, atMs)),
    hold: async (request) => (write(request.key, holdChange(request)) ? 'held' : 'unchanged'),
    unhold: async (key, atMs) => (write(key, unholdChange(atMs)) ? 'received' : 'unchanged'),
    markRequeued: async (key, atMs, notSinceMs) =>
      write(key, requeuedChange(atMs, notSinceMs)) ? 'marked' : 'unchanged',
    readRecord: async (key) => records.get(key),
    readNormalized: async (key, payloadHash, remappedAs) =>
      normalized.get(payloadKey(key, payloadHash, remappedAs)),
    readRaw: async (key, payloadHash) => raw.get(payloadKey(key, payloadHash)),
    readDetails: async (key, payloadHash) => details.get(payloadKey(key, payloadHash)),
    remap: async (key, quarantineId, mappingVersion, event) => {
      const change = remapChange(quarantineId, mappingVersion);
      const record = records.get(key);
      if (record === undefined || !change.holds(record)) return 'superseded';
      normalized.set(payloadKey(key, record.payloadHash, mappingVersion), freeze(event));
      return fenced(key, change);
    },
    appendAudit: async (key, entry) => {
      if (records.get(key)?.state === 'erased') return;
      const entries = audits.get(key) ?? new Map<string, AuditEntry>();
      const position = `${entry.at} ${entry.id}`;
      audits.set(key, entries.set(position, entries.get(position) ?? freeze(entry)));
    },
    readAudit: async (key) =>
      [...(audits.get(key) ?? new Map<string, AuditEntry>())]
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([, entry]) => entry),
    listOpen: async (partition, page) => listOpen(records, partition, page),
    measureOpen: async (partition, countMax) => measureOpen(records, partition, countMax),
    scanEvents: async (request) => scanEvents(records, request),
    measureScan: async () => ({ items: records.size }),
    ...createMemoryErasure({ ...contents, audits, submitters }),
    storedItems: () => storedItemsOf({ ...contents, audits, submitters }),
    ...createMemorySourceNotes(),
    ...createMemorySourceFields(),
    ...createMemoryMappings(),
    rememberSubmitter: async (source, personHash, key) => {
      const submitter = `${source} ${personHash}`;
      const first = submitters.get(submitter) ?? key;
      submitters.set(submitter, first);
      return first;
    },
  };
}

function accept({ records, normalized, raw }: Contents, event: NewEvent): Acceptance {
  const known = records.get(event.key);
  if (known?.state === 'erased') return { kind: 'erased', record: known };
  const payload = payloadKey(event.key, event.payloadHash);
  if (!raw.has(payload)) raw.set(payload, freeze(event.raw));
  if (event.normalized !== undefined && !normalized.has(payload)) {
    normalized.set(payload, freeze(event.normalized));
  }
  const existing = records.get(event.key);
  if (existing === undefined) {
    const record = freeze(newRecord(event));
    records.set(event.key, record);
    return { kind: 'accepted', record };
  }
  if (existing.payloadHash === event.payloadHash) return { kind: 'duplicate', record: existing };
  const record = freeze({ ...existing, conflicts: existing.conflicts + 1 });
  records.set(event.key, record);
  return { kind: 'conflict', record };
}

function storeDetails(
  { records, normalized, details }: Contents,
  key: string,
  leaseToken: string,
  read: EventDetails,
): FencedWrite {
  const change = detailsChange(leaseToken, read.mappingVersion);
  const record = records.get(key);
  if (record === undefined || !change.holds(record)) return 'superseded';
  details.set(payloadKey(key, record.payloadHash), read.answers);
  normalized.set(payloadKey(key, record.payloadHash, read.mappingVersion), freeze(read.normalized));
  records.set(key, freeze(change.apply(record)));
  return 'written';
}

function claim(records: Contents['records'], request: ClaimRequest): ClaimResult {
  const before = records.get(request.key);
  if (before === undefined) return { kind: 'unknown_event' };
  const { leaseToken } = request;
  const decision = decideClaim(before, request);
  if (decision.kind === 'claimable') {
    const record = freeze(claimChange(request).apply(before));
    records.set(request.key, record);
    return { kind: 'claimed', record, leaseToken };
  }
  // The very claim that is asked for has been made: its answer got lost.
  const isOurs = before.state === 'processing' && before.leaseToken === leaseToken;
  return isOurs ? { kind: 'claimed', record: before, leaseToken } : decision;
}

function listOpen(
  records: Contents['records'],
  partition: OpenPartition,
  page: OpenPageRequest,
): OpenPage {
  const positionOf = (record: EventRecord): string => `${record.receivedAt} ${record.key}`;
  const listed = listedIn(records, partition)
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

/** An item of memory is an event; in the order in which they came. */
function scanEvents(records: Contents['records'], request: EventScanRequest): EventScanPage {
  const { source, receivedFromMs = Number.NEGATIVE_INFINITY, itemsMax, cursor = '0' } = request;
  const start = Number(cursor);
  const part = [...records.values()].slice(start, start + itemsMax);
  const end = start + part.length;
  return {
    records: part.filter(
      (record) =>
        (source === undefined || record.source === source) &&
        Date.parse(record.receivedAt) >= receivedFromMs,
    ),
    items: part.length,
    ...(end < records.size ? { cursor: String(end) } : {}),
  };
}

function measureOpen(
  records: Contents['records'],
  partition: OpenPartition,
  countMax: number,
): OpenMeasure {
  const listed = listedIn(records, partition).map((record) => record.receivedAt);
  const oldest = listed.reduce<string | undefined>(
    (least, at) => (least === undefined || at < least ? at : least),
    undefined,
  );
  return {
    count: Math.min(listed.length, countMax),
    ...(oldest === undefined ? {} : { oldestReceivedAt: oldest }),
  };
}

function listedIn(records: Contents['records'], partition: OpenPartition): EventRecord[] {
  const wanted = openPartitionKey(partition);
  return [...records.values()].filter((record) => partitionKeyOf(record) === wanted);
}

/** A shard is a hash, and the sweeper asks for every record's each time; a record never changes. */
const partitionKeys = new WeakMap<EventRecord, string>();

function partitionKeyOf(record: EventRecord): string {
  const known = partitionKeys.get(record);
  if (known !== undefined) return known;
  const partition = openPartitionOf(record);
  const key = partition === undefined ? '' : openPartitionKey(partition);
  partitionKeys.set(record, key);
  return key;
}

/** Freezes plain values all the way down; bytes can't be frozen. */
function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
  return value;
}
