import { parentPort } from 'node:worker_threads';
import * as z from 'zod/mini';
import { runSeed } from './run-seed.ts';
import { SCENARIO_NAMES } from './scenarios.ts';
import { addSeed, newTally } from './tally.ts';

const taskSchema = z.object({
  from: z.number(),
  count: z.number(),
  scenario: z.optional(z.enum(SCENARIO_NAMES)),
});

// Stacks are dear, and of the thousands of errors that a run makes nobody reads one.
Error.stackTraceLimit = 0;

parentPort?.on('message', (message: unknown) => {
  void (async () => {
    const { from, count, scenario } = taskSchema.parse(message);
    const tally = newTally();
    for (let seed = from; seed < from + count; seed += 1) {
      addSeed(tally, await runSeed({ seed, ...(scenario === undefined ? {} : { scenario }) }));
    }
    // A thread of this process has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    parentPort?.postMessage(tally);
  })();
});
