import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Ids, Random } from '../core/ports/world.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (ms) => {
    await sleep(ms);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** The machine's random numbers. */
export const systemRandom: Random = { next: () => Math.random() };

/** Random UUIDs. */
export const systemIds: Ids = { next: () => randomUUID() };
