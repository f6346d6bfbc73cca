import type { Head } from '../../lambdas/core/head.ts';
import type { IdentityStore } from '../../lambdas/core/ports.ts';

/** HEADs in memory, with the compare-and-set of the table. */
export function createMemoryIdentityStore(): IdentityStore & {
  /** Keys of the events linked to an identity, oldest first. */
  linkedEvents(module: string, identity: string): readonly string[];
} {
  const heads = new Map<string, Head>();
  const links = new Map<string, Map<string, string>>();
  const idOf = (module: string, identity: string): string => `${module} ${identity}`;

  return {
    read: async (module, identity) => heads.get(idOf(module, identity)),

    save: async (head) => {
      const id = idOf(head.module, head.identity);
      const current = heads.get(id);
      if ((current?.revision ?? 0) === head.revision - 1) {
        heads.set(id, head);
        return { kind: 'saved' };
      }
      return { kind: 'changed', current };
    },

    link: async (module, identity, occurredAt, key) => {
      const id = idOf(module, identity);
      const events = links.get(id) ?? new Map<string, string>();
      links.set(id, events.set(`${occurredAt} ${key}`, key));
    },

    linkedEvents: (module, identity) =>
      [...(links.get(idOf(module, identity)) ?? new Map<string, string>())]
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([, key]) => key),
  };
}
