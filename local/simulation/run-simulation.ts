import { availableParallelism } from 'node:os';
import { describeFaults, describeTally, SEEDS_FOR_ALL_POINTS, unhitCrashPoints } from './report.ts';
import { runMany } from './run-many.ts';
import { runSeed } from './run-seed.ts';
import type { ScenarioName } from './scenarios.ts';
import { addSeed, newTally, type Tally } from './tally.ts';

/** What to simulate. */
export interface SimulationOptions {
  readonly from: number;
  readonly seeds: number;
  /** One seed alone. */
  readonly seed?: number;
  readonly scenario?: ScenarioName;
  /** Print every step; of one seed only. */
  readonly trace?: boolean;
  /** Threads, as many as there are cores by default. */
  readonly jobs?: number;
  readonly print: (line: string) => void;
  /** For what is written over by the next. */
  readonly progress: (line: string) => void;
}

/**
 * Runs the simulation and prints what came of it.
 *
 * @returns the exit code: 1 when an invariant was broken, or when many seeds of all scenarios left a crash
 *   point that none of them struck
 */
export async function runSimulation(options: SimulationOptions): Promise<number> {
  const { print } = options;
  for (const line of describeFaults()) print(line);
  const startedAtMs = performance.now();
  const tally = options.seed === undefined ? await runAll(options) : await runOne(options);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  options.progress('');
  for (const line of describeTally(tally, seconds)) print(line);

  const mustStrikeAll = options.scenario === undefined && tally.seeds >= SEEDS_FOR_ALL_POINTS;
  const hasLeftSome = mustStrikeAll && unhitCrashPoints(tally).length > 0;
  return tally.violations.length > 0 || hasLeftSome ? 1 : 0;
}

async function runAll(options: SimulationOptions): Promise<Tally> {
  return await runMany({
    ...options,
    jobs: options.jobs ?? availableParallelism(),
    onProgress: (done) => options.progress(`${done} of ${options.seeds} seeds`),
  });
}

async function runOne(options: SimulationOptions): Promise<Tally> {
  const { scenario, trace = false } = options;
  const result = await runSeed({
    seed: options.seed ?? options.from,
    trace,
    ...(scenario === undefined ? {} : { scenario }),
  });
  for (const line of result.trace) options.print(line);
  const tally = newTally();
  addSeed(tally, result);
  return tally;
}
