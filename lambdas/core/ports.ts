import type { AuditEntry } from './audit.ts';
import type { Breaker } from './breaker.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DeliveryMessage } from './delivery-message.ts';
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
} from './event-record.ts';
import type { FailureClass } from './failure.ts';
import type { Head } from './head.ts';
import type { NormalizedEvent } from './lead-event.ts';
import type { LogFields } from './log-fields.ts';
import type { MetricName } from './metric-names.ts';
import type { OpenPartition } from './open-index.ts';
import type { SourceFields } from './source-fields.ts';

/** Time, so that tests and simulations can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Resolves after `ms` milliseconds (0 or more). */
  sleep(ms: number): Promise<void>;
  /**
   * Calls `run` once, `ms` milliseconds from now.
   *
   * @returns calls it off
   */
  after(ms: number, run: () => void): () => void;
}

/** Uniform numbers in [0, 1): the only source of randomness for jitter. */
export interface Random {
  next(): number;
}

/** Unique ids: correlation ids, lease tokens, quarantine ids. */
export interface Ids {
  next(): string;
}

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
  /** Adds an entry to an event's history; the same entry again changes nothing. */
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

/** Which part to look at, and which events of it to hand over. */
export interface EventScanRequest {
  /** Of this source only. */
  readonly source?: string;
  /** Received at this time or later, epoch milliseconds. */
  readonly receivedFromMs?: number;
  /** Stored items to look at, 1 or more; an event has three and more. */
  readonly itemsMax: number;
  /** Where the part before ended. */
  readonly cursor?: string;
}

/** The events of a part, and how many items it had. */
export interface EventScanPage {
  readonly records: readonly EventRecord[];
  readonly items: number;
  /** Absent once everything has been looked at. */
  readonly cursor?: string;
}

/** How much there is to scan. */
export interface ScanMeasure {
  readonly items: number;
  /** What looking at all of them takes; absent where nobody knows. */
  readonly readUnits?: number;
}

/** What has been read so far. */
export interface ReadMeter {
  /** Capacity units, as the store bills them. */
  usedUnits(): number;
}

/** A mapping version that has been in use. */
export interface KeptMapping {
  readonly version: string;
  /** The source's settings as JSON, as they were when the version was first used. */
  readonly settings: string;
  readonly firstUsedAtMs: number;
}

/** A way through everything that is stored. For operators: no function has the right to it. */
export interface EventScanner {
  /**
   * Looks at a part of everything that is stored, and hands over the events in it, of all states. In no order
   * of time; an event that changes meanwhile comes once, as it is then. Dear: for operators.
   */
  scanEvents(request: EventScanRequest): Promise<EventScanPage>;
  /** How much there is to scan; figures may be hours old. */
  measureScan(): Promise<ScanMeasure>;
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

/**
 * What is stored under the name of an identity: its merged state, or that it is another name of an
 * identity. A name is one or the other for ever.
 */
export type IdentityEntry =
  | { readonly kind: 'head'; readonly head: Head }
  | { readonly kind: 'alias'; readonly of: string };

/** Whether a HEAD was stored, or what stands in the way; `undefined`: nothing, it was erased. */
export type HeadSave =
  | { readonly kind: 'saved' }
  | { readonly kind: 'changed'; readonly current: IdentityEntry | undefined };

/** Merged states of identities, written by compare-and-set on their revision, and their aliases. */
export interface IdentityStore {
  /** May lag behind by a moment: `save` and `bindAlias` are what decides. */
  read(module: string, identity: string): Promise<IdentityEntry | undefined>;
  /** Stores a HEAD if the stored one still has revision `head.revision - 1` (0: nothing stored). */
  save(head: Head): Promise<HeadSave>;
  /**
   * Makes a name that nothing is stored under another name of an identity.
   *
   * @returns `taken` with what is stored under it, which may be this very alias
   */
  bindAlias(
    module: string,
    alias: string,
    identity: string,
  ): Promise<{ kind: 'bound' } | { kind: 'taken'; current: IdentityEntry }>;
  /** Lists an event under its identity, for lookup, rebuild and erasure. */
  link(module: string, identity: string, occurredAt: string, key: string): Promise<void>;
}

/** The one CRM access token that all functions share. */
export interface TokenStore {
  read(): Promise<StoredToken | undefined>;
  /** Compare-and-set on `revision`, like `IdentityStore.save`. */
  save(token: StoredToken): Promise<'saved' | 'changed'>;
}

/** A shared access token and the lease of whoever refreshes it. Times are epoch milliseconds. */
export interface StoredToken {
  readonly revision: number;
  /** Encrypted; empty before the first refresh. */
  readonly sealedToken: string;
  /** Keyed fingerprint of the token: tells whether a token that failed is the stored one. */
  readonly fingerprint: string;
  readonly expiresAtMs: number;
  readonly apiDomain: string;
  readonly refreshLeaseUntilMs: number;
  /** No refresh before this time: the accounts server asked us to wait. */
  readonly notBeforeMs: number;
  /** When tokens were asked for lately, oldest first: Zoho counts them. */
  readonly requestedAtMs?: readonly number[];
}

/** The one breaker between all consumers and the CRM. */
export interface BreakerStore {
  /** `undefined` before the first trouble. May lag behind by a moment. */
  read(): Promise<Breaker | undefined>;
  /**
   * Compare-and-set on `revision`, like `IdentityStore.save`.
   *
   * @returns what stands in the way when it has changed
   */
  save(
    breaker: Breaker,
  ): Promise<{ kind: 'saved' } | { kind: 'changed'; current: Breaker | undefined }>;
}

/** The queue of events that wait for delivery. */
export interface DeliveryQueue {
  /**
   * @param group events of one group share fair-queue treatment (a source, or `replay:<source>`)
   */
  enqueue(message: DeliveryMessage, group: string): Promise<void>;
  /**
   * Hides a received message for longer or shorter.
   *
   * @param delaySeconds 0–43,195, counted from now
   */
  defer(receiptHandle: string, delaySeconds: number): Promise<void>;
}

/** Where quarantined events are reported. */
export interface DeadLetterQueue {
  send(letter: DeadLetter): Promise<void>;
  /** Messages that lie there, hidden ones included; about right, as SQS counts. */
  count(): Promise<number>;
}

/** Secrets by id. */
export interface SecretReader {
  /**
   * @param options.fresh skip the cache (rate limited by the adapter)
   * @throws {SecretUnavailableError} the secret store did not answer, or holds no such secret
   */
  read(id: string, options?: { fresh?: boolean }): Promise<string>;
}

/** Counters and gauges. Dimensions are few and never personal. */
export interface Metrics {
  count(name: MetricName, dimensions?: { source?: string }): void;
  gauge(name: MetricName, value: number, dimensions?: { source?: string }): void;
}

/** A log whose fields have no room for a body, a header, a token, an e-mail or a phone number. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields, cause?: unknown): void;
  /** A log of its own for one record: its fields never leak into another's lines. */
  child(fields: LogFields): Log;
}
