import { Command } from 'commander';
import { addLocalCommands } from './add-local-commands.ts';
import { addOperatorCommands } from './operator/add-commands.ts';
import { type CommandContext, exitOfWrongUse } from './operator/operator-command.ts';

/** Builds the whole command line. Nothing runs before it is parsed. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command('holdfast')
    .description('Leads from form providers into Zoho CRM: none lost, none doubled.')
    .showHelpAfterError('Add --help to see what it takes.')
    // Before the commands are added: they take it over.
    .exitOverride(exitOfWrongUse);
  addLocalCommands(program, context);
  addOperatorCommands(program, context);
  return program;
}
