import { type Command, Option } from 'commander';
import { commandGroup } from '../command-group.ts';
import { type CommandContext, EXIT_CODES, operatorCommand } from '../operator-command.ts';
import { runQuarantineClose } from './run-quarantine-close.ts';
import { runQuarantineList } from './run-quarantine-list.ts';
import { runQuarantineShow } from './run-quarantine-show.ts';
import {
  type SelectionOptions,
  selectionOf,
  selectionWords,
  withKeys,
  withSelection,
} from './selection-options.ts';
import type { TargetOptions } from '../target/target.ts';

/** Adds the commands about leads that were set aside. */
export function addQuarantineCommands(program: Command, context: CommandContext): void {
  const group = commandGroup(
    program,
    'quarantine',
    'leads that were set aside, and wait for a person',
  );
  withSelection(operatorCommand(group, 'list'))
    .description('show what lies in quarantine by cause, and what to do about each')
    .addHelpText('after', EXIT_CODES)
    .action(async (options: ListOptions) => {
      const { class: _class, code: _code, ...others } = options;
      process.exitCode = await runQuarantineList({
        ...options,
        selection: selectionOf(options),
        words: selectionWords(others),
        ...context,
      });
    });

  operatorCommand(group, 'show')
    .description('show one lead in quarantine: why, what it says, how to mend it')
    .argument('<key>', 'its idempotency key; quote it, it holds |')
    .addHelpText(
      'after',
      `
What is printed is personal: it is what was asked for, and goes nowhere else.

Exit codes: 0 shown; 1 it does not lie in quarantine, or something failed; 2 wrong use.`,
    )
    .action(async (key: string, options: ShowOptions) => {
      process.exitCode = await runQuarantineShow({ ...options, key, ...context });
    });

  withSelection(withKeys(operatorCommand(group, 'close')))
    .description(
      'close leads that you settled by hand: they are not delivered, and stay to be found',
    )
    .addOption(
      new Option('--plan', 'show the plan only (so it is without --reason)').conflicts('reason'),
    )
    .option('--reason <text>', 'do it, and record this with each lead')
    .addHelpText(
      'after',
      `
A closed lead is never delivered, and cannot be opened again. "lead find" says who closed it, and why.

Exit codes: 0 done, or a plan shown; 1 something failed, or nothing is stored under a key; 2 wrong use, nothing was done.`,
    )
    .action(async (options: CloseOptions) => {
      process.exitCode = await runQuarantineClose({
        ...options,
        selection: selectionOf(options),
        selectionWords: selectionWords(options),
        ...context,
      });
    });
}

interface CommonOptions extends TargetOptions {
  readonly json: boolean;
  readonly verbose: boolean;
}

type ListOptions = CommonOptions & Omit<SelectionOptions, 'key'>;

type ShowOptions = CommonOptions;

interface CloseOptions extends CommonOptions, SelectionOptions {
  readonly reason?: string;
}
