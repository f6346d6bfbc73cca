import { Worker } from 'node:worker_threads';
import type { ScenarioName } from './scenarios.ts';
import { addTally, newTally, type Tally } from './tally.ts';

/** Which seeds are run, and on how many threads. */
export interface ManyOptions {
  readonly from: number;
  readonly seeds: number;
  readonly scenario?: ScenarioName;
  readonly jobs: number;
  /** Called after each portion, with seeds that are done. */
  readonly onProgress: (done: number) => void;
}

/** Seeds that a thread takes at a time: large enough to be worth a message, small enough to end together. */
const PORTION = 20;

/**
 * Runs many seeds. Which thread runs which does not matter: a seed depends on nothing but itself.
 *
 * @throws whatever a thread failed with
 */
export async function runMany(options: ManyOptions): Promise<Tally> {
  const tally = newTally();
  const untilSeed = options.from + options.seeds;
  let next = options.from;

  const runThread = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    try {
      while (next < untilSeed) {
        const from = next;
        const count = Math.min(PORTION, untilSeed - from);
        next += count;
        addTally(tally, await runPortion(worker, { from, count, scenario: options.scenario }));
        options.onProgress(tally.seeds);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, runThread));
  tally.violations.sort((left, right) => left.seed - right.seed);
  return tally;
}

interface Portion {
  readonly from: number;
  readonly count: number;
  readonly scenario: ScenarioName | undefined;
}

async function runPortion(worker: Worker, portion: Portion): Promise<Tally> {
  return await new Promise<Tally>((resolve, reject) => {
    worker.once('error', reject);
    // Our own worker's own answer: plain counts.
    worker.once('message', (tally: Tally) => {
      worker.off('error', reject);
      resolve(tally);
    });
    // A thread of this process has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(portion);
  });
}
