import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { commandGroup } from '../command-group.ts';
import { type CommandContext, operatorCommand } from '../operator-command.ts';
import { runZohoSetup } from './run-zoho-setup.ts';
import type { TargetOptions } from '../target/target.ts';

/** Adds the commands that change the Zoho organisation itself. */
export function addZohoCommands(program: Command, context: CommandContext): void {
  const group = commandGroup(program, 'zoho', 'the Zoho organisation that leads go to');
  operatorCommand(group, 'setup')
    .description(
      'create the custom fields that Holdfast and the mapping need, where they are missing',
    )
    .option('--yes', 'do not ask; mapped fields become single-line texts', false)
    .option('--dry-run', 'show what would be created, and create nothing', false)
    .addHelpText(
      'after',
      `
What is there is never changed. It takes the scope ZohoCRM.settings.fields.CREATE beside those of
"mapping check", and 10 API credits for each five fields.
Not confirmed with a live organisation: that a field can be created unique and external at once. If Zoho
objects, the field is created without the latter, and you are told what to click.

Exit codes: 0 all is there, or you declined; 1 something is wrong or was not created; 2 wrong use.`,
    )
    .action(async (options: SetupOptions) => {
      const questions = openQuestions();
      try {
        process.exitCode = await runZohoSetup({
          ...options,
          ...context,
          ...(questions === undefined ? {} : { ask: questions.ask }),
        });
      } finally {
        questions?.close();
      }
    });
}

/** Questions on the terminal. @returns `undefined` when nobody sits there */
function openQuestions() {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return {
    ask: async (question: string) => await lines.question(question),
    close: () => lines.close(),
  };
}

interface SetupOptions extends TargetOptions {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}
