import type { Command } from 'commander';
import { commandGroup } from './command-group.ts';
import { type CommandContext, EXIT_CODES, operatorCommand } from './operator-command.ts';
import { runSourceDrift } from './run-source-drift.ts';
import type { TargetOptions } from './target.ts';

/** Adds the commands about what sources send. */
export function addSourceCommands(program: Command, context: CommandContext): void {
  const group = commandGroup(
    program,
    'source',
    'the senders: connect one, try it, see what it sends',
  );
  operatorCommand(group, 'drift')
    .description('show which fields sources send, and what is new, missing or of another type')
    .argument('[name]', 'of this source only')
    .addHelpText('after', EXIT_CODES)
    .action(async (name: string | undefined, options: DriftOptions) => {
      process.exitCode = await runSourceDrift({
        ...options,
        ...(name === undefined ? {} : { source: name }),
        ...context,
      });
    });
}

interface DriftOptions extends TargetOptions {
  readonly json: boolean;
  readonly verbose: boolean;
}
