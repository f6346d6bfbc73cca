import type { StoredToken, TokenStore } from '../../lambdas/core/ports/crm-access.ts';

/** The shared CRM token in memory, with the compare-and-set of the table. */
export function createMemoryTokenStore(): TokenStore {
  let stored: StoredToken | undefined;
  return {
    read: async () => stored,
    save: async (token) => {
      if ((stored?.revision ?? 0) !== token.revision - 1) return 'changed';
      stored = token;
      return 'saved';
    },
  };
}
