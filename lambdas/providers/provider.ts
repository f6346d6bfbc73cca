import type { Suppression } from '../core/event-record.ts';
import type { Failure } from '../core/failure.ts';
import type { Answer, AttributeName, Consent } from '../core/lead-event.ts';
import type { SourceBase } from '../core/source-settings.ts';
import type { DetailsApi, DetailsRef } from './details.ts';
import type { Authentication } from './verification/authentication.ts';

/** A request as a provider sees it: header names lower-cased, body as the bytes on the wire. */
export interface WebhookRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The last part of the URL, for senders that can do no more than post to a secret address. */
  readonly token?: string;
  /** Parameters of the query string, decoded; of a repeated one, the first. */
  readonly query?: ReadonlyMap<string, string>;
}

/** A source's active secrets. `current` and `previous` have 16 characters or more. */
export interface SourceSecrets {
  readonly current: string;
  readonly previous?: string;
  /** Since when `previous` is the previous one, epoch milliseconds; absent where nobody noted it. */
  readonly previousSinceMs?: number;
  /** When `previous` ends, epoch milliseconds; absent for one that is accepted until it is taken out. */
  readonly previousUntilMs?: number;
  /** What the sender must name when it asks whether the address is ours. */
  readonly verifyToken?: string;
  /** Opens the provider's API, where the details of a submission are read. */
  readonly apiToken?: string;
}

/**
 * Whether a request comes from whom it says.
 *
 * `reason` is for logs and counters; the sender learns nothing from it. `secret_expired`: it was the previous
 * secret, whose time is over.
 */
export type Verification =
  | {
      readonly kind: 'verified';
      readonly secretUsed: 'current' | 'previous' | 'none';
      /** Which reading of the sender's signature fitted, where there are several. */
      readonly variant?: string;
    }
  | {
      readonly kind: 'refused';
      readonly reason:
        | 'missing'
        | 'malformed'
        | 'duplicate_header'
        | 'stale'
        | 'mismatch'
        | 'secret_expired'
        | 'origin';
    };

/** What one submission says, in canonical names, before identifiers are normalized. */
export interface Submission {
  readonly eventType: string;
  /** The sender's id of the submission (not of the delivery). */
  readonly sourceEventId?: string;
  readonly deliveryId?: string;
  /** ISO 8601 with zone, or absent when the sender does not say. */
  readonly occurredAt?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly externalId?: string;
  readonly attributes: Readonly<Partial<Record<AttributeName, string>>>;
  readonly answers: readonly Answer[];
  readonly consent: readonly Consent[];
  /** A reason to keep it from the CRM; absent for a lead. */
  readonly suppression?: Suppression;
  /** The submission is only named here: its details are read from the provider's API, by this. */
  readonly details?: DetailsRef;
  /**
   * What makes this submission this one: everything but what changes from one delivery of it to the
   * next. Two deliveries of one submission have equal content.
   */
  readonly content: unknown;
  /**
   * Of a request with several submissions: a body that holds this one alone, as the sender would have sent
   * it. It is what is kept of the request with this submission; absent for the whole body.
   */
  readonly part?: Uint8Array;
}

/** An entry of a list that is no submission: a body that holds it alone, and why it could not be read. */
export interface UnreadablePart {
  readonly part: Uint8Array;
  readonly failure: Failure;
}

/** Reading a verified body: its submissions, or why there are none. */
export type Reading =
  | {
      readonly kind: 'read';
      readonly submissions: readonly Submission[];
      /** Of a body with several entries, those that could not be read: they do not hold up the others. */
      readonly unreadable?: readonly UnreadablePart[];
    }
  | { readonly kind: 'unreadable'; readonly failure: Failure; readonly sourceEventId?: string };

/** What a sender that asks whether the address is ours gets; it counts on this very form. */
export interface HandshakeAnswer {
  readonly contentType: 'text/plain' | 'application/json';
  readonly body: string;
}

/** What a sender needs of our answers beyond what all do. */
export interface AnswerRules {
  /** The body of a 200; ours by default. */
  readonly acceptedBody?: string;
  /**
   * The status of a refused request, 401 by default. 503 where the sender takes 401 for good: what it
   * would drop while a secret is wrong, it then repeats.
   */
  readonly refusedStatus?: 401 | 503;
}

/** How it is found out whether a person filled in a form. */
export interface HumanCheckRule {
  /** The form's field with the token that the page got. It is neither stored nor an answer. */
  readonly field: string;
  /** The pages on which it may have been solved; any by default. */
  readonly hostnames?: readonly string[] | undefined;
  /** What it must have been solved for; anything by default. */
  readonly action?: string | undefined;
  /** What becomes of a submission while nobody can tell: set aside, taken, or refused with 503. */
  readonly whenDown: 'quarantine' | 'accept' | 'refuse';
}

/** One webhook sender: how it signs, what it sends, where its ids and times are. Pure. */
export interface Provider<Config extends SourceBase = SourceBase> {
  /** How requests prove who sent them. */
  authentication(source: Config): Authentication;
  /**
   * Whether bodies of this media type can be read at all.
   *
   * @param mediaType lower case, without parameters; empty when the request names none
   */
  accepts(mediaType: string): boolean;
  /**
   * Reads a verified body. Never throws, whatever the bytes.
   *
   * What is kept for a replay is all that it may use: the body, and of the headers those that intake keeps.
   */
  read(request: WebhookRequest, source: Config): Reading | Promise<Reading>;
  /**
   * Answers a sender that asks with GET whether the address is ours.
   *
   * @returns `undefined` when it does not ask rightly
   */
  readonly handshake?: (
    request: WebhookRequest,
    secrets: SourceSecrets,
  ) => HandshakeAnswer | undefined;
  /** The body without the secrets that the sender puts into it, before anything is stored or hashed. */
  redact?(body: Uint8Array): Uint8Array;
  readonly answers?: AnswerRules;
  /** Asks whether a person filled in the form; the source's secret is then that of the check. */
  humanCheck?(source: Config): HumanCheckRule | undefined;
  /** How details are read, for submissions that a webhook only names. */
  readonly detailsApi?: DetailsApi<Config>;
}
