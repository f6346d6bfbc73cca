import type { CanarySettings } from '../lambdas/core/config.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/**
 * The canary of a stage. A stage that delivers nothing has none: it would only say so, every few minutes.
 *
 * @returns `undefined` where there is none: no function, no schedule, no alarm
 */
export function canaryOf({
  config,
  deployment,
}: Pick<PipelineParts, 'config' | 'deployment'>): CanarySettings | undefined {
  return deployment.isZohoEnabled ? config.canary : undefined;
}
