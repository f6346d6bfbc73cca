/** Nobody may make us wait for longer: what is asked beyond that is cut. */
const RETRY_AFTER_MS_MAX = 24 * 3_600_000;

/**
 * How long a `Retry-After` asks to wait, in seconds or until a date: 0 to 24 hours.
 *
 * @returns nothing for a header that is missing or is neither
 */
export function retryAfterOf(header: string | null, nowMs: number): { retryAfterMs?: number } {
  if (header === null) return {};
  const value = header.trim();
  const waitMs = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  if (!Number.isFinite(waitMs)) return {};
  return { retryAfterMs: Math.min(RETRY_AFTER_MS_MAX, Math.max(0, waitMs)) };
}
