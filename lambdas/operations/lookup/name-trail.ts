import type { IdentityStore } from '../../core/ports/identities.ts';

/** A name leads to an identity, or to a name that became an alias itself a moment later. */
const ALIASES_IN_A_ROW_MAX = 5;

/**
 * The names from one to its identity, itself first. Events may be listed under each: a name that nothing was stored
 * under stands for itself, until it becomes an alias.
 *
 * @throws {StoreUnavailableError}
 */
export async function nameTrail(
  module: string,
  name: string,
  identities: Pick<IdentityStore, 'read'>,
): Promise<readonly string[]> {
  const trail = [name];
  for (let steps = 0; steps < ALIASES_IN_A_ROW_MAX; steps += 1) {
    const entry = await identities.read(module, trail.at(-1) ?? name);
    if (entry?.kind !== 'alias' || trail.includes(entry.of)) break;
    trail.push(entry.of);
  }
  return trail;
}
