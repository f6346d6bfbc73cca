import { CANARY_SOURCE } from '../core/pipeline-names.ts';
import type { HoldfastConfig } from '../core/config.ts';
import {
  type Acceptance,
  type ClaimRequest,
  type ClaimResult,
  decideClaim,
  type EventDetails,
  type EventRecord,
  type NewEvent,
} from '../core/event-record.ts';
import type { NormalizedEvent } from '../core/lead-event.ts';
import type { EventStore, FencedWrite } from '../core/ports/events.ts';
import { listAudit, putAudit } from './audit-items.ts';
import { newStateItem, recordFromItem } from './event-record-item.ts';
import { getSourceFields, putSourceFields } from './field-items.ts';
import {
  claimTransition,
  closeTransition,
  detailsTransition,
  reopenTransition,
  dlqSentTransition,
  failTransition,
  holdTransition,
  quarantineTransition,
  releaseTransition,
  remapTransition,
  requeuedTransition,
  succeedTransition,
  suppressTransition,
  type Transition,
  unholdTransition,
} from './event-transitions.ts';
import { getMapping, putMapping, queryMappings } from './mapping-items.ts';
import { listOpen, measureOpen } from './open-index-query.ts';
import {
  emptyItem,
  emptyPayloads,
  getDetails,
  getNormalized,
  getRaw,
  putDetails,
  putNormalized,
  putRaw,
  putRemapped,
} from './payload-items.ts';
import type { BodyArchive } from './s3-archive.ts';
import { createSourceNotes, putSubmitter } from './source-items.ts';
import { getItem, putIf, type Table, updateIf } from './table.ts';
import { type Item, type ItemKey, NOT_THERE } from './table-expression.ts';
import { auditKey, normalizedKey, stateKey } from './table-keys.ts';

/** Where the events lie, and for how long. */
export interface DynamoDbEventStoreOptions extends Table {
  readonly retention: HoldfastConfig['retention'];
  /**
   * Holds bodies that are too large for an item. Who stores bodies or reads them needs one; without it
   * such a body is unavailable.
   */
  readonly archive?: BodyArchive;
}

const DAY_SECONDS = 86_400;

