import { type Command, Option } from 'commander';
import { JOURNAL_ACTIONS, type JournalAction } from '../../../lambdas/core/journal.ts';
import { parseTime, parseWholeNumber, type TypedTime } from '../../option-parsers.ts';
import { type CommandContext, EXIT_CODES, operatorCommand } from '../operator-command.ts';
import { runAudit } from './run-audit.ts';
import type { TargetOptions } from '../target/target.ts';

const LIMIT_MAX = 10_000;

/** Adds the command that says what operators did. */
export function addAuditCommand(program: Command, context: CommandContext): void {
  operatorCommand(program, 'audit')
    .description('show what operators did, newest first: who, when, what and why')
    .option('--from <time>', 'of this time or later (of the last year), e.g. 2026-11-22', parseTime)
    .option('--to <time>', 'before this time', parseTime)
    .option('--by <who>', 'by whoever has this in the name')
    .addOption(new Option('--action <action>', 'of this kind').choices(JOURNAL_ACTIONS))
    .option('--key <what>', "that touched this: a lead's key, a source, an identity")
    .option('--limit <count>', 'the newest so many', parseWholeNumber(1, LIMIT_MAX), 50)
    .addHelpText(
      'after',
      `
The entry of an act is written before it is done, and again once it is over. Entries never expire.
${EXIT_CODES}`,
    )
    .action(async (options: AuditOptions) => {
      const { from, to, key, ...rest } = options;
      process.exitCode = await runAudit({
        ...rest,
        ...(from === undefined ? {} : { fromMs: from.ms }),
        ...(to === undefined ? {} : { beforeMs: to.ms }),
        ...(key === undefined ? {} : { touched: key }),
        ...context,
      });
    });
}

interface AuditOptions extends TargetOptions {
  readonly from?: TypedTime;
  readonly to?: TypedTime;
  readonly by?: string;
  readonly action?: JournalAction;
  readonly key?: string;
  readonly limit: number;
  readonly json: boolean;
  readonly verbose: boolean;
}
