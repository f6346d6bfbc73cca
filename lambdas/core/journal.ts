/** Everything that an operator can do to a stage. */
export const JOURNAL_ACTIONS = [
  'replayed',
  'closed',
  'erased',
  'exported',
  'breaker_opened',
  'breaker_closed',
  'paused',
  'resumed',
  'source_secret_stored',
  'secret_rotated',
  'secret_rotation_finished',
  'zoho_credentials_replaced',
  'zoho_fields_created',
] as const;

/** What an operator did. */
export type JournalAction = (typeof JOURNAL_ACTIONS)[number];

/** What an act touched, by a name that tells nobody's data: an idempotency key, a source, a keyed hash. */
export interface Touched {
  readonly kind: 'lead' | 'identity' | 'source' | 'secret' | 'breaker' | 'crm_field';
  readonly id: string;
}

/** What became of an act; one that stays `begun` was interrupted. */
export type JournalOutcome = 'begun' | 'done' | 'failed';

/** One act of an operator: who, when, what, why. */
export interface JournalEntry {
  readonly id: string;
  readonly action: JournalAction;
  /** When it began: ISO 8601, UTC, milliseconds. */
  readonly at: string;
  /** The AWS identity that did it (an ARN), or `local` on one machine. */
  readonly by: string;
  /** Why, in the operator's words. */
  readonly reason: string;
  readonly outcome: JournalOutcome;
  /** At most `TOUCHED_MAX` of them. */
  readonly touched: readonly Touched[];
  /** How many there were. */
  readonly touchedCount: number;
}

/** So many keys fit into an item of 400 KB, with the longest names that senders give. */
export const TOUCHED_MAX = 500;
