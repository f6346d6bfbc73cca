import type { Command } from 'commander';
import { commandGroup } from './command-group.ts';
import { type CommandContext, EXIT_CODES, operatorCommand } from './operator-command.ts';
import { runMappingList } from './run-mapping-list.ts';
import type { TargetOptions } from './target.ts';

/** Adds the commands about mappings that have been in use. */
export function addMappingVersionCommands(program: Command, context: CommandContext): void {
  const group = commandGroup(program, 'mapping', "how senders' fields are read");
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

interface ListOptions extends TargetOptions {
  readonly json: boolean;
  readonly verbose: boolean;
}
