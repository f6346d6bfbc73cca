/**
 * An event's state and the only ways in which it changes.
 *
 * ```
 * received ──claim──► processing ──► succeeded
 *    ▲                 │ │  │  └────► quarantined ──claim with its quarantine id──► processing
 *    │                 │ │  │              └──► closed (a person settled it by hand)
 *    │                 │ │  └──► failed (waits for its due time) ──claim──► processing
 *    │                 │ └──► suppressed (its details tell that it is not meant for the CRM)
 *    └── held ◄────────┘             (delivery switched off / on)
 *
 * suppressed: accepted, but not meant for the CRM (spam trap, test lead, deleted where it came from); final
 * closed: final, too
 * erased: what it said is gone; out of every state, but not out of a claim whose lease still runs; final. Only
 *         its key stays, so that its sender can't bring it back (`tombstone.ts`)
 * ```
 *
 * An event that only names a submission is completed while it is `processing`: what was read of it is stored,
 * its attempts count anew, and it stays where it is.
 *
 * Each arrow is one conditional write of the store. The decisions are here, pure, so that the
 * in-memory store and the table's condition expressions can be held against the same rules.
 */
import type { Failure } from './failure.ts';
import type { NormalizedEvent } from './lead-event.ts';

/** Where an event is on its way; see the diagram above. */
export type EventState =
  | 'received'
  | 'processing'
  | 'failed'
  | 'held'
  | 'succeeded'
  | 'suppressed'
  | 'quarantined'
  | 'closed'
  | 'erased';

/** States in which nothing more is to be done for an event, nor ever will. */
export const FINAL_STATES: ReadonlySet<EventState> = new Set<EventState>([
  'succeeded',
  'suppressed',
  'closed',
  'erased',
]);

/** Every reason why an accepted event is not sent to the CRM. */
export const SUPPRESSIONS = [
  'spam_trap',
  'test_lead',
  'deleted_at_source',
  'not_a_lead',
  'canary',
] as const;

/**
 * Why an accepted event is not sent to the CRM.
 *
 * - `spam_trap`: a trap for bots was filled in
 * - `test_lead`: its sender says that it is a test
 * - `deleted_at_source`: the sender reports that the person's submission was deleted there
 * - `not_a_lead`: a notice about something else (a cancelled appointment, a no-show)
 * - `canary`: a synthetic lead that only tries the way
 */
export type Suppression = (typeof SUPPRESSIONS)[number];

/** What the CRM did with an event. */
export interface CrmResult {
  readonly module: string;
  readonly recordId: string;
  /**
   * `none`: an earlier write had carried this event's values already; `note`: a note on the contact that
   * the lead had become.
   */
  readonly action: 'insert' | 'update' | 'none' | 'note';
}

/** One event's state, without its payload. Times are ISO 8601 in UTC with milliseconds. */
export interface EventRecord {
  readonly key: string;
  readonly state: EventState;
  readonly source: string;
  readonly eventType: string;
  readonly sourceEventId?: string;
  readonly deliveryId?: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly correlationId: string;
  readonly payloadHash: string;
  readonly mappingVersion: string;
  /**
   * CRM calls made for this event since it was received, or came out of quarantine. As long as it awaits its
   * details: attempts to read them.
   */
  readonly attempts: number;
  /** Claims since the last one that ended; more than a few mean that it crashes its consumer. */
  readonly claims: number;
  /** Deliveries of the same key with other content. */
  readonly conflicts: number;
  readonly leaseToken?: string;
  readonly leaseUntilMs?: number;
  readonly nextDueAtMs?: number;
  readonly lastAttemptAt?: string;
  /** When the sweeper last sent another message for it. */
  readonly requeuedAtMs?: number;
  readonly crm?: CrmResult;
  readonly failure?: Failure;
  readonly quarantineId?: string;
  readonly quarantinedAt?: string;
  readonly dlqSentAt?: string;
  /** When a person settled it by hand. */
  readonly closedAt?: string;
  /** When what it said was erased. */
  readonly erasedAt?: string;
  readonly suppression?: Suppression;
  /**
   * The mapping version under which the event was read anew, or with its details; absent: as it was read at
   * first.
   */
  readonly remappedAs?: string;
}

/** The request as it came, kept beside what was read from it. */
export interface RawPayload {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Allow-listed header names only: never a secret, a cookie or an authorization. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signature: 'current' | 'previous' | 'none';
}

