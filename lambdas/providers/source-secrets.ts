import * as z from 'zod/mini';
import { SecretUnavailableError } from '../core/errors.ts';
import type { SourceSecrets } from './provider.ts';

/**
 * Shorter secrets can be guessed, and an HMAC with an empty one is valid: a source whose secret was
 * never filled in would take anything from anyone.
 */
const SECRET_LENGTH_MIN = 16;

const secret = z.string().check(z.minLength(SECRET_LENGTH_MIN));
const schema = z.strictObject({ current: secret, previous: z.optional(secret) });

/**
 * Reads a source's secret as the secret store holds it: `{"current": "…"}`, with `"previous"` while one
 * is being replaced.
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
      `The secret of source "${source}" is not valid (${[...new Set(members)].join(', ')}): it must hold "current" and may hold "previous", each of ${SECRET_LENGTH_MIN} characters or more`,
    );
  }
  const { current, previous } = parsed.data;
  return { current, ...(previous === undefined ? {} : { previous }) };
}
