import * as z from 'zod/mini';
import { SecretUnavailableError } from '../../core/errors.ts';
import type { SourceSecrets } from '../provider.ts';

/**
 * Shorter secrets can be guessed, and an HMAC with an empty one is valid: a source whose secret was
 * never filled in would take anything from anyone.
 */
const SECRET_LENGTH_MIN = 16;

/** It opens nothing by itself: it only lets a sender confirm an address. */
const VERIFY_TOKEN_LENGTH_MIN = 8;

const secret = z.string().check(z.minLength(SECRET_LENGTH_MIN));
const utcTime = z.string().check(z.refine((text) => !Number.isNaN(parseUtcTime(text))));
const schema = z.strictObject({
  current: secret,
  previous: z.optional(secret),
  previous_since: z.optional(utcTime),
  previous_until: z.optional(utcTime),
  verify_token: z.optional(z.string().check(z.minLength(VERIFY_TOKEN_LENGTH_MIN))),
  api_token: z.optional(z.string().check(z.minLength(1))),
});

/**
 * Reads a source's secret as the secret store holds it: `{"current": "…"}`, with `"previous"` while one
 * is being replaced, `"verify_token"` for senders that ask for one, and `"api_token"` where details are read
 * from the sender's API.
 *
 * `"previous_since"` and `"previous_until"` are ISO 8601 in UTC: since when the previous one is the previous one,
 * and until when it is accepted. Without an end it is accepted until it is taken out.
 *
 * @throws {SecretUnavailableError} naming the source and the member that is wrong, never a value
 */
export function parseSourceSecrets(source: string, stored: string): SourceSecrets {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    throw new SecretUnavailableError(
      `The secret of source "${source}" is not JSON: it must be {"current": "…", "previous": "…"}, with previous optional`,
    );
  }

  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const members = parsed.error.issues.map((issue) => issue.path.join('.') || 'the object');
    throw new SecretUnavailableError(
      `The secret of source "${source}" is not valid (${[...new Set(members)].join(', ')}): it must hold "current" and may hold "previous", each of ${SECRET_LENGTH_MIN} characters or more, "previous_since" and "previous_until" such as 2026-11-29T04:00:00Z, "verify_token" of ${VERIFY_TOKEN_LENGTH_MIN} or more, and "api_token"`,
    );
  }
  const { current, previous, verify_token: verifyToken, api_token: apiToken } = parsed.data;
  const { previous_since: since, previous_until: until } = parsed.data;
  return {
    current,
    ...(previous === undefined ? {} : { previous }),
    ...(since === undefined ? {} : { previousSinceMs: parseUtcTime(since) }),
    ...(until === undefined ? {} : { previousUntilMs: parseUtcTime(until) }),
    ...(verifyToken === undefined ? {} : { verifyToken }),
    ...(apiToken === undefined ? {} : { apiToken }),
  };
}

/**
 * The secrets that are accepted at a time: without the previous one once its time is over.
 *
 * @param nowMs epoch milliseconds; at `previousUntilMs` itself it is over
 */
export function secretsAt(secrets: SourceSecrets, nowMs: number): SourceSecrets {
  const { previousUntilMs } = secrets;
  if (previousUntilMs === undefined || nowMs < previousUntilMs) return secrets;
  const { previous: _ended, ...others } = secrets;
  return others;
}

/**
 * Reads a time in UTC.
 *
 * @returns epoch milliseconds; `NaN` for any other text, and for a day that no month has
 */
function parseUtcTime(text: string): number {
  const isUtc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/.test(text);
  const ms = isUtc ? Date.parse(text) : Number.NaN;
  // What reads times turns the 31st of February into March.
  const isThatDay = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text.slice(0, 10));
  return isThatDay ? ms : Number.NaN;
}
