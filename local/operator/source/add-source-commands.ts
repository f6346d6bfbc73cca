import type { Command } from 'commander';
import { commandGroup } from '../command-group.ts';
import { type CommandContext, EXIT_CODES, operatorCommand } from '../operator-command.ts';
import { runSourceDrift } from './run-source-drift.ts';
import { runSourceList } from './run-source-list.ts';
import type { TargetOptions } from '../target/target.ts';

/** Adds the commands about what sources send. */
export function addSourceCommands(program: Command, context: CommandContext): void {
  const group = commandGroup(
    program,
    'source',
    'the senders: connect one, try it, see what it sends',
  );
  operatorCommand(group, 'list')
    .description(
      'list the sources: last seen, leads, quarantine, age of the secret, changed fields',
    )
    .addHelpText(
      'after',
      `
Exit codes: 0 shown; 1 something could not be read; 2 wrong use.`,
    )
    .action(async (options: DriftOptions) => {
      process.exitCode = await runSourceList({ ...options, ...context });
    });

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
