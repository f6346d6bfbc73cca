/** A secret as it lies in the store. */
export interface StoredSecret {
  readonly text: string;
  /** It is what the stack generated: nobody has stored another one since. */
  readonly isGenerated: boolean;
  /** When this value was stored, epoch milliseconds; absent where the store does not tell. */
  readonly changedAtMs?: number;
  /** Which value of the secret this is, for `replace`; every store that is in use names it. */
  readonly version?: string;
}

/** Secrets to be looked at and replaced, without a cache between. Nothing here makes or deletes one. */
export interface SecretVault {
  /**
   * @returns `undefined` when there is none of that name
   * @throws {SecretUnavailableError} the store did not answer, or refused
   */
  read(id: string): Promise<StoredSecret | undefined>;
  /** @throws {SecretUnavailableError} as `read` */
  write(id: string, text: string): Promise<void>;
  /**
   * Writes only if the secret is still the one that was read: two who change it at the same time cannot undo
   * each other.
   *
   * @param version of the value that was read
   * @returns `changed` when somebody else was first; nothing is stored then
   * @throws {SecretUnavailableError} as `read`; it may have been written all the same
   */
  replace(id: string, text: string, version: string): Promise<'replaced' | 'changed'>;
}
