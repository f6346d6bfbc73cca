import type { HoldfastConfig } from '../lambdas/core/config.ts';
import type { Deployment } from './deployment.ts';
import type { StageConfig } from './stage-config.ts';

/** Everything that relations are about. */
export interface Settings {
  readonly config: HoldfastConfig;
  readonly stage: StageConfig;
  readonly deployment: Deployment;
}

/**
 * What must hold between settings: returns a sentence that names them, their numbers and the reason with
 * its source, or `undefined` when it holds.
 */
export type Relation = (settings: Settings) => string | undefined;
