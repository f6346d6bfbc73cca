import type {
  IdentityEntry,
  IdentityLinks,
  IdentityStore,
} from '../../lambdas/core/ports/identities.ts';
import type { StoreEraser } from '../../lambdas/core/ports/erasure.ts';
import type { StoredItem } from '../../lambdas/core/ports/store-scan.ts';
import type { StoredItems } from './memory-store-scanner.ts';

/** HEADs and aliases in memory, with the compare-and-set of the table. */
export function createMemoryIdentityStore(): IdentityStore &
  IdentityLinks &
  StoredItems &
  Pick<StoreEraser, 'unlink'> {
  const entries = new Map<string, IdentityEntry>();
  const links = new Map<string, Map<string, string>>();
  const idOf = (module: string, identity: string): string => `${module} ${identity}`;

  return {
    read: async (module, identity) => entries.get(idOf(module, identity)),

    save: async (head) => {
      const id = idOf(head.module, head.identity);
      const current = entries.get(id);
      const revision = current?.kind === 'head' ? current.head.revision : 0;
      if (current?.kind === 'alias' || revision !== head.revision - 1) {
        return { kind: 'changed', current };
      }
      entries.set(id, { kind: 'head', head });
      return { kind: 'saved' };
    },

    bindAlias: async (module, alias, identity) => {
      const id = idOf(module, alias);
      const current = entries.get(id);
      if (current !== undefined) return { kind: 'taken', current };
      entries.set(id, { kind: 'alias', of: identity });
      return { kind: 'bound' };
    },

    link: async (module, identity, occurredAt, key) => {
      const id = idOf(module, identity);
      const events = links.get(id) ?? new Map<string, string>();
      links.set(id, events.set(`${occurredAt} ${key}`, key));
    },

    linkedEvents: async (module, identity) =>
      [...(links.get(idOf(module, identity)) ?? new Map<string, string>())]
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([, key]) => key),

    unlink: async (module, identity, keys) => {
      const events = links.get(idOf(module, identity)) ?? new Map<string, string>();
      const gone = [...events].filter(([, key]) => keys.has(key));
      for (const [at] of gone) events.delete(at);
      return gone.length;
    },

    storedItems: () => [...storedEntries(entries), ...storedLinks(links)],
  };
}

function storedEntries(entries: ReadonlyMap<string, IdentityEntry>): readonly StoredItem[] {
  return [...entries].map(([id, entry]) => {
    const [module = '', name = ''] = id.split(' ');
    return entry.kind === 'head' ? entry : { kind: 'alias', module, name, of: entry.of };
  });
}

function storedLinks(
  links: ReadonlyMap<string, ReadonlyMap<string, string>>,
): readonly StoredItem[] {
  return [...links].flatMap(([id, events]) => {
    const [module = '', identity = ''] = id.split(' ');
    return [...events].map(([at, key]) => {
      const [occurredAt = ''] = at.split(' ');
      return { kind: 'link', module, identity, occurredAt, key } as const;
    });
  });
}
