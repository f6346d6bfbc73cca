import type { Head } from '../head.ts';

/**
 * What is stored under the name of an identity: its merged state, or that it is another name of an
 * identity. A name is one or the other for ever.
 */
export type IdentityEntry =
  | { readonly kind: 'head'; readonly head: Head }
  | { readonly kind: 'alias'; readonly of: string };

/** Whether a HEAD was stored, or what stands in the way; `undefined`: nothing, it was erased. */
export type HeadSave =
  | { readonly kind: 'saved' }
  | { readonly kind: 'changed'; readonly current: IdentityEntry | undefined };

/** Merged states of identities, written by compare-and-set on their revision, and their aliases. */
export interface IdentityStore {
  /** May lag behind by a moment: `save` and `bindAlias` are what decides. */
  read(module: string, identity: string): Promise<IdentityEntry | undefined>;
  /** Stores a HEAD if the stored one still has revision `head.revision - 1` (0: nothing stored). */
  save(head: Head): Promise<HeadSave>;
  /**
   * Makes a name that nothing is stored under another name of an identity.
   *
   * @returns `taken` with what is stored under it, which may be this very alias
   */
  bindAlias(
    module: string,
    alias: string,
    identity: string,
  ): Promise<{ kind: 'bound' } | { kind: 'taken'; current: IdentityEntry }>;
  /** Lists an event under its identity, for lookup, rebuild and erasure. */
  link(module: string, identity: string, occurredAt: string, key: string): Promise<void>;
}

/** What identities are made of. For operators: no function has the right to it. */
export interface IdentityLinks {
  /**
   * The events that were delivered for an identity, or were to be.
   *
   * @returns idempotency keys, by when the events occurred, oldest first
   */
  linkedEvents(module: string, identity: string): Promise<readonly string[]>;
}
