import { type Command, Option } from 'commander';
import { commandGroup } from '../command-group.ts';
import { type CommandContext, operatorCommand } from '../operator-command.ts';
import { runMappingCheck } from './run-mapping-check.ts';
import type { TargetOptions } from '../target/target.ts';

/** Adds the check of the mapping against what Zoho says of its fields. */
export function addMappingCommands(program: Command, context: CommandContext): void {
  const group = commandGroup(program, 'mapping', "how senders' fields are read");
  operatorCommand(group, 'check')
    .description("compare the mapping in holdfast.config.ts with the fields that Zoho's module has")
    .addOption(
      new Option('--metadata <file>', 'with saved metadata instead of asking Zoho').conflicts([
        'save',
        'stage',
        'port',
      ]),
    )
    .option('--save <file>', 'write what Zoho says into a file, for --metadata and zoho.metadata')
    .option('--strict', 'take warnings for errors', false)
    .addHelpText(
      'after',
      `
Asking Zoho takes the scopes ZohoCRM.settings.fields.READ and ZohoCRM.settings.layouts.READ, and 2 API credits.
What each finding means is in docs/mapping.md.

Exit codes: 0 no errors (with --strict: nor warnings); 1 errors, or Zoho could not be asked; 2 wrong use.`,
    )
    .action(async (options: CheckOptions) => {
      process.exitCode = await runMappingCheck({ ...options, ...context });
    });
}

interface CheckOptions extends TargetOptions {
  readonly metadata?: string;
  readonly save?: string;
  readonly strict: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}
