import * as z from 'zod/mini';
import type { Clock } from '../core/ports/world.ts';
import type { ZohoCredentials } from './credentials.ts';
import { callHttp, type HttpAnswer } from './http.ts';

/** A token as Zoho gave it. */
export interface TokenGrant {
  readonly token: string;
  /** From now. */
  readonly expiresInMs: number;
  readonly apiDomain?: string;
  /** What it may do, where Zoho says so. */
  readonly scopes?: readonly string[];
}

/**
 * What the accounts server made of one request for an access token.
 *
 * - `granted`: a new token; `expiresInMs` from now
 * - `refused`: it no longer takes our credentials; `error` is its own code
 * - `throttled`: too many requests; it will not give a token for a while
 * - `unavailable`: no answer, or none that says anything
 */
export type TokenRequestOutcome =
  | ({ readonly kind: 'granted' } & TokenGrant)
  | { readonly kind: 'refused'; readonly error: string; readonly status: number }
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number; readonly status: number }
  | { readonly kind: 'unavailable'; readonly status?: number };

/** Life of an access token (Zoho Accounts, Token validity, read 2026-11-22). */
const DEFAULT_EXPIRES_IN_MS = 3_600_000;

/** An `expires_in` above this many seconds (28 hours) can only be milliseconds. */
const EXPIRES_IN_SECONDS_MAX = 100_000;

const grantSchema = z.object({
  access_token: z.string().check(z.minLength(1)),
  scope: z.catch(z.optional(z.string()), undefined),
  api_domain: z.catch(z.optional(z.string()), undefined),
  expires_in: z.catch(z.optional(z.number().check(z.positive())), undefined),
  expires_in_sec: z.catch(z.optional(z.number().check(z.positive())), undefined),
});

const refusalSchema = z.object({
  error: z.catch(z.string(), ''),
  error_description: z.catch(z.string(), ''),
});

/** Codes that say that the credentials themselves are wrong: asking again can't help. */
const CREDENTIAL_ERRORS: ReadonlySet<string> = new Set([
  'invalid_code',
  'invalid_client',
  'invalid_client_secret',
  'invalid_grant',
  'unauthorized_client',
]);

/**
 * Asks Zoho Accounts once for a new access token. The secrets travel in the body.
 *
 * @param accountsUrl origin of the accounts server of the credentials' data centre
 * @param timeoutMs for the whole exchange
 * @see Zoho Accounts, OAuth 2.0, Refresh access token, read 2026-11-22
 */
export async function requestToken(
  fetcher: typeof globalThis.fetch,
  accountsUrl: string,
  credentials: ZohoCredentials,
  timeoutMs: number,
  clock: Clock,
): Promise<TokenRequestOutcome> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    refresh_token: credentials.refreshToken,
  });
  const outcome = await callHttp(
    fetcher,
    {
      method: 'POST',
      url: `${accountsUrl}/oauth/v2/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: body.toString(),
    },
    timeoutMs,
    clock,
  );
  return outcome.kind === 'answer' ? readTokenAnswer(outcome) : { kind: 'unavailable' };
}

/**
 * Errors come with HTTP 200 as well as 400, and an outage as an HTML page: what decides is whether
 * there is an access token, then the error code.
 */
function readTokenAnswer(answer: HttpAnswer): TokenRequestOutcome {
  const json = answer.body.kind === 'json' ? answer.body.value : undefined;
  const grant = grantSchema.safeParse(json);
  if (grant.success && answer.status >= 200 && answer.status < 300) {
    const { access_token: token, api_domain: apiDomain, scope } = grant.data;
    const scopes = scope?.split(/[\s,]+/).filter((each) => each !== '') ?? [];
    return {
      kind: 'granted',
      token,
      expiresInMs: expiresInMs(grant.data.expires_in, grant.data.expires_in_sec),
      ...(apiDomain === undefined ? {} : { apiDomain }),
      ...(scopes.length === 0 ? {} : { scopes }),
    };
  }

  const refusal = refusalSchema.safeParse(json);
  const { error, error_description: description } = refusal.success
    ? refusal.data
    : { error: '', error_description: '' };
  // The description may be localised; the error itself is not.
  if (
    answer.status === 429 ||
    error === 'Access Denied' ||
    /too many requests/i.test(description)
  ) {
    return {
      kind: 'throttled',
      status: answer.status,
      ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
    };
  }
  return CREDENTIAL_ERRORS.has(error)
    ? { kind: 'refused', error, status: answer.status }
    : { kind: 'unavailable', status: answer.status };
}

/** Older answers carry `expires_in_sec`, and `expires_in` in milliseconds then. */
function expiresInMs(expiresIn: number | undefined, expiresInSec: number | undefined): number {
  if (expiresInSec !== undefined) return expiresInSec * 1_000;
  if (expiresIn === undefined) return DEFAULT_EXPIRES_IN_MS;
  return expiresIn > EXPIRES_IN_SECONDS_MAX ? expiresIn : expiresIn * 1_000;
}
