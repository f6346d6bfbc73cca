/** Operating errors: things that go wrong in a correct program. Programmer errors are assertions. */
export class HoldfastError extends Error {
  /** Stable, machine-readable. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The table, queue or bucket did not answer or refused for lack of capacity. Try again later. */
export class StoreUnavailableError extends HoldfastError {
  constructor(what: string, cause: unknown) {
    super('store_unavailable', `${what} is not available`, { cause });
  }
}

/** What is known of one person does not fit into one item. Trying again cannot help. */
export class IdentityTooLargeError extends HoldfastError {
  constructor(bytes: number) {
    super('identity_too_large', `A merged identity has ${bytes} bytes, more than an item may hold`);
  }
}

/** A secret is missing, unreadable or too weak, or the secret store did not answer. */
export class SecretUnavailableError extends HoldfastError {
  constructor(message: string, cause?: unknown) {
    super('secret_unavailable', message, { cause });
  }
}

/** A secret is no longer the one that was read. Nothing was stored; whoever wants to change it has to look again. */
export class SecretChangedError extends HoldfastError {
  constructor(id: string) {
    super(
      'secret_changed',
      `Somebody else changed the secret ${id} meanwhile. Nothing was changed; run it again.`,
    );
  }
}

/** The configuration is wrong. The message lists each setting's path and what is allowed. */
export class ConfigError extends HoldfastError {
  constructor(message: string) {
    super('config_invalid', message);
  }
}
