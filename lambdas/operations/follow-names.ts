import type { IdentityStore } from '../core/ports/identities.ts';

/** An alias points to an identity, or to a name that became an alias itself a moment later. */
const ALIASES_IN_A_ROW_MAX = 5;

/**
 * The identities that names lead to: themselves, or what they are other names of. Names that nothing is stored
 * under lead to themselves, too: events may be listed under them already.
 */
export async function followNames(
  module: string,
  names: readonly string[],
  identities: Pick<IdentityStore, 'read'>,
): Promise<readonly string[]> {
  const roots = new Set<string>();
  for (const name of names) {
    let root = name;
    for (let steps = 0; steps < ALIASES_IN_A_ROW_MAX; steps += 1) {
      const entry = await identities.read(module, root);
      if (entry?.kind !== 'alias') break;
      root = entry.of;
    }
    roots.add(root);
  }
  return [...roots];
}
