import { type Failure, failure } from '../core/failure.ts';
import type { Log } from '../core/ports/telemetry.ts';
import type { SecretAge } from '../core/ports/world.ts';
import { parseCredentials, type ZohoCredentials } from './credentials.ts';
import { createTokenSeal, type TokenSeal } from './seal-token.ts';

/** The credentials in force and the seal that they make. */
export interface TokenKeys {
  /** The secret as it was read: tells whether two readings are the same. */
  readonly secret: string;
  readonly credentials: ZohoCredentials;
  readonly seal: TokenSeal;
}

/** The credentials and the keys made of them, or why there are none. */
export type KeyReading =
  | { readonly kind: 'keys'; readonly keys: TokenKeys }
  | { readonly kind: 'failed'; readonly failure: Failure };

/**
 * Builds the reader of the credentials. It never throws.
 *
 * A secret that can't be read is a failure that passes: the secret store may be down. A secret that
 * says something else than credentials is an authorization failure: only a person can mend it.
 *
 * @param readCredentials gives the secret's text
 */
export function createKeyReader(
  readCredentials: (age?: SecretAge) => Promise<string>,
  log: Log,
): (age?: SecretAge) => Promise<KeyReading> {
  let known: TokenKeys | undefined;

  return async (age) => {
    let secret: string;
    try {
      secret = await readCredentials(age);
    } catch (error) {
      log.error('The secret with the Zoho credentials could not be read', {}, error);
      const detail = 'the secret with the Zoho credentials could not be read';
      return { kind: 'failed', failure: failure('crm_token_unavailable', detail) };
    }
    if (known?.secret === secret) return { kind: 'keys', keys: known };
    const credentials = parseCredentials(secret);
    if (credentials === undefined) {
      const detail = 'their secret is not JSON with client_id, client_secret and refresh_token';
      return { kind: 'failed', failure: failure('crm_unauthorized', detail) };
    }
    known = { secret, credentials, seal: createTokenSeal(credentials) };
    return { kind: 'keys', keys: known };
  };
}
