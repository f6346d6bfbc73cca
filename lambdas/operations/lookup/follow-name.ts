import type { Head } from '../../core/head.ts';
import type { IdentityStore } from '../../core/ports/identities.ts';

/** The identity that a name leads to; without a HEAD where that is gone, or was never stored. */
export interface FollowedName {
  readonly identity: string;
  readonly head?: Head;
}

/** A name leads to an identity, or to a name that became an alias itself a moment later. */
const ALIASES_IN_A_ROW_MAX = 5;

/**
 * Follows a name to its identity. Reads, and binds nothing.
 *
 * @returns `undefined` when nothing is stored under the name
 * @throws {StoreUnavailableError}
 */
export async function followName(
  module: string,
  name: string,
  identities: Pick<IdentityStore, 'read'>,
): Promise<FollowedName | undefined> {
  let identity = name;
  for (let steps = 0; steps <= ALIASES_IN_A_ROW_MAX; steps += 1) {
    const entry = await identities.read(module, identity);
    if (entry?.kind === 'head') return { identity, head: entry.head };
    if (entry === undefined) return identity === name ? undefined : { identity };
    identity = entry.of;
  }
  return { identity };
}
