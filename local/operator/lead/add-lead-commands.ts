import { type Command, Option } from 'commander';
import {
  LEAD_QUERY_KINDS,
  type LeadQueryKind,
} from '../../../lambdas/operations/lookup/lead-query.ts';
import { parseWholeNumber } from '../../option-parsers.ts';
import { askYes } from '../ask-yes.ts';
import { commandGroup } from '../command-group.ts';
import { type CommandContext, operatorCommand } from '../operator-command.ts';
import { runLeadFind } from './run-lead-find.ts';
import { runLeadShow } from './run-lead-show.ts';
import { UNASKED_READ_UNITS_MAX } from './scan-text.ts';
import type { TargetOptions } from '../target/target.ts';

const READ_UNITS_DEFAULT = 50_000;
const READ_UNITS_LIMIT = 100_000_000;

const FOUND_OR_NOT = `
What is printed is personal: it is what was asked for, and goes nowhere else.

Exit codes: 0 found; 1 not found, or something failed; 2 wrong use.`;

/** Adds the commands that tell where a lead is. */
export function addLeadCommands(program: Command, context: CommandContext): void {
  const group = commandGroup(
    program,
    'lead',
    'where a lead is, and everything that happened to it',
  );
  operatorCommand(group, 'find')
    .description('find a lead by whatever you have of it, and tell its whole story')
    .argument(
      '<what>',
      'an e-mail address, a phone number, a key, an id of the sender, or the id or address of a Zoho record',
    )
    .addOption(
      new Option('--by <kind>', 'take it for this, whatever it looks like').choices(
        LEAD_QUERY_KINDS,
      ),
    )
    .option(
      '--scan',
      'look at everything that is stored, too, however much; says what that takes',
      false,
    )
    .option(
      '--read-units-max <count>',
      'with --scan: stop before the table bills more than about this many read units',
      parseWholeNumber(100, READ_UNITS_LIMIT),
      READ_UNITS_DEFAULT,
    )
    .addHelpText(
      'after',
      `
Where nobody is found, and for a phone number, everything that is stored is looked at, too, unasked as long as that takes
no more than ${UNASKED_READ_UNITS_MAX} read units (about 8 MB, two seconds); what was looked at is said.
${FOUND_OR_NOT}`,
    )
    .action(async (typed: string, options: FindOptions) => {
      const isAttended = process.stdin.isTTY && process.stdout.isTTY && !options.json;
      process.exitCode = await runLeadFind({
        ...options,
        typed,
        ...context,
        onInterrupt,
        ...(isAttended ? { ask: askYes } : {}),
      });
    });
  operatorCommand(group, 'show')
    .description('show everything that is stored of one submission')
    .argument('<key>', 'its idempotency key; quote it, it holds |')
    .option('--raw', 'print the body of the request as it came, too', false)
    .addHelpText('after', FOUND_OR_NOT)
    .action(async (key: string, options: ShowOptions) => {
      process.exitCode = await runLeadShow({ ...options, key, ...context });
    });
}

/** The second Ctrl-C ends the program. */
function onInterrupt(stop: () => void): () => void {
  process.once('SIGINT', stop);
  return () => process.removeListener('SIGINT', stop);
}

interface FindOptions extends TargetOptions {
  readonly scan: boolean;
  readonly readUnitsMax: number;
  readonly by?: LeadQueryKind;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface ShowOptions extends TargetOptions {
  readonly raw: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}
