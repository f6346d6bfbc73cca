import type { Command } from 'commander';
import { parseWholeNumber } from '../option-parsers.ts';
import { type CommandContext, operatorCommand } from './operator-command.ts';
import { runStats } from './run-stats.ts';
import type { TargetOptions } from './target.ts';

const HOURS_MAX = 168;

/** Adds the commands that show how a stage does. */
export function addStatusCommands(program: Command, context: CommandContext): void {
  addStats(program, context);
}

function addStats(program: Command, context: CommandContext): void {
  operatorCommand(program, 'stats')
    .description('show how it goes: leads in, delivered, waiting and set aside, by source')
    .option(
      '--hours <count>',
      `how far back, 1 to ${HOURS_MAX}`,
      parseWholeNumber(1, HOURS_MAX),
      24,
    )
    .option('--watch', 'show it again every 5 s, on a terminal', false)
    .addHelpText(
      'after',
      `
What waits now is counted in the event store, and exact. Numbers of the past come from CloudWatch, where each
question costs a fraction of a cent, or from the Holdfast on this machine, which keeps them for eight days.

Exit codes: 0 shown; 1 something could not be read; 2 wrong use.`,
    )
    .action(async (options: StatsOptions) => {
      const stop = new AbortController();
      const onSignal = (): void => stop.abort();
      if (options.watch) process.once('SIGINT', onSignal);
      const { stdout } = process;
      const screen = { write: (text: string) => stdout.write(text), columns: stdout.columns };
      process.exitCode = await runStats({
        ...options,
        ...context,
        until: stop.signal,
        ...(stdout.isTTY ? { screen } : {}),
      });
      process.removeListener('SIGINT', onSignal);
    });
}

interface StatsOptions extends TargetOptions {
  readonly hours: number;
  readonly watch: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}
