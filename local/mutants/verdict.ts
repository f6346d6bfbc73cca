import * as z from 'zod/mini';

/**
 * What the simulation says of a copy.
 *
 * - `caught`: an invariant was broken, first in the run of `seed`
 * - `survived`: every one of `seeds` runs kept every invariant
 * - `no_verdict`: it did not run to its end. That proves nothing: a copy that does not even load would
 *   otherwise count as caught
 */
export type Verdict =
  | { readonly kind: 'caught'; readonly seed: number; readonly invariant: string }
  | { readonly kind: 'survived'; readonly seeds: number }
  | { readonly kind: 'no_verdict'; readonly reason: string };

/** How a process ended. */
export interface Ended {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It had to be ended, since it took longer than this. */
  readonly timedOutAfterMs?: number;
}

const violationSchema = z.object({ seed: z.number(), invariant: z.string() });
const summarySchema = z.object({ seeds: z.number() });

/**
 * Reads what `first-violation.ts` has printed: lines of JSON, among which one with `seed` and `invariant` is
 * a violation (exit code 1), and one with `seeds` tells that all have run (0).
 */
export function verdictOf(ended: Ended): Verdict {
  if (ended.timedOutAfterMs !== undefined) {
    return { kind: 'no_verdict', reason: `not done after ${ended.timedOutAfterMs / 1_000} s` };
  }
  const lines = ended.stdout.split('\n').map(parseJson);

  const violation = firstOf(violationSchema, lines);
  if (ended.exitCode === 1 && violation !== undefined) return { kind: 'caught', ...violation };

  const summary = firstOf(summarySchema, lines);
  if (ended.exitCode === 0 && violation === undefined && summary !== undefined) {
    return { kind: 'survived', seeds: summary.seeds };
  }
  return { kind: 'no_verdict', reason: `exit code ${ended.exitCode}: ${errorLine(ended.stderr)}` };
}

function firstOf<Schema extends z.core.$ZodType>(
  schema: Schema,
  values: readonly unknown[],
): z.output<Schema> | undefined {
  for (const value of values) {
    const parsed = z.safeParse(schema, value);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The line that names the error, which Node prints after the place of it. */
function errorLine(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines[0] ?? 'nothing was printed';
}
