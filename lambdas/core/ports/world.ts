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

/** Secrets by id. */
export interface SecretReader {
  /**
   * @param options.fresh skip the cache (rate limited by the adapter)
   * @throws {SecretUnavailableError} the secret store did not answer, or holds no such secret
   */
  read(id: string, options?: { fresh?: boolean }): Promise<string>;
}
