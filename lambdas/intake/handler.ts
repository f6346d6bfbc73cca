import { config } from '#config';
import { buildIntake } from './build-intake.ts';

/** The Lambda entry point. */
export const handler = buildIntake(process.env, config);
