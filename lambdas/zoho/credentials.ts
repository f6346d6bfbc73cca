import * as z from 'zod/mini';

/** What a Zoho self client is known by. */
export interface ZohoCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

const nonEmpty = z.string().check(z.minLength(1));

const credentialsSchema = z.object({
  client_id: nonEmpty,
  client_secret: nonEmpty,
  refresh_token: nonEmpty,
});

/**
 * Reads the secret that holds the credentials.
 *
 * @param secret JSON with `client_id`, `client_secret` and `refresh_token`
 * @returns undefined when it is not that
 */
export function parseCredentials(secret: string): ZohoCredentials | undefined {
  let json: unknown;
  try {
    json = JSON.parse(secret);
  } catch {
    return undefined;
  }
  const parsed = credentialsSchema.safeParse(json);
  if (!parsed.success) return undefined;
  return {
    clientId: parsed.data.client_id.trim(),
    clientSecret: parsed.data.client_secret.trim(),
    refreshToken: parsed.data.refresh_token.trim(),
  };
}