/** What the sender's API told of an event that had only been named, and what was read from it. */
export interface EventDetails {
  /** The API's answers as they came: a JSON array, one item a call, in UTF-8. */
  readonly answers: Uint8Array;
  /** Under which `normalized` was read. */
  readonly mappingVersion: string;
  readonly normalized: NormalizedEvent;
}

/** How an accepted event starts. */
export type InitialState =
  | { readonly state: 'received' }
  | { readonly state: 'suppressed'; readonly suppression: Suppression }
  | { readonly state: 'quarantined'; readonly failure: Failure; readonly quarantineId: string };

/** An event to be stored. */
export interface NewEvent {
  readonly key: string;
  readonly source: string;
  readonly eventType: string;
  readonly sourceEventId?: string;
  readonly deliveryId?: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly correlationId: string;
  /** SHA-256 of the submission's content, hex. */
  readonly payloadHash: string;
  readonly mappingVersion: string;
  readonly raw: RawPayload;
  /** Absent when the body could not be read. */
  readonly normalized?: NormalizedEvent;
  readonly initial: InitialState;
}

/**
 * What became of an event that was handed in.
 *
 * - `accepted`: it is stored, for the first time
 * - `duplicate`: the same key with the same content is stored already
 * - `conflict`: the same key is stored with other content; the first one is kept
 * - `erased`: what came under this key was erased; nothing of this delivery is kept, whatever it says
 */
export type Acceptance =
  | { readonly kind: 'accepted'; readonly record: EventRecord }
  | { readonly kind: 'duplicate' | 'conflict' | 'erased'; readonly record: EventRecord };

/** Who wants an event, from when, and for how long. Times in milliseconds. */
export interface ClaimRequest {
  readonly key: string;
  readonly leaseToken: string;
  readonly leaseMs: number;
  readonly nowMs: number;
  /** Opens this very quarantine. */
  readonly quarantineId?: string;
}

/**
 * Whether a claim took its event.
 *
 * - `claimed`: it is ours until the lease ends
 * - `ended`: nothing is left to do for it
 * - `in_progress`: another consumer has it until `untilMs`
 * - `not_due`: its next attempt waits until `dueAtMs`
 * - `unknown_event`: no such event is stored
 */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly record: EventRecord; readonly leaseToken: string }
  | { readonly kind: 'ended'; readonly record: EventRecord }
  | { readonly kind: 'in_progress'; readonly untilMs: number }
  | { readonly kind: 'not_due'; readonly dueAtMs: number }
  | { readonly kind: 'unknown_event' };

/** A delivery that the CRM has confirmed. */
export interface DeliverySuccess {
  readonly crm: CrmResult;
  /** CRM calls made for this event. */
  readonly attempts: number;
  readonly atMs: number;
}

/** An attempt that the CRM did not confirm, and when the next one is due. */
export interface FailedAttempt {
  readonly failure: Failure;
  /** CRM calls made for this event, this attempt included. */
  readonly attempts: number;
  readonly atMs: number;
  readonly nextDueAtMs: number;
}

/** Why an event is set aside, and under which id that very quarantine can be opened again. */
export interface QuarantineEntry {
  readonly quarantineId: string;
  readonly failure: Failure;
  readonly attempts: number;
  readonly atMs: number;
}

/**
 * Early claims of a failed event are refused, but queue and table clocks may differ by a little.
 */
export const DUE_TOLERANCE_MS = 1_000;

/**
 * Decides whether a claim may take an event, from the state alone.
 *
 * @returns why not, or `{ kind: 'claimable' }`
 */
export function decideClaim(
  record: EventRecord,
  request: Pick<ClaimRequest, 'nowMs' | 'quarantineId'>,
): Exclude<ClaimResult, { kind: 'claimed' | 'unknown_event' }> | { readonly kind: 'claimable' } {
  switch (record.state) {
    case 'received':
    case 'held':
      return { kind: 'claimable' };
    case 'failed': {
      const dueAtMs = record.nextDueAtMs ?? 0;
      return dueAtMs <= request.nowMs + DUE_TOLERANCE_MS
        ? { kind: 'claimable' }
        : { kind: 'not_due', dueAtMs };
    }
    case 'processing': {
      const untilMs = record.leaseUntilMs ?? 0;
      return untilMs <= request.nowMs ? { kind: 'claimable' } : { kind: 'in_progress', untilMs };
    }
    case 'quarantined':
      return request.quarantineId !== undefined && request.quarantineId === record.quarantineId
        ? { kind: 'claimable' }
        : { kind: 'ended', record };
    case 'succeeded':
    case 'suppressed':
    case 'closed':
    case 'erased':
      return { kind: 'ended', record };
  }
}
