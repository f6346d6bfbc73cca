/**
 * Numbers of the pipeline that several rooms rely on: the code that keeps them, and the stack, which
 * checks at synth that the settings go with them.
 */

/**
 * Rows that one write call takes. 10 cost one API credit; above 10, Zoho's sub-concurrency limit applies
 * (Zoho CRM v8, API limits, read 2026-11-22).
 */
export const ROWS_PER_CALL_MAX = 10;

/** A write takes at most this many CRM time-outs: two calls, and half of one for a token and a repetition. */
export const CRM_TIMEOUTS_PER_WRITE = 2.5;

/** Kept back at the end of an invocation to store results and hide messages. */
export const CLOSING_TIME_MS = 5_000;

/** A pepper shorter than this is taken for a mistake. In characters. */
export const PEPPER_LENGTH_MIN = 16;
