/**
 * Finds the identity that an event belongs to, by all the names under which its person may be known.
 *
 * ```
 * names ─► follow aliases ─► no identity known ─► the strongest name is one   ┐
 *                         ─► one known ─────────► that one                    ├─► the other names become
 *                         ─► two known ─────────► a conflict for a person     ┘   aliases of it
 * ```
 *
 * What a name is, an identity or another name of one, is decided once, by one conditional write under the
 * name itself: two writers that learn of a person at the same moment cannot make two of them.
 */
import { failure } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import type { Head } from '../core/head.ts';
import type { IdentityEntry, IdentityStore } from '../core/ports/identities.ts';

/** The identity of an event, or why it has none. */
export type Resolution =
  | {
      readonly kind: 'identity';
      readonly identity: string;
      /** Its HEAD as it was just read, if it has one. */
      readonly head?: Head;
    }
  | { readonly kind: 'conflict'; readonly failure: Failure }
  | { readonly kind: 'unsure' };

type IdentityPort = Pick<IdentityStore, 'read' | 'bindAlias'>;

/** An alias points to an identity, or to a name that became an alias itself a moment later. */
const ALIASES_IN_A_ROW_MAX = 5;

/** Other writers bind names, too: after losing so often against them, come back later. */
const TRIES_MAX = 4;

/**
 * Resolves names to an identity, and binds those that are new.
 *
 * @param names of one person, the strongest first; at least one
 * @returns `unsure` when others keep binding the same names: come back later
 */
export async function resolveIdentity(
  module: string,
  names: readonly string[],
  identities: IdentityPort,
): Promise<Resolution> {
  const known = new Map<string, IdentityEntry>();
  const entryOf = async (name: string): Promise<IdentityEntry | undefined> => {
    const entry = known.get(name) ?? (await identities.read(module, name));
    if (entry !== undefined) known.set(name, entry);
    return entry;
  };

  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const found = await Promise.all(names.map(async (name) => await follow(name, entryOf)));
    if (found.includes(undefined)) return conflictOf(found, known);
    const roots = new Set(found.filter((each) => each?.isBound).map((each) => each?.root ?? ''));
    if (roots.size > 1) return conflictOf(found, known);

    const [identity = names[0] ?? ''] = roots;
    const free = names.filter((name, index) => found[index]?.isBound !== true && name !== identity);
    if (await bindAll(module, free, identity, identities, known)) {
      const entry = known.get(identity);
      return {
        kind: 'identity',
        identity,
        ...(entry?.kind === 'head' ? { head: entry.head } : {}),
      };
    }
  }
  return { kind: 'unsure' };
}

interface Followed {
  readonly root: string;
  /** Something is stored under the name itself. */
  readonly isBound: boolean;
}

/** @returns `undefined` for aliases that lead nowhere: two people's names were crossed */
async function follow(
  name: string,
  entryOf: (name: string) => Promise<IdentityEntry | undefined>,
): Promise<Followed | undefined> {
  const entry = await entryOf(name);
  let current = entry;
  let root = name;
  for (let steps = 0; current?.kind === 'alias'; steps += 1) {
    if (steps === ALIASES_IN_A_ROW_MAX) return undefined;
    root = current.of;
    current = await entryOf(root);
  }
  return { root, isBound: entry !== undefined };
}

async function bindAll(
  module: string,
  free: readonly string[],
  identity: string,
  identities: IdentityPort,
  known: Map<string, IdentityEntry>,
): Promise<boolean> {
  let isDone = true;
  for (const name of free) {
    const bound = await identities.bindAlias(module, name, identity);
    const entry: IdentityEntry =
      bound.kind === 'taken' ? bound.current : { kind: 'alias', of: identity };
    known.set(name, entry);
    isDone &&= entry.kind === 'alias' && entry.of === identity;
  }
  return isDone;
}

function conflictOf(
  found: readonly (Followed | undefined)[],
  known: ReadonlyMap<string, IdentityEntry>,
): Resolution {
  const roots = new Set(found.filter((each) => each?.isBound).map((each) => each?.root ?? ''));
  const people = [...roots].map((root) => {
    const entry = known.get(root);
    const recordId = entry?.kind === 'head' ? entry.head.crmRecordId : undefined;
    return recordId === undefined ? `identity ${root}` : `record ${recordId} (identity ${root})`;
  });
  const detail = people.length > 1 ? people.join(' and ') : 'its names refer to each other';
  return { kind: 'conflict', failure: failure('identity_conflict', detail) };
}
