import type { Ids } from '../../lambdas/core/ports/world.ts';

/** Ids that count up, so that a trace of a seed reads the same each time: `lease-consumer-2-000017`. */
export function createSeededIds(prefix: string): Ids {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return `${prefix}-${String(count).padStart(4, '0')}`;
    },
  };
}
