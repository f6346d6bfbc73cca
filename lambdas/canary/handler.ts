import { config } from '#config';
import { buildCanary } from './build-canary.ts';

/** The canary function, called at the interval that the configuration names. */
export const handler = buildCanary(process.env, config);
