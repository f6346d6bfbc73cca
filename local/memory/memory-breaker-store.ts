import type { Breaker } from '../../lambdas/core/breaker.ts';
import type { BreakerStore } from '../../lambdas/core/ports/crm-access.ts';

/** The breaker in memory, with the compare-and-set of the table. */
export function createMemoryBreakerStore(): BreakerStore {
  let stored: Breaker | undefined;
  return {
    read: async () => stored,
    save: async (breaker) => {
      if ((stored?.revision ?? 0) !== breaker.revision - 1) {
        return { kind: 'changed', current: stored };
      }
      stored = breaker;
      return { kind: 'saved' };
    },
  };
}
