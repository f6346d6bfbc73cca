import type { TokenStore } from '../core/ports/crm-access.ts';
import type { ZohoCredentials } from './credentials.ts';
import { createTokenSeal } from './seal-token.ts';
import type { TokenGrant } from './token-request.ts';
import { recentRequests, REQUESTS_MAX, requestWindowEndMs } from './token-budget.ts';
import { NOTHING_STORED } from './token-step.ts';

/** Functions write the same item; one that loses this often in a row meets something else. */
const TRIES_MAX = 10;

/**
 * Takes one of the token requests that Zoho allows in ten minutes, before it is made: the functions count it.
 *
 * @returns when there is room again, epoch milliseconds, where there is none now
 * @throws whatever the token store lets out
 */
export async function takeTokenRequest(
  tokens: TokenStore,
  nowMs: number,
): Promise<{ readonly kind: 'taken' } | { readonly kind: 'none_left'; readonly untilMs: number }> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const stored = (await tokens.read()) ?? NOTHING_STORED;
    const recent = recentRequests(stored, nowMs);
    if (recent.length >= REQUESTS_MAX) {
      return { kind: 'none_left', untilMs: requestWindowEndMs(recent, nowMs) };
    }
    const counted = { ...stored, revision: stored.revision + 1, requestedAtMs: [...recent, nowMs] };
    if ((await tokens.save(counted)) === 'saved') return { kind: 'taken' };
  }
  return { kind: 'none_left', untilMs: nowMs };
}

/**
 * Puts a token that new credentials have brought into the shared item, so that no function has to ask for one. It also
 * ends what an earlier refusal made them wait for.
 *
 * @param apiUrl where the token is used
 * @param grantedAtMs epoch milliseconds
 * @returns `false` when others changed the item each time: the functions then ask for one themselves
 * @throws whatever the token store lets out
 */
export async function handOverToken(
  tokens: TokenStore,
  credentials: ZohoCredentials,
  grant: TokenGrant,
  apiUrl: string,
  grantedAtMs: number,
): Promise<boolean> {
  const seal = createTokenSeal(credentials);
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const stored = (await tokens.read()) ?? NOTHING_STORED;
    const saved = await tokens.save({
      ...stored,
      revision: stored.revision + 1,
      sealedToken: seal.seal(grant.token),
      fingerprint: seal.fingerprint(grant.token),
      expiresAtMs: grantedAtMs + grant.expiresInMs,
      apiDomain: apiUrl,
      refreshLeaseUntilMs: 0,
      notBeforeMs: 0,
    });
    if (saved === 'saved') return true;
  }
  return false;
}
