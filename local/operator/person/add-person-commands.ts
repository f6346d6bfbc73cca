import type { Command } from 'commander';
import { type CommandContext, operatorCommand } from '../operator-command.ts';
import { runErase } from './run-erase.ts';
import { runEraseRequested } from './run-erase-requested.ts';
import { runExport } from './run-export.ts';
import type { TargetOptions } from '../target/target.ts';

const WHO =
  'an e-mail address, a phone number, a lead’s key, a Zoho record, or <source>:<their id at that source>';

const HOW_FOUND = `
Everything that is stored is looked at, and into. An identity is one record in Zoho, so all its leads are the
person's. Another address that the person used is reported, not followed: name it with --also. A phone number counts
only for leads without an e-mail address, since people share telephones.`;

/** Adds the commands for a person who asks what is kept of them, or wants it deleted. */
export function addPersonCommands(program: Command, context: CommandContext): void {
  operatorCommand(program, 'erase')
    .description('erase what is kept of a person; without --reason, show what that is')
    .argument('[person]', WHO)
    .option('--also <person...>', 'the same person by another name, or a lead of theirs by its key')
    .option(
      '--requested',
      'instead of a person: the leads whose deletion their senders have told of',
      false,
    )
    .option('--reason <text>', 'do it; this is kept in the journal, so it must not name the person')
    .addHelpText(
      'after',
      `${HOW_FOUND}

What is in Zoho is not touched: the records to delete there are listed.

Exit codes: 0 erased, or nothing was there, or a plan shown; 1 something is left or failed: run it again; 2 wrong use,
nothing was done.`,
    )
    .action(async (person: string | undefined, options: EraseOptions, command: Command) => {
      const { requested, also = [], ...rest } = options;
      if (requested && (person !== undefined || also.length > 0)) {
        command.error('error: --requested takes no person');
      }
      if (requested) process.exitCode = await runEraseRequested({ ...rest, ...context });
      else if (person === undefined) command.error('error: name a person, or give --requested');
      else process.exitCode = await runErase({ ...rest, typed: [person, ...also], ...context });
    });

  operatorCommand(program, 'export')
    .description('write everything that is kept of a person into a file')
    .argument('<person>', WHO)
    .option('--also <person...>', 'the same person by another name, or a lead of theirs by its key')
    .requiredOption('--out <file>', 'a JSON file that is not there yet; only you can read it')
    .requiredOption(
      '--reason <text>',
      'why; it is kept in the journal, so it must not name the person',
    )
    .addHelpText(
      'after',
      `${HOW_FOUND}

Exit codes: 0 written; 1 nothing is kept, or something could not be read; 2 wrong use, nothing was written.`,
    )
    .action(async (person: string, options: ExportOptions) => {
      process.exitCode = await runExport({
        ...options,
        typed: [person, ...(options.also ?? [])],
        ...context,
      });
    });
}

interface ExportOptions extends TargetOptions {
  readonly also?: readonly string[];
  readonly out: string;
  readonly reason: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface EraseOptions extends TargetOptions {
  readonly requested: boolean;
  readonly also?: readonly string[];
  readonly reason?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}
