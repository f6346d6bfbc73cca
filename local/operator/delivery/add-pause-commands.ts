import { type Command, Option } from 'commander';
import { parseDuration, parseTime, type TypedTime } from '../../option-parsers.ts';
import { type CommandContext, operatorCommand } from '../operator-command.ts';
import { runPause, runResume } from './run-pause.ts';
import type { TargetOptions } from '../target/target.ts';

/** Adds the commands that let deliveries stand still for a while. */
export function addPauseCommands(program: Command, context: CommandContext): void {
  operatorCommand(program, 'pause')
    .description('let deliveries to Zoho stand still; leads are taken in and wait')
    .requiredOption('--reason <text>', 'why; it is kept, with who you are')
    .addOption(
      new Option('--for <time>', 'how long, e.g. 30m, 2h or 1d; then they go on by themselves')
        .argParser(parseDuration)
        .conflicts('until'),
    )
    .option('--until <time>', 'until when, e.g. 2026-11-22T18:00Z', parseTime)
    .addHelpText(
      'after',
      `
Without --for or --until, deliveries stand still until "holdfast resume". At the end of a pause one delivery tries
first, and if Zoho takes it, all go on. A pause may last for delivery.retry.retryForHours (72 by default).

Exit codes: 0 paused; 1 deliveries stand still already, until something is mended, or something failed; 2 wrong use,
nothing was done.`,
    )
    .action(async (options: PauseOptions) => {
      const { for: forMs, until, ...rest } = options;
      process.exitCode = await runPause({
        ...rest,
        ...context,
        ...(forMs === undefined ? {} : { forMs }),
        ...(until === undefined ? {} : { untilMs: until.ms }),
      });
    });

  operatorCommand(program, 'resume')
    .description('end a pause: deliveries to Zoho go on')
    .requiredOption('--reason <text>', 'why; it is kept, with who you are')
    .addHelpText(
      'after',
      `
It ends what a person has paused, and nothing else: where Zoho refused the credentials or is down, it says which
command is for that.

Exit codes: 0 deliveries go on; 1 they stand still for another reason, or something failed; 2 wrong use, nothing was
done.`,
    )
    .action(async (options: ResumeOptions) => {
      process.exitCode = await runResume({ ...options, ...context });
    });
}

interface ResumeOptions extends TargetOptions {
  readonly reason: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface PauseOptions extends ResumeOptions {
  readonly for?: number;
  readonly until?: TypedTime;
}
