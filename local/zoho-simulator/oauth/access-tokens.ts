import type { Knobs } from '../knobs.ts';

/** What a presented access token is worth. */
export type TokenCheck =
  | { readonly kind: 'valid'; readonly scopes: readonly string[] }
  | { readonly kind: 'dead' };

interface LiveToken {
  readonly value: string;
  /** The refresh token that it was asked for with. */
  readonly parent: string;
  readonly expiresAtMs: number;
  readonly scopes: readonly string[];
}

/**
 * The access tokens of the refresh tokens, with Zoho's two limits.
 *
 * - at most 10 live ones of one refresh token: an eleventh ends the oldest without a word
 * - at most 10 requests in 10 minutes, then none until the window is over; for all refresh tokens together, since Zoho
 *   does not say whether another one has a window of its own
 *
 * @see Zoho Accounts, OAuth 2.0, Token limits, read 2026-11-22
 */
export class AccessTokens {
  private readonly knobs: () => Knobs;
  private readonly now: () => number;
  private live: LiveToken[] = [];
  private window: { startedAtMs: number; requests: number } | undefined;
  private readonly revoked = new Set<string>();
  /** Since the start or the last reset. */
  issued = 0;
  throttled = 0;

  constructor(knobs: () => Knobs, now: () => number) {
    this.knobs = knobs;
    this.now = now;
  }

  /** Counts one token request. @returns whether the limit leaves room for it */
  admit(): boolean {
    const { tokenRequestsMax, tokenWindowSeconds } = this.knobs();
    const nowMs = this.now();
    if (
      this.window === undefined ||
      nowMs >= this.window.startedAtMs + tokenWindowSeconds * 1_000
    ) {
      this.window = { startedAtMs: nowMs, requests: 0 };
    }
    this.window.requests += 1;
    if (this.window.requests <= tokenRequestsMax) return true;
    this.throttled += 1;
    return false;
  }

  /** Issues a token of a refresh token; its oldest one ends when there would be too many. */
  issue(value: string, parent: string): LiveToken {
    const { accessTokenTtlSeconds, liveTokensMax, scopes } = this.knobs();
    const expiresAtMs = this.now() + accessTokenTtlSeconds * 1_000;
    const token = { value, parent, expiresAtMs, scopes };
    this.dropExpired();
    const others = this.live.filter((each) => each.parent !== parent);
    const own = this.live.filter((each) => each.parent === parent);
    this.live = [...others, ...[...own, token].slice(-liveTokensMax)];
    this.issued += 1;
    return token;
  }

  check(value: string): TokenCheck {
    this.dropExpired();
    const token = this.live.find((candidate) => candidate.value === value);
    return token === undefined ? { kind: 'dead' } : { kind: 'valid', scopes: token.scopes };
  }

  /** Whether a refresh token still works. */
  refreshTokenWorks(refreshToken: string): boolean {
    const { refreshToken: first, moreRefreshTokens } = this.knobs();
    return [first, ...moreRefreshTokens].includes(refreshToken) && !this.revoked.has(refreshToken);
  }

  /** Ends a refresh token and with it every access token of it. */
  revokeRefreshToken(refreshToken: string): void {
    this.revoked.add(refreshToken);
    this.live = this.live.filter((token) => token.parent !== refreshToken);
  }

  /** Ends one access token. @returns whether it was alive */
  revoke(value: string): boolean {
    const before = this.live.length;
    this.live = this.live.filter((token) => token.value !== value);
    return this.live.length < before;
  }

  /** Ends every access token; the refresh tokens stay. */
  expireAll(): void {
    this.live = [];
  }

  reset(): void {
    this.live = [];
    this.window = undefined;
    this.revoked.clear();
    this.issued = 0;
    this.throttled = 0;
  }

  private dropExpired(): void {
    const nowMs = this.now();
    this.live = this.live.filter((token) => token.expiresAtMs > nowMs);
  }
}
