import type { Breaker } from '../breaker.ts';

/** The one CRM access token that all functions share. */
export interface TokenStore {
  read(): Promise<StoredToken | undefined>;
  /** Compare-and-set on `revision`, like `IdentityStore.save`. */
  save(token: StoredToken): Promise<'saved' | 'changed'>;
}

/** A shared access token and the lease of whoever refreshes it. Times are epoch milliseconds. */
export interface StoredToken {
  readonly revision: number;
  /** Encrypted; empty before the first refresh. */
  readonly sealedToken: string;
  /** Keyed fingerprint of the token: tells whether a token that failed is the stored one. */
  readonly fingerprint: string;
  readonly expiresAtMs: number;
  readonly apiDomain: string;
  readonly refreshLeaseUntilMs: number;
  /** No refresh before this time: the accounts server asked us to wait. */
  readonly notBeforeMs: number;
  /** When tokens were asked for lately, oldest first: Zoho counts them. */
  readonly requestedAtMs?: readonly number[];
}

/** The one breaker between all consumers and the CRM. */
export interface BreakerStore {
  /** `undefined` before the first trouble. May lag behind by a moment. */
  read(): Promise<Breaker | undefined>;
  /**
   * Compare-and-set on `revision`, like `IdentityStore.save`.
   *
   * @returns what stands in the way when it has changed
   */
  save(
    breaker: Breaker,
  ): Promise<{ kind: 'saved' } | { kind: 'changed'; current: Breaker | undefined }>;
}
