import { type Command, type CommanderError, Option } from 'commander';
import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import {
  FAILURE_CLASSES,
  type FailureClass,
  type FailureCode,
} from '../../lambdas/core/failure.ts';
import {
  parseFailureCode,
  parsePort,
  parseStage,
  parseTime,
  type TypedTime,
} from '../option-parsers.ts';
import { DEFAULT_PORT } from '../start-pipeline.ts';
import { runBreaker } from './run-breaker.ts';
import { runReplay } from './run-replay.ts';
import type { TargetOptions } from './target.ts';

/** What the commands are given besides their options. */
export interface CommandContext {
  readonly config: HoldfastConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/** The exit code of a command that was typed wrongly; nothing has been done. */
export const EXIT_WRONG_USE = 2;

const EXIT_CODES = `
Exit codes: 0 done, or a plan shown; 1 something failed; 2 wrong use, nothing was done.`;

/** Adds the commands of whoever runs Holdfast: on this machine, or deployed. */
export function addOperatorCommands(program: Command, context: CommandContext): void {
  addReplay(program, context);
  addBreaker(program, context);
}

function addReplay(program: Command, context: CommandContext): void {
  operatorCommand(program, 'replay')
    .description('show what lies in quarantine and, with a reason, deliver it again under its keys')
    .option('--key <key...>', 'these leads, by idempotency key; quote them, they hold |')
    .option('--source <source>', 'of this source')
    .addOption(new Option('--class <class>', 'of this failure class').choices(FAILURE_CLASSES))
    .addOption(new Option('--code <code>', 'of this failure code').argParser(parseFailureCode))
    .option('--from <time>', 'received at this time or later, e.g. 2026-11-22T04:00Z', parseTime)
    .option('--to <time>', 'received before this time', parseTime)
    .option(
      '--remap',
      'read them again from the raw requests, with holdfast.config.ts as it is here',
    )
    .addOption(
      new Option('--plan', 'show the plan only (so it is without --reason)').conflicts('reason'),
    )
    .option('--reason <text>', 'do it, and record this with each lead')
    .addHelpText('after', EXIT_CODES)
    .action(async (options: ReplayOptions) => {
      const { key, source, class: failureClass, code: failureCode, from, to } = options;
      process.exitCode = await runReplay({
        ...options,
        selection: {
          ...(key === undefined ? {} : { keys: key }),
          ...(source === undefined ? {} : { source }),
          ...(failureClass === undefined ? {} : { failureClass }),
          ...(failureCode === undefined ? {} : { failureCode }),
          ...(from === undefined ? {} : { receivedFromMs: from.ms }),
          ...(to === undefined ? {} : { receivedBeforeMs: to.ms }),
        },
        selectionOptions: [
          ...(key ?? []).flatMap((each) => ['--key', each]),
          ...(source === undefined ? [] : ['--source', source]),
          ...(failureClass === undefined ? [] : ['--class', failureClass]),
          ...(failureCode === undefined ? [] : ['--code', failureCode]),
          ...(from === undefined ? [] : ['--from', from.text]),
          ...(to === undefined ? [] : ['--to', to.text]),
        ],
        remap: options.remap === true,
        ...context,
      });
    });
}

function addBreaker(program: Command, context: CommandContext): void {
  const breaker = program
    .command('breaker')
    .description('the switch that keeps deliveries from a Zoho that is down or refuses us');

  for (const [action, description] of [
    ['status', 'say whether deliveries go on and, if not, why'],
    ['open', 'stop deliveries until somebody closes it; leads are taken in and wait'],
    ['close', 'let deliveries go on'],
  ] as const) {
    const command = operatorCommand(breaker, action).description(description);
    if (action !== 'status')
      command.requiredOption('--reason <text>', 'why; it is kept, with who you are');
    command.addHelpText('after', EXIT_CODES).action(async (options: BreakerOptions) => {
      process.exitCode = await runBreaker({
        ...options,
        action,
        ...context,
      });
    });
  }
}

/** A command that works on the local pipeline or, with a stage, on a deployed one. */
function operatorCommand(parent: Command, name: string): Command {
  return parent
    .command(name)
    .option('--port <port>', "the local pipeline's port for webhooks", parsePort, DEFAULT_PORT)
    .option('--stage <stage>', 'a deployed stage instead, with your AWS credentials', parseStage)
    .addOption(new Option('--region <region>', "the stage's AWS region"))
    .addOption(new Option('--profile <profile>', 'the AWS profile to use'))
    .option('--json', 'print one JSON document instead of text', false)
    .option('--verbose', 'print the log as well, on standard error', false)
    .exitOverride((error: CommanderError) => {
      process.exit(error.exitCode === 0 ? 0 : EXIT_WRONG_USE);
    });
}

interface ReplayOptions extends TargetOptions {
  readonly key?: readonly string[];
  readonly source?: string;
  readonly class?: FailureClass;
  readonly code?: FailureCode;
  readonly from?: TypedTime;
  readonly to?: TypedTime;
  readonly remap?: true;
  readonly reason?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface BreakerOptions extends TargetOptions {
  readonly reason?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}
