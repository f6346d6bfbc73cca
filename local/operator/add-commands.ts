import { type Command, Option } from 'commander';
import {
  FAILURE_CLASSES,
  type FailureClass,
  type FailureCode,
} from '../../lambdas/core/failure.ts';
import { parseFailureCode, parseTime, type TypedTime } from '../option-parsers.ts';
import { addLeadCommands } from './add-lead-commands.ts';
import { addMappingCommands } from './add-mapping-commands.ts';
import { addRotationCommands } from './add-rotation-commands.ts';
import { addSourceSetupCommands } from './add-source-setup-commands.ts';
import { addZohoCommands } from './add-zoho-commands.ts';
import { addMappingVersionCommands } from './add-mapping-version-commands.ts';
import { addPauseCommands } from './add-pause-commands.ts';
import { addSourceCommands } from './add-source-commands.ts';
import { addStatusCommands } from './add-status-commands.ts';
import { type CommandContext, EXIT_CODES, operatorCommand } from './operator-command.ts';
import { runBreaker } from './run-breaker.ts';
import { runReplay } from './run-replay.ts';
import type { TargetOptions } from './target.ts';

const REPLAY_EXIT_CODES = `
Exit codes: 0 done, or a plan shown; 1 something failed; 2 wrong use, nothing was done.`;

/** Adds the commands of whoever runs Holdfast: on this machine, or deployed. */
export function addOperatorCommands(program: Command, context: CommandContext): void {
  addLeadCommands(program, context);
  addReplay(program, context);
  addStatusCommands(program, context);
  addPauseCommands(program, context);
  addBreaker(program, context);
  addMappingCommands(program, context);
  addSourceSetupCommands(program, context);
  addRotationCommands(program, context);
  addZohoCommands(program, context);
  addMappingVersionCommands(program, context);
  addSourceCommands(program, context);
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
    .option(
      '--mapping <version>',
      'with --remap: read them with this mapping version, which was in use once',
    )
    .addOption(
      new Option('--plan', 'show the plan only (so it is without --reason)').conflicts('reason'),
    )
    .option('--reason <text>', 'do it, and record this with each lead')
    .addHelpText('after', REPLAY_EXIT_CODES)
    .action(async (options: ReplayOptions, command: Command) => {
      const { key, source, class: failureClass, code: failureCode, from, to, mapping } = options;
      if (mapping !== undefined && options.remap !== true) {
        command.error('error: --mapping needs --remap');
      }
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
        ...(mapping === undefined ? {} : { mappingVersion: mapping }),
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

interface ReplayOptions extends TargetOptions {
  readonly key?: readonly string[];
  readonly source?: string;
  readonly class?: FailureClass;
  readonly code?: FailureCode;
  readonly from?: TypedTime;
  readonly to?: TypedTime;
  readonly remap?: true;
  readonly mapping?: string;
  readonly reason?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface BreakerOptions extends TargetOptions {
  readonly reason?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}
