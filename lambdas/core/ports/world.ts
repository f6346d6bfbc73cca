/** Time, so that tests and simulations can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Resolves after `ms` milliseconds (0 or more). */
  sleep(ms: number): Promise<void>;
  /**
   * Calls `run` once, `ms` milliseconds from now.
   *
   * @returns calls it off
   */
  after(ms: number, run: () => void): () => void;
}

/** Uniform numbers in [0, 1): the only source of randomness for jitter. */
export interface Random {
  next(): number;
}

/** Unique ids: correlation ids, lease tokens, quarantine ids. */
export interface Ids {
  next(): string;
}

/** How old a secret may be that is read. */
export interface SecretAge {
  /** Skip the cache (rate limited by the adapter: what is known may be a few seconds old). */
  readonly fresh?: boolean;
  /**
   * Only what was asked for at this time or later, epoch milliseconds. Not rate limited: for callers that nobody
   * outside can make ask often.
   */
  readonly sinceMs?: number;
}

/** Secrets by id. */
export interface SecretReader {
  /** @throws {SecretUnavailableError} the secret store did not answer, or holds no such secret */
  read(id: string, age?: SecretAge): Promise<string>;
}
