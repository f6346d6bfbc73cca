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
const schema = z.strictObject({
  current: secret,
  previous: z.optional(secret),
  verify_token: z.optional(z.string().check(z.minLength(VERIFY_TOKEN_LENGTH_MIN))),
  api_token: z.optional(z.string().check(z.minLength(1))),
});

/**
 * Reads a source's secret as the secret store holds it: `{"current": "…"}`, with `"previous"` while one
 * is being replaced, `"verify_token"` for senders that ask for one, and `"api_token"` where details are read
 * from the sender's API.
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
      `The secret of source "${source}" is not valid (${[...new Set(members)].join(', ')}): it must hold "current" and may hold "previous", each of ${SECRET_LENGTH_MIN} characters or more, "verify_token" of ${VERIFY_TOKEN_LENGTH_MIN} or more, and "api_token"`,
    );
  }
  const { current, previous, verify_token: verifyToken, api_token: apiToken } = parsed.data;
  return {
    current,
    ...(previous === undefined ? {} : { previous }),
    ...(verifyToken === undefined ? {} : { verifyToken }),
    ...(apiToken === undefined ? {} : { apiToken }),
  };
}
