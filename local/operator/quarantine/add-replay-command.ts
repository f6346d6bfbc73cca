import { type Command, Option } from 'commander';
import { type CommandContext, operatorCommand } from '../operator-command.ts';
import { runReplay } from './run-replay.ts';
import {
  type SelectionOptions,
  selectionOf,
  selectionWords,
  withKeys,
  withSelection,
} from './selection-options.ts';
import type { TargetOptions } from '../target/target.ts';

const REPLAY_EXIT_CODES = `
Exit codes: 0 done, or a plan shown; 1 something failed, or nothing is stored under a key; 2 wrong use, nothing was done.`;

/** Adds the command that delivers quarantined leads again. */
export function addReplayCommand(program: Command, context: CommandContext): void {
  withSelection(withKeys(operatorCommand(program, 'replay')))
    .description('show what lies in quarantine and, with a reason, deliver it again under its keys')
    .option(
      '--remap',
      'read them again from the raw requests, with holdfast.config.ts as it is here',
    )
    .option(
      '--mapping <version>',
      'with --remap: read them with this mapping version, which was in use once',
    )
    .addOption(
      new Option('--plan', 'show the plan only (so it is without --reason)').conflicts('reason'),
    )
    .option('--reason <text>', 'do it, and record this with each lead')
    .addHelpText('after', REPLAY_EXIT_CODES)
    .action(async (options: ReplayOptions, command: Command) => {
      const { mapping } = options;
      if (mapping !== undefined && options.remap !== true) {
        command.error('error: --mapping needs --remap');
      }
      process.exitCode = await runReplay({
        ...options,
        selection: selectionOf(options),
        selectionOptions: selectionWords(options),
        remap: options.remap === true,
        ...(mapping === undefined ? {} : { mappingVersion: mapping }),
        ...context,
      });
    });
}

interface ReplayOptions extends TargetOptions, SelectionOptions {
  readonly remap?: true;
  readonly mapping?: string;
  readonly reason?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}
