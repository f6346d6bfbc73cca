const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * A span of time as a person says it: `40 s`, `5 min`, `3 h`, `3 h 20 min`, `12 days`.
 *
 * @param spanMs milliseconds, 0 or more; rounded down to the unit, and minutes are left out from 10 hours on
 */
export function roughly(spanMs: number): string {
  const seconds = Math.floor(spanMs / 1_000);
  if (spanMs < MINUTE_MS) return `${Math.max(0, seconds)} s`;
  if (spanMs < HOUR_MS) return `${Math.floor(spanMs / MINUTE_MS)} min`;
  if (spanMs < 2 * DAY_MS) {
    const hours = Math.floor(spanMs / HOUR_MS);
    const minutes = Math.floor((spanMs % HOUR_MS) / MINUTE_MS);
    return hours >= 10 || minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  }
  return `${Math.floor(spanMs / DAY_MS)} days`;
}
