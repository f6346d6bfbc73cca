import { type Failure, failure } from '../core/failure.ts';
import type { StoredToken, TokenStore } from '../core/ports/crm-access.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import type { Clock, Random, SecretAge } from '../core/ports/world.ts';
import { chooseApiUrl } from './api-domain.ts';
import type { Deadline } from './deadline.ts';
import { sameFingerprint } from './seal-token.ts';
import type { KeyReading, TokenKeys } from './token-keys.ts';
import { recentRequests, REQUESTS_MAX, requestWindowEndMs } from './token-budget.ts';
import { requestToken, type TokenRequestOutcome } from './token-request.ts';

/*
 * One access token for all functions, in one item:
 *
 *   read the item ── good for a while ─────────────────► use it
 *     │ ends soon, ended, turned down, or sealed under other credentials
 *     ▼
 *   credentials not read afresh ───────────────────────► read them, start again
 *     │ they are
 *     ▼
 *   held off, or another function has the lease ───────► the old token while it lives, else wait or fail
 *     │ free
 *     ▼
 *   take the lease (compare-and-set) ── lost ──────────► start again
 *     │ won
 *     ▼
 *   ask Zoho once ─► store the token, or how long to hold off; the same write gives the lease back
 *     │ it refuses the credentials, and others lie in the secret store by now
 *     ▼
 *   start again with those, at once
 */

/** A token that may be used now, and where. */
export interface AccessToken {
  readonly token: string;
  readonly fingerprint: string;
  readonly apiUrl: string;
  /** Zoho gave it to this function just now; the shared item may hold one that is as old as any. */
  readonly isNew: boolean;
}

/** A token as one function keeps it in memory. */
export interface HeldToken extends AccessToken {
  /** The credentials that it belongs to. */
  readonly secret: string;
  readonly expiresAtMs: number;
  /** From when on somebody should get a new one. */
  readonly refreshAtMs: number;
}

/** There is no token to be had, and why. */
export interface TokenFailed {
  readonly kind: 'failed';
  readonly failure: Failure;
  readonly retryAfterMs?: number;
}

/**
 * What one walk through the diagram came to.
 *
 * - `again`: another function moved the item meanwhile
 * - `wait`: another function is getting a token, and there is none to go on with
 * - `reread`: the credentials must be read afresh before they are used
 */
export type TokenStep =
  | { readonly kind: 'token'; readonly token: HeldToken }
  | TokenFailed
  | { readonly kind: 'again' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'reread' };

/** What getting a token needs. */
export interface TokenStepOptions extends TokenStepWorld {
  /** The credentials in force. */
  readonly readKeys: (age: SecretAge) => Promise<KeyReading>;
}

/** What getting a token needs beside the credentials. */
export interface TokenStepWorld {
  readonly accountsUrl: string;
  readonly apiUrl: string;
  /** For one request to the accounts server. */
  readonly timeoutMs: number;
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly fetch: typeof globalThis.fetch;
}

/** Refresh this long before the end, at the latest and at the earliest: functions spread out. */
const REFRESH_AHEAD_MIN_MS = 5 * 60_000;
const REFRESH_AHEAD_MAX_MS = 10 * 60_000;

/**
 * Zoho gives 10 tokens in 10 minutes, then none for the rest of the window (Zoho Accounts, Token
 * limits, read 2026-11-22). After a request that failed the next one waits for a tenth of that and a little,
 * since functions' clocks differ; after a throttle for the whole window.
 */
const HOLD_OFF_MS = 65_000;
const THROTTLE_HOLD_OFF_MS = 10 * 60_000;

/** Beyond the request's time-out, so that the lease outlives the request. */
const LEASE_MARGIN_MS = 5_000;

/**
 * Walks once through the diagram.
 *
 * @param keysAreFresh whether `keys` were read past every cache
 * @param rejected fingerprint of the token that Zoho turned down last, or empty
 * @throws whatever the token store lets out
 */
export async function stepToToken(
  options: TokenStepOptions,
  keys: TokenKeys,
  keysAreFresh: boolean,
  rejected: string,
  deadline: Deadline,
): Promise<TokenStep> {
  const stored = await options.tokens.read();
  const nowMs = options.clock.nowMs();
  const opened = openStored(options, stored, keys);
  const usable = opened !== undefined && isUsable(opened, rejected, nowMs) ? opened : undefined;
  if (usable !== undefined && usable.refreshAtMs > nowMs) return { kind: 'token', token: usable };
  if (!keysAreFresh) return { kind: 'reread' };

  if (stored !== undefined && stored.notBeforeMs > nowMs) {
    return usable === undefined
      ? heldOff(stored.notBeforeMs - nowMs)
      : { kind: 'token', token: usable };
  }
  if (stored !== undefined && stored.refreshLeaseUntilMs > nowMs) {
    return usable === undefined ? { kind: 'wait' } : { kind: 'token', token: usable };
  }

  const recent = recentRequests(stored, nowMs);
  if (recent.length >= REQUESTS_MAX) {
    return usable === undefined
      ? heldOff(requestWindowEndMs(recent, nowMs) - nowMs)
      : { kind: 'token', token: usable };
  }
  const leased: StoredToken = {
    ...(stored ?? NOTHING_STORED),
    revision: (stored?.revision ?? 0) + 1,
    // Before the request, so that one whose function dies in it counts, too.
    requestedAtMs: [...recent, nowMs],
    refreshLeaseUntilMs: nowMs + options.timeoutMs + LEASE_MARGIN_MS,
  };
  if ((await options.tokens.save(leased)) === 'changed') return { kind: 'again' };
  return refresh(options, keys, leased, usable, deadline);
}

