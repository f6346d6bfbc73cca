const WITH_ZONE =
  /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/i;
const EPOCH_SECONDS = /^\d{10}$/;
const EPOCH_MILLISECONDS = /^\d{13}$/;

const EARLIEST_MS = Date.UTC(2000, 0, 1);

/** Clocks of sender and receiver may differ by this much; nothing is submitted after it arrives. */
const CLOCK_DIFFERENCE_MAX_MS = 5 * 60 * 1_000;

/**
 * Reads a moment that a sender gives.
 *
 * @param raw ISO 8601 with a zone, or seconds (10 digits) or milliseconds (13 digits) since 1970
 * @returns epoch milliseconds, or `undefined` for anything else; a time without a zone is a guess
 */
export function parseTimeMs(raw: string): number | undefined {
  const text = raw.trim();
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1_000;
  if (EPOCH_MILLISECONDS.test(text)) return Number(text);
  if (!WITH_ZONE.test(text)) return undefined;
  const ms = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(ms) ? undefined : ms;
}

/** When a submission took place, and who says so. */
export interface Occurrence {
  /** ISO 8601, UTC, milliseconds. */
  readonly occurredAt: string;
  readonly basis: 'provider' | 'received';
}

/**
 * Decides when a submission took place: when its sender says, if that can be true.
 *
 * A time in the future would win every later merge, and one before 2000 is a clock that was never set;
 * both give way to the moment of receipt.
 */
export function occurrenceOf(given: string | undefined, receivedAtMs: number): Occurrence {
  const ms = given === undefined ? undefined : parseTimeMs(given);
  const credible =
    ms !== undefined && ms >= EARLIEST_MS && ms <= receivedAtMs + CLOCK_DIFFERENCE_MAX_MS;
  return credible
    ? { occurredAt: new Date(ms).toISOString(), basis: 'provider' }
    : { occurredAt: new Date(receivedAtMs).toISOString(), basis: 'received' };
}
