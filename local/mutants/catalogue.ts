import type { Mutant } from './mutant.ts';

/** Every deliberate fault that the simulation must catch. */
export const MUTANTS: readonly Mutant[] = [];
