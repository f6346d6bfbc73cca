import { ATTEMPT_MUTANTS } from './catalogue/attempts.ts';
import { CRM_MUTANTS } from './catalogue/crm.ts';
import { DETAILS_MUTANTS } from './catalogue/details.ts';
import { ERASURE_MUTANTS } from './catalogue/erasure.ts';
import { EVENT_STATE_MUTANTS } from './catalogue/event-state.ts';
import { FAILURE_MUTANTS } from './catalogue/failure.ts';
import { IDENTITY_MUTANTS } from './catalogue/identity.ts';
import { INTAKE_MUTANTS } from './catalogue/intake.ts';
import { MERGE_MUTANTS } from './catalogue/merge.ts';
import { SWEEPER_MUTANTS } from './catalogue/sweeper.ts';
import type { Mutant } from './mutant.ts';

/** Every deliberate fault that the simulation must catch. */
export const MUTANTS: readonly Mutant[] = [
  ...INTAKE_MUTANTS,
  ...EVENT_STATE_MUTANTS,
  ...FAILURE_MUTANTS,
  ...ATTEMPT_MUTANTS,
  ...MERGE_MUTANTS,
  ...IDENTITY_MUTANTS,
  ...CRM_MUTANTS,
  ...SWEEPER_MUTANTS,
  ...DETAILS_MUTANTS,
  ...ERASURE_MUTANTS,
];
