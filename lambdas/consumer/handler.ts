import { config } from '#config';
import { buildConsumer } from './build-consumer.ts';

/** The consumer function: a batch of queue messages in, the ids of those that must come back out. */
export const handler = buildConsumer(process.env, config);
