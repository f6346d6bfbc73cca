import { createSeededRandom } from '../simulation/seeded-random.ts';
import { type FuzzInput, readCorpus, storeInput } from './fuzz-input.ts';
import { buildFuzzSources, type FuzzSources } from './fuzz-sources.ts';
import { createInputPool } from './input-pool.ts';
import { mutate } from './mutate.ts';
import { tryInput } from './try-input.ts';

/** How long to try, and what with. */
export interface FuzzOptions {
  readonly minutes: number;
  /** Decides which inputs are tried, in which order. */
  readonly seed: number;
  /** Adds inputs that did something of their own to the stored ones, at most `SAVED_MAX`. */
  readonly save: boolean;
  readonly print: (line: string) => void;
  readonly progress: (line: string) => void;
}

/** New inputs that one run stores: enough to learn from, few enough to be read. */
const SAVED_MAX = 40;

/** Larger ones say little that a smaller one does not. */
const SAVED_BYTES_MAX = 6_000;

const PROGRESS_EVERY = 500;

/**
 * Tries intake with changed webhooks until the time is over or it breaks a promise.
 *
 * @returns the exit code: 1 when a promise was broken; the input is then stored, and `npm test` fails on it
 */
export async function runFuzz(options: FuzzOptions): Promise<number> {
  const sources = buildFuzzSources();
  const random = createSeededRandom(options.seed);
  const pool = createInputPool([...sources.seeds, ...readCorpus()]);
  const seen = new Set<string>();
  for (const input of pool.inputs()) seen.add(await tryInput(input, sources));

  const endMs = performance.now() + options.minutes * 60_000;
  let tried = 0;
  let saved = 0;
  while (performance.now() < endMs) {
    const { input: picked, others } = pool.pick(random);
    const input = mutate(picked, random, others);
    const outcome = await tryOrStore(input, sources, options);
    if (outcome === undefined) return 1;
    tried += 1;
    if (!seen.has(outcome)) {
      seen.add(outcome);
      pool.add(input);
      if (options.save && saved < SAVED_MAX && input.body.length <= SAVED_BYTES_MAX) {
        storeInput(input, input.source);
        saved += 1;
      }
    }
    if (tried % PROGRESS_EVERY === 0) options.progress(`${tried} inputs, ${seen.size} outcomes`);
  }
  options.progress('');
  options.print(
    `${tried} inputs over ${sources.seeds.length} sources, ${seen.size} different outcomes, no promise broken${saved === 0 ? '' : `; ${saved} inputs stored`}.`,
  );
  return 0;
}

async function tryOrStore(
  input: FuzzInput,
  sources: FuzzSources,
  { print }: FuzzOptions,
): Promise<string | undefined> {
  try {
    return await tryInput(input, sources);
  } catch (error) {
    const name = storeInput(await shrink(input, sources), 'broken');
    print(`A promise was broken: ${error instanceof Error ? error.message : String(error)}`);
    print(
      `The input is test/corpus/intake/${name}; npx vitest run test/unit/intake/corpus.test.ts tries it again.`,
    );
    return undefined;
  }
}

/** Takes away what is not needed to break the promise, half by half. */
async function shrink(input: FuzzInput, sources: FuzzSources): Promise<FuzzInput> {
  const breaks = async (candidate: FuzzInput): Promise<boolean> => {
    try {
      await tryInput(candidate, sources);
      return false;
    } catch {
      return true;
    }
  };
  let smallest = input;
  for (let size = input.body.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= smallest.body.length; ) {
      const body = Buffer.concat([
        smallest.body.subarray(0, at),
        smallest.body.subarray(at + size),
      ]);
      if (await breaks({ ...smallest, body })) smallest = { ...smallest, body };
      else at += size;
    }
  }
  return smallest;
}