/** The event store on DynamoDB. Every arrow of the state machine is one conditional write. */
export function createDynamoDbEventStore(options: DynamoDbEventStoreOptions): EventStore {
  const { retention, archive } = options;
  const apply = async (key: string, { change, condition }: Transition) =>
    await updateIf(options, stateKey(key), change, condition);
  const isWritten = async (key: string, transition: Transition): Promise<boolean> =>
    (await apply(key, transition)).kind === 'written';
  const fenced = async (key: string, transition: Transition): Promise<FencedWrite> =>
    (await isWritten(key, transition)) ? 'written' : 'superseded';

  // A message out of quarantine comes seldom: most claims are one write.
  const reopen = async (request: ClaimRequest) => {
    if (request.quarantineId === undefined) return undefined;
    const result = await apply(request.key, reopenTransition(request, request.quarantineId));
    return result.kind === 'written' ? result : undefined;
  };

  return {
    accept: async (event) => await accept(options, event),
    claim: async (request) => {
      const reopened = await reopen(request);
      const result = reopened ?? (await apply(request.key, claimTransition(request)));
      if (result.kind === 'refused') return refusedClaim(result.existing, request);
      const { leaseToken } = request;
      return { kind: 'claimed', record: recordFromItem(result.updated), leaseToken };
    },
    succeed: async (key, success) => {
      await apply(key, succeedTransition(success));
    },
    fail: async (key, token, failed) => await fenced(key, failTransition(token, failed)),
    release: async (key, token, untried = false) =>
      await fenced(key, releaseTransition(token, untried)),
    quarantine: async (key, token, entry) => await fenced(key, quarantineTransition(token, entry)),
    suppress: async (key, token, suppression) =>
      await fenced(key, suppressTransition(token, suppression)),
    storeDetails: async (key, token, details) =>
      (await putAnswers(options, key, token, details))
        ? await fenced(key, detailsTransition(token, details.mappingVersion))
        : 'superseded',
    markDlqSent: async (key, quarantineId, failureClass, atMs) => {
      await apply(key, dlqSentTransition(quarantineId, failureClass, atMs));
    },
    close: async (key, quarantineId, atMs) =>
      await fenced(key, closeTransition(quarantineId, atMs)),
    hold: async (request) =>
      (await isWritten(request.key, holdTransition(request))) ? 'held' : 'unchanged',
    unhold: async (key, atMs) =>
      (await isWritten(key, unholdTransition(key, atMs))) ? 'received' : 'unchanged',
    markRequeued: async (key, atMs, notSinceMs) =>
      (await isWritten(key, requeuedTransition(atMs, notSinceMs))) ? 'marked' : 'unchanged',
    readRecord: async (key) => await readRecord(options, key),
    readNormalized: async (key, payloadHash, remappedAs) =>
      await getNormalized(options, normalizedKey(key, payloadHash, remappedAs)),
    readRaw: async (key, payloadHash) => await getRaw(options, key, payloadHash, archive),
    readDetails: async (key, payloadHash) => await getDetails(options, key, payloadHash, archive),
    remap: async (key, quarantineId, mappingVersion, normalized) =>
      await remap(options, { key, quarantineId, mappingVersion, normalized }),
    appendAudit: async (key, entry) => {
      await putAudit(options, key, entry, expiry(entry.at, retention.eventDays));
      await emptyIfErased(options, key, auditKey(key, entry.at, entry.id));
    },
    readAudit: async (key) => await listAudit(options, key),
    listOpen: async (partition, page) => await listOpen(options, partition, page),
    measureOpen: async (partition, countMax) => await measureOpen(options, partition, countMax),
    ...createSourceNotes(options),
    readSourceFields: async (source) => await getSourceFields(options, source),
    saveSourceFields: async (source, known) => await putSourceFields(options, source, known),
    keepMapping: async (source, version, settings, atMs) =>
      await putMapping(options, source, { version, settings, firstUsedAtMs: atMs }),
    readMapping: async (source, version) => await getMapping(options, source, version),
    listMappings: async (source) => await queryMappings(options, source),
    rememberSubmitter: async (source, personHash, key, expiresAtMs) =>
      await putSubmitter(options, { source, personHash, key, expiresAtMs }),
  };
}

async function accept(options: DynamoDbEventStoreOptions, event: NewEvent): Promise<Acceptance> {
  const { retention, archive } = options;
  const suppressed = event.initial.state === 'suppressed';
  const isCanary = event.source === CANARY_SOURCE;
  const kept = (days: number): number =>
    expiry(event.receivedAt, suppressed || isCanary ? retention.suppressedDays : days);

  // The payload first, the state last: the state is the commit, and a payload without one is a
  // harmless leftover.
  await Promise.all([
    putRaw(options, event, archive, kept(retention.rawDays)),
    event.normalized === undefined
      ? undefined
      : putNormalized(options, event, event.normalized, kept(retention.eventDays)),
  ]);
  const item = newStateItem(event, kept(retention.eventDays));
  const result = await putIf(options, item, NOT_THERE);
  if (result.kind === 'written') return { kind: 'accepted', record: recordFromItem(item) };

  const existing = recordFromItem(result.existing ?? {});
  if (existing.state === 'erased') {
    await emptyPayloads(options, event, archive);
    return { kind: 'erased', record: existing };
  }
  if (existing.payloadHash === event.payloadHash) return { kind: 'duplicate', record: existing };
  await updateIf(
    options,
    stateKey(event.key),
    { add: { conflicts: 1 } },
    { text: 'attribute_exists(pk)' },
  );
  return { kind: 'conflict', record: { ...existing, conflicts: existing.conflicts + 1 } };
}

