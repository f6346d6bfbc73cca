import type { Command } from 'commander';
import { parseWholeNumber } from '../../option-parsers.ts';
import { type CommandContext, operatorCommand } from '../operator-command.ts';
import { runDoctorCommand } from '../doctor/run-doctor.ts';
import { runStats } from './run-stats.ts';
import type { TargetOptions } from '../target/target.ts';

const HOURS_MAX = 168;

/** Adds the commands that show how a stage does. */
export function addStatusCommands(program: Command, context: CommandContext): void {
  addStats(program, context);
  addDoctor(program, context);
}

function addDoctor(program: Command, context: CommandContext): void {
  operatorCommand(program, 'doctor')
    .description('look at everything that keeps leads from arriving, and say what to do')
    .addHelpText(
      'after',
      `
It looks at the configuration, the deployment, secrets (never showing one), Zoho (reads only), delivery, queues, the
table, alarms and clocks, and changes nothing. What you may not look at is a warning that names the right it takes.
docs/doctor.md lists the checks.

Exit codes: 0 no problem; 1 at least one problem, or something failed; 2 wrong use.`,
    )
    .action(async (options: DoctorOptions) => {
      process.exitCode = await runDoctorCommand({ ...options, ...context });
    });
}

interface DoctorOptions extends TargetOptions {
  readonly json: boolean;
  readonly verbose: boolean;
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