/** Whether a token is alive and not the one that Zoho turned down. */
export function isUsable(token: HeldToken, rejected: string, nowMs: number): boolean {
  return token.expiresAtMs > nowMs && !sameFingerprint(token.fingerprint, rejected);
}

/** The shared token before the first one was asked for. */
export const NOTHING_STORED: StoredToken = {
  revision: 0,
  sealedToken: '',
  fingerprint: '',
  expiresAtMs: 0,
  apiDomain: '',
  refreshLeaseUntilMs: 0,
  notBeforeMs: 0,
};

function openStored(
  options: TokenStepOptions,
  stored: StoredToken | undefined,
  keys: TokenKeys,
): HeldToken | undefined {
  if (stored === undefined || stored.sealedToken === '') return undefined;
  const token = keys.seal.open(stored.sealedToken);
  if (token === undefined) return undefined;
  const spreadMs = REFRESH_AHEAD_MAX_MS - REFRESH_AHEAD_MIN_MS;
  return {
    secret: keys.secret,
    token,
    isNew: false,
    fingerprint: stored.fingerprint,
    apiUrl: chooseApiUrl(options.apiUrl, stored.apiDomain).apiUrl,
    expiresAtMs: stored.expiresAtMs,
    refreshAtMs: stored.expiresAtMs - REFRESH_AHEAD_MIN_MS - options.random.next() * spreadMs,
  };
}

async function refresh(
  options: TokenStepOptions,
  keys: TokenKeys,
  leased: StoredToken,
  usable: HeldToken | undefined,
  deadline: Deadline,
): Promise<TokenStep> {
  const outcome = await ask(options, keys, deadline);
  if (outcome.kind !== 'granted') {
    // Whoever replaced them may have ended the old ones at once, while these were a few seconds old here.
    const sinceMs = options.clock.nowMs();
    const inForce = outcome.kind === 'refused' ? await options.readKeys({ sinceMs }) : undefined;
    const isReplaced = inForce?.kind === 'keys' && inForce.keys.secret !== keys.secret;
    const holdOffMs = isReplaced ? 0 : holdOffMsAfter(outcome);
    const nowMs = options.clock.nowMs();
    await options.tokens.save({
      ...leased,
      revision: leased.revision + 1,
      refreshLeaseUntilMs: 0,
      notBeforeMs: nowMs + holdOffMs,
    });
    if (isReplaced) return { kind: 'reread' };
    if (usable !== undefined) return { kind: 'token', token: usable };
    return inForce?.kind === 'failed' ? inForce : failedRequest(outcome, holdOffMs);
  }

  const nowMs = options.clock.nowMs();
  const { apiUrl, refused } = chooseApiUrl(options.apiUrl, outcome.apiDomain);
  if (refused) options.log.warn('The API domain that came with a Zoho token was not followed');
  const fingerprint = keys.seal.fingerprint(outcome.token);
  const expiresAtMs = nowMs + outcome.expiresInMs;
  // If this is lost against a later lease, the token is as good as the one that was stored instead.
  await options.tokens.save({
    revision: leased.revision + 1,
    sealedToken: keys.seal.seal(outcome.token),
    fingerprint,
    expiresAtMs,
    apiDomain: apiUrl,
    refreshLeaseUntilMs: 0,
    notBeforeMs: 0,
    ...(leased.requestedAtMs === undefined ? {} : { requestedAtMs: leased.requestedAtMs }),
  });
  return {
    kind: 'token',
    token: {
      secret: keys.secret,
      token: outcome.token,
      isNew: true,
      fingerprint,
      apiUrl,
      expiresAtMs,
      // A token of a short life is not refreshed before half of it is over.
      refreshAtMs: Math.max(expiresAtMs - REFRESH_AHEAD_MAX_MS, nowMs + outcome.expiresInMs / 2),
    },
  };
}

async function ask(
  options: TokenStepOptions,
  keys: TokenKeys,
  deadline: Deadline,
): Promise<TokenRequestOutcome> {
  options.metrics.count('CrmTokenRefresh');
  const outcome = await requestToken(
    options.fetch,
    options.accountsUrl,
    keys.credentials,
    Math.min(options.timeoutMs, deadline.remainingMs()),
    options.clock,
  );
  if (outcome.kind === 'granted') {
    options.log.info('A new Zoho access token was given');
    return outcome;
  }
  options.log.warn('Zoho gave no access token', {
    outcome: outcome.kind,
    ...(outcome.status === undefined ? {} : { http_status: outcome.status }),
    ...(outcome.kind === 'refused' ? { crm_code: outcome.error } : {}),
  });
  return outcome;
}

type NotGranted = Exclude<TokenRequestOutcome, { kind: 'granted' }>;

function holdOffMsAfter(outcome: NotGranted): number {
  if (outcome.kind !== 'throttled') return HOLD_OFF_MS;
  return Math.max(THROTTLE_HOLD_OFF_MS, outcome.retryAfterMs ?? 0);
}

function failedRequest(outcome: NotGranted, holdOffMs: number): TokenFailed {
  switch (outcome.kind) {
    case 'refused': {
      const detail = 'it gives no access token for the stored client and refresh token';
      const refused = failure('crm_unauthorized', detail, { code: outcome.error });
      return { kind: 'failed', failure: refused };
    }
    case 'throttled':
      return heldOff(holdOffMs);
    case 'unavailable': {
      const detail =
        outcome.status === undefined
          ? 'the accounts server did not answer'
          : `the accounts server answered with status ${outcome.status} and no token`;
      const unavailable = failure('crm_token_unavailable', detail);
      return { kind: 'failed', failure: unavailable, retryAfterMs: holdOffMs };
    }
  }
}

function heldOff(waitMs: number): TokenFailed {
  return { kind: 'failed', failure: failure('crm_token_throttled'), retryAfterMs: waitMs };
}
