import type { Random } from '../../lambdas/core/ports/world.ts';

/** Random numbers that a seed fully decides. */
export interface SeededRandom extends Random {
  /** A whole number, 0 to `below - 1`. */
  int(below: number): number;
  /** A whole number, `min` to `max`, both included. */
  between(min: number, max: number): number;
  /** `true` with this probability, 0–1. A probability of 0 draws nothing. */
  chance(probability: number): boolean;
  /** One of the items; there must be one. */
  pick<Item>(items: readonly Item[]): Item;
  /** A generator of its own, so that more draws there change nothing here. */
  fork(): SeededRandom;
}

/**
 * Builds a generator: xoshiro128** after D. Blackman and S. Vigna, its state filled from the seed by
 * splitmix32.
 *
 * @param seed a whole number; close seeds give unlike sequences
 */
export function createSeededRandom(seed: number): SeededRandom {
  let mixer = (seed ^ 0x9e_37_79_b9) >>> 0;
  const fill = (): number => {
    mixer = (mixer + 0x9e_37_79_b9) >>> 0;
    let mixed = Math.imul(mixer ^ (mixer >>> 16), 0x21_f0_aa_ad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x73_5a_2d_97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [fill(), fill(), fill(), fill() | 1];

  const draw = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const next = (): number => draw() / 2 ** 32;
  const int = (below: number): number => Math.floor(next() * below);

  return {
    next,
    int,
    between: (min, max) => min + int(max - min + 1),
    chance: (probability) => probability > 0 && next() < probability,
    pick: <Item>(items: readonly Item[]): Item => {
      if (items.length === 0) throw new Error('There is nothing to pick from');
      return items[int(items.length)] as Item;
    },
    fork: () => createSeededRandom(draw()),
  };
}
