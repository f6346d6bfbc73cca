import { config } from '#config';
import { buildSweeper } from './build-sweeper.ts';

/** The sweeper function, called every minute. */
export const handler = buildSweeper(process.env, config);
