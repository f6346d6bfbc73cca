import type { SourceConfig } from '../core/source-settings.ts';
import type { Failure } from '../core/failure.ts';
import type { Answer, AttributeName, Consent } from '../core/lead-event.ts';
import type { DetailsApi, DetailsRef } from './details.ts';

/** A request as a provider sees it: header names lower-cased, body as the bytes on the wire. */
export interface WebhookRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A source's active secrets. Each has 16 characters or more. */
export interface SourceSecrets {
  readonly current: string;
  readonly previous?: string;
}

/**
 * Whether a request comes from whom it says.
 *
 * `reason` is for logs and counters; the sender learns nothing from it.
 */
export type Verification =
  | { readonly kind: 'verified'; readonly secretUsed: 'current' | 'previous' | 'none' }
  | {
      readonly kind: 'refused';
      readonly reason:
        | 'missing'
        | 'malformed'
        | 'duplicate_header'
        | 'stale'
        | 'mismatch'
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
  readonly isTest: boolean;
  /** A trap for bots was filled in. */
  readonly isSpam: boolean;
  /** The submission is only named here: its details are read from the provider's API, by this. */
  readonly details?: DetailsRef;
  /**
   * What makes this submission this one: everything but what changes from one delivery of it to the
   * next. Two deliveries of one submission have equal content.
   */
  readonly content: unknown;
}

/** Reading a verified body: its submissions, or why there are none. */
export type Reading =
  | { readonly kind: 'read'; readonly submissions: readonly Submission[] }
  | { readonly kind: 'unreadable'; readonly failure: Failure; readonly sourceEventId?: string };

/** One webhook sender: how it signs, what it sends, where its ids and times are. Pure. */
export interface Provider<Config extends SourceConfig = SourceConfig> {
  /** Whether requests carry a signature; a source without one has no secret. */
  readonly signed: boolean;
  /**
   * Whether bodies of this media type can be read at all.
   *
   * @param mediaType lower case, without parameters; empty when the request names none
   */
  accepts(mediaType: string): boolean;
  /**
   * Decides over the bytes on the wire.
   *
   * @param secrets given exactly if the provider is `signed`
   * @param nowMs the clock, for senders that sign a timestamp
   * @throws {SecretUnavailableError} a secret does not have the form that this sender's secrets have
   */
  verify(
    request: WebhookRequest,
    source: Config,
    secrets: SourceSecrets | undefined,
    nowMs: number,
  ): Verification;
  /** Never throws, whatever the bytes. */
  read(request: WebhookRequest, source: Config): Reading;
  /** How the details are read of submissions that the webhook only names. */
  readonly detailsApi?: DetailsApi<Config>;
}
