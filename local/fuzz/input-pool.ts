import type { SeededRandom } from '../simulation/seeded-random.ts';
import type { FuzzInput } from './fuzz-input.ts';

/** Inputs to be changed, by source. */
export interface InputPool {
  inputs(): readonly FuzzInput[];
  /** One input, and all of its source, to take parts from. */
  pick(random: SeededRandom): { readonly input: FuzzInput; readonly others: readonly FuzzInput[] };
  add(input: FuzzInput): void;
}

/** How many are kept of a source, beside those that the pool starts with: later ones replace random ones. */
const ADDED_MAX = 200;

/** How often a first input is picked: changes of changes are soon nothing that a sender would send. */
const FIRST_SHARE = 0.5;

/**
 * Builds the pool.
 *
 * Sources are picked evenly: one whose bodies may hold anything finds so many outcomes of its own that the others
 * would hardly be tried.
 */
export function createInputPool(first: readonly FuzzInput[]): InputPool {
  const bySource = new Map<string, { readonly first: FuzzInput[]; readonly added: FuzzInput[] }>();
  for (const input of first) {
    const own = bySource.get(input.source) ?? { first: [], added: [] };
    own.first.push(input);
    bySource.set(input.source, own);
  }
  const names = [...bySource.keys()];
  let additions = 0;

  return {
    inputs: () => first,
    pick: (random) => {
      const own = bySource.get(random.pick(names)) ?? { first: [...first], added: [] };
      const isFirst = own.added.length === 0 || random.chance(FIRST_SHARE);
      return {
        input: random.pick(isFirst ? own.first : own.added),
        others: own.first,
      };
    },
    add: (input) => {
      const added = bySource.get(input.source)?.added;
      if (added === undefined) return;
      if (added.length < ADDED_MAX) added.push(input);
      else added[(additions += 1) % ADDED_MAX] = input;
    },
  };
}
