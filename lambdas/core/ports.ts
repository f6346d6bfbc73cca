import type { DeadLetter } from './dead-letter.ts';
import type { DeliveryMessage } from './delivery-message.ts';
import type {
  Acceptance,
  ClaimRequest,
  ClaimResult,
  DeliverySuccess,
  EventRecord,
  FailedAttempt,
  NewEvent,
  QuarantineEntry,
} from './event-record.ts';
import type { FailureClass } from './failure.ts';
import type { Head } from './head.ts';
import type { NormalizedEvent } from './lead-event.ts';
import type { LogFields } from './log-fields.ts';
import type { MetricName } from './metric-names.ts';
import type { OpenPartition } from './open-index.ts';

/** Time, so that tests and simulations can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Resolves after `ms` milliseconds (0 or more). */
  sleep(ms: number): Promise<void>;
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
  /** Gives a claim back without an attempt (another writer holds the identity, for instance). */
  release(key: string, leaseToken: string): Promise<FencedWrite>;
  /** Ends an event in quarantine. Fenced by the claim's lease token. */
  quarantine(key: string, leaseToken: string, entry: QuarantineEntry): Promise<FencedWrite>;
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
  readNormalized(key: string, payloadHash: string): Promise<NormalizedEvent | undefined>;
  /** A page of one partition of the `open` index, oldest first. The index may lag behind. */
  listOpen(partition: OpenPartition, page: OpenPageRequest): Promise<OpenPage>;
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

/** Merged states of identities, written by compare-and-set on their revision. */
export interface IdentityStore {
  /** May lag behind by a moment: `save` is what decides. */
  read(module: string, identity: string): Promise<Head | undefined>;
  /**
   * Stores a HEAD if the stored one still has revision `head.revision - 1` (0: none stored).
   *
   * @returns the HEAD that stands in the way when there is another; `undefined` if it was erased
   */
  save(head: Head): Promise<{ kind: 'saved' } | { kind: 'changed'; current: Head | undefined }>;
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
  gauge(name: MetricName, value: number): void;
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
