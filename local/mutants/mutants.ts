import { EVENT_STATE_MUTANTS } from './catalogue/event-state.ts';
import { FAILURE_MUTANTS } from './catalogue/failure.ts';
import type { Mutant } from './mutant.ts';

/** Every deliberate fault that the simulation must catch. */
export const MUTANTS: readonly Mutant[] = [...EVENT_STATE_MUTANTS, ...FAILURE_MUTANTS];
