import type { EventDetails, EventRecord, Suppression } from '../event-record.ts';
import type { Failure } from '../failure.ts';
import type { NormalizedEvent } from '../lead-event.ts';

/** An event that awaits its details. */
export interface DetailsRequest {
  readonly record: EventRecord;
  /** What it says so far; its `details` name the submission. */
  readonly event: NormalizedEvent;
  /** When all calls must be over, epoch milliseconds. */
  readonly untilMs: number;
}

/**
 * What came of reading details.
 *
 * - `read`: the event is complete with these
 * - `suppressed`: they tell that it is not meant for the CRM
 * - `refused`: the provider's API, or the source's settings, stand in the way. `details_gone` may be too early
 *   to believe: webhooks can be faster than the API they tell of
 * - `wait`: nothing was tried, since the source is to leave its API alone; for about `delayMs`
 */
export type DetailsReading =
  | { readonly kind: 'read'; readonly details: EventDetails }
  | { readonly kind: 'suppressed'; readonly suppression: Suppression }
  | { readonly kind: 'refused'; readonly failure: Failure; readonly retryAfterMs?: number }
  | { readonly kind: 'wait'; readonly delayMs: number };

/** Reads what a provider's API says of submissions that webhooks only named. */
export interface DetailsReader {
  /**
   * The key of the event by which the provider would tell that the submission was deleted; `undefined` for a
   * provider that tells no such thing.
   */
  deletionKeyOf(request: Pick<DetailsRequest, 'record' | 'event'>): Promise<string | undefined>;
  /** Never throws for what a provider does. */
  read(request: DetailsRequest): Promise<DetailsReading>;
}
