import { setTimeout as sleep } from 'node:timers/promises';
import type { MetricAnswer, MetricReader } from '../../../lambdas/core/ports/metric-reader.ts';
import { readPipelineStats } from '../../../lambdas/operations/status/pipeline-stats.ts';
import { textColumns } from '../../table-lines.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { describeStats } from './stats-text.ts';
import type { OperatorTarget } from '../target/target.ts';

/** Statistics as they were asked for. */
export interface RunStatsOptions extends OpenTargetOptions {
  /** 1–168. */
  readonly hours: number;
  /** Show them again and again, on a terminal. */
  readonly watch: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
  /** The terminal to draw on; absent where there is none. */
  readonly screen?: { readonly write: (text: string) => void; readonly columns?: number };
  /** Ends the watching. */
  readonly until?: AbortSignal;
}

const REFRESH_MS = 5_000;

/** CloudWatch bills each metric that is read, and has one value a minute. */
const METRICS_KEPT_MS = 60_000;

const CLEAR = '\u001B[H\u001B[J';

/**
 * Shows how a stage does: now, and within the last hours.
 *
 * @returns the exit code: 0; 1 when the numbers could not be read; 2 when there is no terminal to watch on
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 */
export async function runStats(options: RunStatsOptions): Promise<number> {
  const { watch, json, screen, printError } = options;
  if (watch && (json || screen === undefined)) {
    printError('--watch needs a terminal, and does not go with --json.');
    return EXIT_WRONG_USE;
  }
  const target = await openTarget(options);
  try {
    return watch && screen !== undefined
      ? await showAgain(options, target, screen)
      : await showOnce(options, target);
  } finally {
    target.close();
  }
}

async function showOnce(options: RunStatsOptions, target: OperatorTarget): Promise<number> {
  const { config, hours, json, print } = options;
  const ports = { ...target.ports, metrics: target.metrics };
  const stats = await readPipelineStats(ports, config, hours);
  const columns = textColumns(options.screen?.columns);
  if (json) print(JSON.stringify({ target: target.name, ...stats }, undefined, 2));
  else for (const line of describeStats(stats, target, columns)) print(line);
  return stats.counted.kind === 'read' ? 0 : 1;
}

async function showAgain(
  { config, hours, until }: RunStatsOptions,
  target: OperatorTarget,
  screen: NonNullable<RunStatsOptions['screen']>,
): Promise<number> {
  const { clock } = target.ports;
  const metrics = target.isLocal
    ? target.metrics
    : keptFor(target.metrics, METRICS_KEPT_MS, () => clock.nowMs());
  for (;;) {
    const stats = await readPipelineStats({ ...target.ports, metrics }, config, hours);
    const lines = describeStats(stats, target, textColumns(screen.columns));
    screen.write(`${CLEAR}${lines.join('\n')}\n\nAgain every 5 s. Ctrl-C ends.\n`);
    await sleep(REFRESH_MS, undefined, until === undefined ? {} : { signal: until }).catch(
      () => undefined,
    );
    if (until?.aborted === true) return 0;
  }
}

/** A reader that answers as before for a while, whatever the very times asked for. */
function keptFor(reader: MetricReader, keptMs: number, nowMs: () => number): MetricReader {
  let kept: { readonly atMs: number; readonly answer: MetricAnswer } | undefined;
  return {
    read: async (request) => {
      if (kept === undefined || nowMs() - kept.atMs >= keptMs) {
        kept = { atMs: nowMs(), answer: await reader.read(request) };
      }
      return kept.answer;
    },
  };
}
