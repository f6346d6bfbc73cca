import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { createMetricHistory, type MetricBucket, type MetricHistory } from './metric-history.ts';

/** A history that outlives its process. */
export interface StoredHistory {
  readonly history: MetricHistory;
  /** Writes down what was measured since the last time. */
  save(nowMs: number): void;
}

const sinceLine = z.object({ since: z.number() });
const bucketLine = z.object({
  name: z.string(),
  source: z.optional(z.string()),
  atMs: z.number(),
  sum: z.number(),
  min: z.number(),
  max: z.number(),
});

/**
 * Opens the history in a file, one JSON value a line: first since when it counts, then what was measured in five
 * minutes. A line adds to those before it, so that saving is appending, and a kill loses what was not saved yet.
 *
 * Lines that cannot be read are passed over: numbers for a person to look at must not keep leads from being taken in.
 */
export function openMetricHistory(file: string, nowMs: number): StoredHistory {
  const lines = readLines(file);
  const since = lines.map((line) => sinceLine.safeParse(line)).find(({ success }) => success);
  const sinceMs = since?.data?.since ?? nowMs;
  const history = createMetricHistory(sinceMs);
  for (const line of lines) {
    const parsed = bucketLine.safeParse(line);
    if (!parsed.success) continue;
    const { source, ...rest } = parsed.data;
    history.load(source === undefined ? rest : { ...rest, source });
  }
  // Once a start: what is too old goes, and what belongs together becomes one line.
  history.takeChanges(nowMs);
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, textOf([{ since: sinceMs }, ...history.all()]));
  renameSync(draft, file);
  return {
    history,
    save: (atMs) => {
      const changes = history.takeChanges(atMs);
      if (changes.length > 0) appendFileSync(file, textOf(changes));
    },
  };
}

function textOf(values: readonly (MetricBucket | { readonly since: number })[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

function readLines(file: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return [value];
    } catch {
      return [];
    }
  });
}
