import type { Reading, Submission } from './provider.ts';
import type { Json } from './reading/json.ts';

/**
 * What names a thin event's details at its provider: ids that the webhook carries, by names of the
 * provider's own choice. No secret, and no datum of a person.
 */
export type DetailsRef = Readonly<Record<string, string>>;

/** One call that reads a part of the details. All are GETs that answer JSON. */
export interface DetailsCall {
  /** Path and query on the provider's API, starting with `/`; values are percent-encoded already. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * What it brings helps to read the rest, and the submission is worth having without it: if the provider no
   * longer has it, or it cannot be read, its answer is `null`.
   */
  readonly isOptional?: boolean;
}

/**
 * What an API's refusal means.
 *
 * - `retry`: it may pass; the event waits
 * - `rate_limited`: too many requests; all events of the source wait for a while
 * - `unauthorized`: the token or its rights are at fault; a person must mend them
 * - `gone`: the provider no longer has the submission
 * - `unreadable`: asking again cannot help
 */
export type DetailsRefusal = 'retry' | 'rate_limited' | 'unauthorized' | 'gone' | 'unreadable';

/** The event type and id of a webhook that tells of a deletion, as `Submission` has them. */
export interface DeletionEvent {
  readonly eventType: string;
  readonly sourceEventId: string;
}

/**
 * How the details of a thin event are read: a webhook that only names a submission. Pure; the consumer
 * makes the calls.
 */
export interface DetailsApi<Config> {
  /** Origin of the API; configurable, so that a test or a regional host can stand in. */
  origin(source: Config): string;
  /** How a call proves who asks. */
  authorize(token: string): Readonly<Record<string, string>>;
  /** The calls that read one submission, made in this order. */
  calls(ref: DetailsRef, source: Config): readonly DetailsCall[];
  /** Calls a minute that one consumer makes for the source, 1 or more; 60 where a provider does not say. */
  callsPerMinuteMax?(source: Config): number;
  /**
   * The event by which the provider tells that it deleted the submission, for a provider that does: if that
   * one is stored, there is nothing to be read.
   */
  deletionOf?(ref: DetailsRef): DeletionEvent;
  /**
   * What a notice of a deletion names, by members of `DetailsRef`: submissions whose reference has them all were
   * deleted at the provider.
   *
   * @returns `undefined` for a notice that names none
   */
  deletedBy?(notice: DeletionEvent): DetailsRef | undefined;
  /**
   * What a refusal means, where its status alone does not tell it (Meta answers 400 for an expired token).
   *
   * @returns `undefined` to go by the status: 401 and 403 are `unauthorized`, 404 and 410 `gone`, 429
   *   `rate_limited`, 408, 425 and 5xx `retry`, any other `unreadable`
   */
  refusal?(status: number, body: Json | undefined): DetailsRefusal | undefined;
  /**
   * Reads the answers, one a call; loaded when the first comes, since what takes webhooks never reads any. Event type and id of the submission are taken from `thin`. Never throws.
   */
  read(thin: Submission, answers: readonly Json[], source: Config): Reading | Promise<Reading>;
}
