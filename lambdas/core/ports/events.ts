import type { AuditEntry } from '../audit.ts';
import type {
  Acceptance,
  ClaimRequest,
  ClaimResult,
  DeliverySuccess,
  EventDetails,
  EventRecord,
  FailedAttempt,
  NewEvent,
  QuarantineEntry,
  RawPayload,
  Suppression,
} from '../event-record.ts';
import type { FailureClass } from '../failure.ts';
import type { NormalizedEvent } from '../lead-event.ts';
import type { OpenPartition } from '../open-index.ts';
import type { SourceFields } from '../source-fields.ts';

/** Whether a write guarded by a lease token took place. */
export type FencedWrite = 'written' | 'superseded';

/**
 * Lead events and their state. Every write is conditional; see `event-record.ts` for the machine.
 *
 * Each method lets out `StoreUnavailableError` when the store did not answer or refused for lack of
 * capacity; the write may then have happened.
 */
export interface EventStore {
  /** Stores payloads first and the state last: the state's conditional write is the commit. */
  accept(event: NewEvent): Promise<Acceptance>;
  /** Takes an event for delivery, or says why not. Never waits. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
  /** Ends an event as delivered. Sticky: needs no lease, since the effect has happened. */
  succeed(key: string, success: DeliverySuccess): Promise<void>;
  /** Records a failed attempt. Fenced by the claim's lease token. */
  fail(key: string, leaseToken: string, failed: FailedAttempt): Promise<FencedWrite>;
  /**
   * Gives a claim back without an attempt (another writer holds the identity, for instance).
   *
   * @param untried nothing at all was done for the event: claims before this one that never ended still
   *   count. Otherwise it was on its way and came back, and the count starts anew.
   */
  release(key: string, leaseToken: string, untried?: boolean): Promise<FencedWrite>;
  /** Ends an event in quarantine. Fenced by the claim's lease token. */
  quarantine(key: string, leaseToken: string, entry: QuarantineEntry): Promise<FencedWrite>;
  /**
   * Ends an event that turned out not to be meant for the CRM when its details were read. Fenced by the
   * claim's lease token.
   */
  suppress(key: string, leaseToken: string, suppression: Suppression): Promise<FencedWrite>;
  /**
   * Completes an event that had only been named: what it says from now on are its details, and its attempts
   * count anew. Fenced by the claim's lease token; state and lease stay.
   */
  storeDetails(key: string, leaseToken: string, details: EventDetails): Promise<FencedWrite>;
  /** Notes that the dead letter of this quarantine has been sent. */
  markDlqSent(
    key: string,
    quarantineId: string,
    failureClass: FailureClass,
    atMs: number,
  ): Promise<void>;
  /**
   * Ends a quarantined event that a person settled by hand; what it says stays. Fenced by the quarantine's id.
   */
  close(key: string, quarantineId: string, atMs: number): Promise<FencedWrite>;
  /** Parks an event while delivery is switched off. */
  hold(request: Omit<ClaimRequest, 'leaseToken' | 'leaseMs'>): Promise<'held' | 'unchanged'>;
  /** Takes a held event back into the flow; the caller sends its message at once. */
  unhold(key: string, atMs: number): Promise<'received' | 'unchanged'>;
  /**
   * Notes that an event gets another message, so that no two sweeps send one each.
   *
   * @param notSinceMs refuses if one was sent after this time
   */
  markRequeued(key: string, atMs: number, notSinceMs: number): Promise<'marked' | 'unchanged'>;
  readRecord(key: string): Promise<EventRecord | undefined>;
  /**
   * What an event says.
   *
   * @param remappedAs `EventRecord.remappedAs`: as it was read anew or completed, not as it was read at first
   */
  readNormalized(
    key: string,
    payloadHash: string,
    remappedAs?: string,
  ): Promise<NormalizedEvent | undefined>;
  /** The request as it came; `undefined` when its retention has ended. */
  readRaw(key: string, payloadHash: string): Promise<RawPayload | undefined>;
  /**
   * The API's answers with which an event was completed, as they were stored; `undefined` when there are none,
   * or their retention, which is that of the request, has ended.
   */
  readDetails(key: string, payloadHash: string): Promise<Uint8Array | undefined>;
  /**
   * Replaces what a quarantined event says, because it was read anew; what it said before is kept.
   * Fenced by the quarantine's id. The event's key and state stay.
   *
   * @param mappingVersion under which `normalized` was read
   */
  remap(
    key: string,
    quarantineId: string,
    mappingVersion: string,
    normalized: NormalizedEvent,
  ): Promise<FencedWrite>;
  /** Adds an entry to an event's history; the same entry again changes nothing, nor does one of an erased event. */
  appendAudit(key: string, entry: AuditEntry): Promise<void>;
  /** An event's history, oldest first. */
  readAudit(key: string): Promise<readonly AuditEntry[]>;
  /** A page of one partition of the `open` index, oldest first. The index may lag behind. */
  listOpen(partition: OpenPartition, page: OpenPageRequest): Promise<OpenPage>;
  /**
   * How many events a partition of the `open` index lists, and since when the oldest.
   *
   * @param countMax counts no further: the answer is then `countMax`
   */
  measureOpen(partition: OpenPartition, countMax: number): Promise<OpenMeasure>;
  /** Notes when a source last sent an event. An earlier time than the noted one changes nothing. */
  noteSourceSeen(source: string, atMs: number): Promise<void>;
  /** When a source last sent an event, as far as it was noted. */
  readSourceSeenMs(source: string): Promise<number | undefined>;
  /** Notes when a source last used its previous secret. An earlier time than the noted one changes nothing. */
  notePreviousSecret(source: string, atMs: number): Promise<void>;
  /** When a source last used a previous secret, as far as it was noted: this one, or one before. */
  readPreviousSecretMs(source: string): Promise<number | undefined>;
  /** What is known of the fields that a source sends. May lag behind by a moment. */
  readSourceFields(source: string): Promise<SourceFields | undefined>;
  /** Compare-and-set on `revision`, like `IdentityStore.save`. */
  saveSourceFields(source: string, known: SourceFields): Promise<SourceFieldsSave>;
  /**
   * Keeps the settings of a mapping version that is in use. A version that is kept already stays as it is.
   *
   * @param settings the source's settings as JSON
   */
  keepMapping(source: string, version: string, settings: string, atMs: number): Promise<void>;
  readMapping(source: string, version: string): Promise<KeptMapping | undefined>;
  /** The mapping versions of a source that have been in use, the one that was first used first. */
  listMappings(source: string): Promise<readonly KeptMapping[]>;
  /**
   * Remembers the first event of a person at a source.
   *
   * @param personHash keyed hash of the e-mail address
   * @returns the key of the first event, which is `key` itself the first time
   */
  rememberSubmitter(
    source: string,
    personHash: string,
    key: string,
    expiresAtMs: number,
  ): Promise<string>;
}

/** Whether it was stored, or what stands in the way. */
export type SourceFieldsSave =
  | { readonly kind: 'saved' }
  | { readonly kind: 'changed'; readonly current: SourceFields | undefined };

/** A mapping version that has been in use. */
export interface KeptMapping {
  readonly version: string;
  /** The source's settings as JSON, as they were when the version was first used. */
  readonly settings: string;
  readonly firstUsedAtMs: number;
}

/** Which part of a partition to list. */
export interface OpenPageRequest {
  /** Only events received before this time. */
  readonly receivedBeforeMs: number;
  /** Keys on a page, 1–1,000. */
  readonly limit: number;
  /** Where the page before ended. */
  readonly cursor?: string;
}

/** Keys of events, oldest first. */
export interface OpenPage {
  readonly keys: readonly string[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** How much of a partition there is. */
export interface OpenMeasure {
  readonly count: number;
  /** ISO 8601; absent when nothing is listed. */
  readonly oldestReceivedAt?: string;
}