async function readRecord(table: Table, key: string): Promise<EventRecord | undefined> {
  const item = await getItem(table, stateKey(key), { consistent: true });
  return item === undefined ? undefined : recordFromItem(item);
}

async function remap(
  options: DynamoDbEventStoreOptions,
  reading: NewReading,
): Promise<FencedWrite> {
  const { key, quarantineId, mappingVersion } = reading;
  const storedAt = await storeReading(options, reading);
  if (storedAt === undefined) return 'superseded';
  const { change, condition } = remapTransition(quarantineId, mappingVersion);
  const { kind } = await updateIf(options, stateKey(key), change, condition);
  if (kind === 'written') return 'written';
  await emptyIfErased(options, key, storedAt);
  return 'superseded';
}

/** What a quarantined event says, read anew. */
interface NewReading {
  readonly key: string;
  readonly quarantineId: string;
  readonly mappingVersion: string;
  readonly normalized: NormalizedEvent;
}

/**
 * Stores a new reading of an event, before the state names it: what the state names is there. The state's
 * own write decides; looking first keeps a reading away that was late by more than a moment.
 *
 * @returns where it was stored; `undefined` when the event is not in that quarantine
 */
async function storeReading(
  options: DynamoDbEventStoreOptions,
  reading: NewReading,
): Promise<ItemKey | undefined> {
  const record = await readRecord(options, reading.key);
  if (record?.state !== 'quarantined' || record.quarantineId !== reading.quarantineId) {
    return undefined;
  }
  const at = normalizedKey(reading.key, record.payloadHash, reading.mappingVersion);
  const ttl = expiry(record.receivedAt, options.retention.eventDays);
  await putRemapped(options, at, reading.normalized, ttl);
  return at;
}

/** Nothing may stay beside a tombstone that was made between a look at the event and this write. */
async function emptyIfErased(table: Table, key: string, storedAt: ItemKey): Promise<void> {
  const record = await readRecord(table, key);
  if (record?.state === 'erased') await emptyItem(table, storedAt, record.receivedAt);
}

/**
 * Stores what completes an event, before the state names it, as `storeReading` does.
 *
 * @returns whether the event is in that claim
 */
async function putAnswers(
  options: DynamoDbEventStoreOptions,
  key: string,
  leaseToken: string,
  { answers, mappingVersion, normalized }: EventDetails,
): Promise<boolean> {
  const { retention, archive } = options;
  const record = await readRecord(options, key);
  if (record?.state !== 'processing' || record.leaseToken !== leaseToken) return false;
  const { receivedAt, payloadHash } = record;
  const normalizedAs = normalizedKey(key, payloadHash, mappingVersion);
  // In this order: the state may name that reading already (a replay mapped the event anew while it awaited
  // its details), and then the reading alone would count as complete, without the answers it was made of.
  await putDetails(options, record, answers, archive, expiry(receivedAt, retention.rawDays));
  await putRemapped(options, normalizedAs, normalized, expiry(receivedAt, retention.eventDays));
  return true;
}

function refusedClaim(existing: Item | undefined, request: ClaimRequest): ClaimResult {
  if (existing === undefined) return { kind: 'unknown_event' };
  const record = recordFromItem(existing);
  const { leaseToken } = request;
  // The very claim that is asked for has been made: its answer got lost.
  if (record.state === 'processing' && record.leaseToken === leaseToken) {
    return { kind: 'claimed', record, leaseToken };
  }
  const decision = decideClaim(record, request);
  // The table said no, so an answer of "claimable" can only mean that a clock stands on the edge:
  // the event is not due for one more moment.
  return decision.kind === 'claimable' ? { kind: 'not_due', dueAtMs: request.nowMs } : decision;
}

/** When an item expires, in seconds since the epoch, as DynamoDB wants it. */
function expiry(from: string, days: number): number {
  return Math.floor(Date.parse(from) / 1_000) + days * DAY_SECONDS;
}
