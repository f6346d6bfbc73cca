import type { Command } from 'commander';
import { parseTime, parseWholeNumber, type TypedTime } from '../../option-parsers.ts';
import { commandGroup } from '../command-group.ts';
import { type CommandContext, EXIT_CODES, operatorCommand } from '../operator-command.ts';
import { runMappingDiff } from './run-mapping-diff.ts';
import { runMappingList } from './run-mapping-list.ts';
import type { TargetOptions } from '../target/target.ts';

const LAST_DEFAULT = 500;
const LAST_MAX = 10_000;
const READ_UNITS_DEFAULT = 50_000;
const READ_UNITS_LIMIT = 100_000_000;

const DIFF_EXIT_CODES = `
Exit codes: 0 done; 1 it could not be done or, with --fail-on-change, something would change; 2 wrong use.`;

/** Adds the commands about mappings that have been in use. */
export function addMappingVersionCommands(program: Command, context: CommandContext): void {
  const group = commandGroup(program, 'mapping', "how senders' fields are read");
  addList(group, context);
  addDiff(group, context);
}

function addList(group: Command, context: CommandContext): void {
  operatorCommand(group, 'list')
    .description('show the mapping versions that sources have used')
    .argument('[source]', 'of this source only')
    .addHelpText('after', EXIT_CODES)
    .action(async (source: string | undefined, options: ListOptions) => {
      process.exitCode = await runMappingList({
        ...options,
        ...(source === undefined ? {} : { source }),
        ...context,
      });
    });
}

function addDiff(group: Command, context: CommandContext): void {
  operatorCommand(group, 'diff')
    .description(
      'show what holdfast.config.ts as it is here would make of stored leads; only reads',
    )
    .option('--last <count>', 'of the newest so many', parseWholeNumber(1, LAST_MAX), LAST_DEFAULT)
    .option('--source <source>', 'of this source')
    .option('--since <time>', 'received at this time or later, e.g. 2026-11-22', parseTime)
    .option('--mapping <version>', 'with this mapping version, which was in use once, instead')
    .option(
      '--read-units-max <count>',
      'stop before the table bills more than about this many read units',
      parseWholeNumber(100, READ_UNITS_LIMIT),
      READ_UNITS_DEFAULT,
    )
    .option(
      '--show',
      'print the values, too: what people entered, for somebody who may see it',
      false,
    )
    .option('--fail-on-change', 'exit with 1 when something would change', false)
    .addHelpText('after', DIFF_EXIT_CODES)
    .action(async (options: DiffOptions) => {
      const { source, since, mapping } = options;
      process.exitCode = await runMappingDiff({
        ...options,
        ...(source === undefined ? {} : { source }),
        ...(since === undefined ? {} : { receivedFromMs: since.ms }),
        ...(mapping === undefined ? {} : { mappingVersion: mapping }),
        ...context,
      });
    });
}

interface ListOptions extends TargetOptions {
  readonly json: boolean;
  readonly verbose: boolean;
}

interface DiffOptions extends ListOptions {
  readonly last: number;
  readonly source?: string;
  readonly since?: TypedTime;
  readonly mapping?: string;
  readonly readUnitsMax: number;
  readonly show: boolean;
  readonly failOnChange: boolean;
}
