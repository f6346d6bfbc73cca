import { readFileSync } from 'node:fs';
import path from 'node:path';
import { applyPatches } from './apply-patches.ts';
import type { Mutant } from './mutant.ts';
import { runSimulation } from './run-simulation.ts';
import { createSourceCopy } from './source-copy.ts';
import type { Verdict } from './verdict.ts';

/** Which mutants are run, over how many seeds, and where the report goes. */
export interface RunMutantsOptions {
  readonly mutants: readonly Mutant[];
  /** Root of the repository. */
  readonly root: string;
  readonly seeds: number;
  /** Copies that are run at a time. */
  readonly parallel: number;
  /** For one copy. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/**
 * Shows that the simulation notices faults: it runs over a copy of the source for each mutant, and over
 * one without a fault, in which it must find nothing.
 *
 * @returns the exit code: 0 when the unchanged copy is clean and each mutant is caught
 * @throws {AbortError} `signal` ended it
 * @throws whatever failed underneath. Either way, all runs have ended and the copies are gone by then
 */
export async function runMutants(options: RunMutantsOptions): Promise<number> {
  const { mutants, print } = options;
  const built = buildAll(options);
  if (built === undefined) return 1;

  const control = await judge(options, new Map());
  if (control.verdict.kind !== 'survived') {
    print(`The unchanged source must keep every invariant first: ${describe(control.verdict)}`);
    return 1;
  }
  print(`unchanged source: no violation in ${control.verdict.seeds} seeds (${control.took})`);

  const nameWidth = Math.max(0, ...mutants.map((mutant) => mutant.name.length));
  const verdicts = await inParallel(built, options, async ({ mutant, files }, signal) => {
    const { verdict, took } = await judge({ ...options, signal }, files);
    print(
      `${mutant.name.padEnd(nameWidth)}  ${describe(verdict).padEnd(52)}  ${took.padStart(8)}  ${mutant.fault}`,
    );
    return verdict;
  });

  const caught = verdicts.filter((verdict) => verdict.kind === 'caught').length;
  print(`${caught} of ${mutants.length} mutants caught.`);
  return caught === mutants.length ? 0 : 1;
}

interface BuiltMutant {
  readonly mutant: Mutant;
  readonly files: ReadonlyMap<string, string>;
}

/** All of them, or none: a list that no longer fits the source is not run by halves. */
function buildAll({ mutants, root, print }: RunMutantsOptions): BuiltMutant[] | undefined {
  const read = fileReader(root);
  const built: BuiltMutant[] = [];
  for (const mutant of mutants) {
    const mutation = applyPatches(mutant, read);
    if (mutation.kind === 'mutated') built.push({ mutant, files: mutation.files });
    else print(mutation.reason);
  }
  return built.length === mutants.length ? built : undefined;
}

/** Reads files by their path from `root`; `undefined` for one that is not there. */
export function fileReader(root: string): (file: string) => string | undefined {
  return (file) => {
    try {
      return readFileSync(path.join(root, file), 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  };
}

async function judge(
  options: RunMutantsOptions,
  files: ReadonlyMap<string, string>,
): Promise<{ readonly verdict: Verdict; readonly took: string }> {
  options.signal.throwIfAborted();
  const copy = await createSourceCopy(options.root, files);
  const startedAtMs = performance.now();
  try {
    const verdict = await runSimulation(copy.directory, options);
    // A run that was cut off says nothing of its mutant.
    options.signal.throwIfAborted();
    return { verdict, took: `${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s` };
  } finally {
    await copy.remove();
  }
}

function describe(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'caught':
      return `caught: seed ${verdict.seed}, ${verdict.invariant}`;
    case 'survived':
      return `SURVIVED ${verdict.seeds} seeds`;
    case 'no_verdict':
      return `NO VERDICT: ${verdict.reason}`;
  }
}

/** Works on all items, some at a time. One that fails ends the others, and they are waited for. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  { parallel, signal }: Pick<RunMutantsOptions, 'parallel' | 'signal'>,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...items.entries()];
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        results[next[0]] = await work(next[1], either);
      } catch (error) {
        failing.abort(error);
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: parallel }, worker));
  // The signal's reason is the first error, whichever worker it came from.
  if (ended.some(({ status }) => status === 'rejected')) either.throwIfAborted();
  return results;
}
