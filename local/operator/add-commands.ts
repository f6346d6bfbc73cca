import { type Command, Option } from 'commander';
import { addAuditCommand } from './add-audit-command.ts';
import { addLeadCommands } from './add-lead-commands.ts';
import { addMappingCommands } from './add-mapping-commands.ts';
import { addPersonCommands } from './add-person-commands.ts';
import { addRotationCommands } from './add-rotation-commands.ts';
import { addSourceSetupCommands } from './add-source-setup-commands.ts';
import { addZohoCommands } from './add-zoho-commands.ts';
import { addMappingVersionCommands } from './add-mapping-version-commands.ts';
import { addPauseCommands } from './add-pause-commands.ts';
import { addQuarantineCommands } from './add-quarantine-commands.ts';
import { addSourceCommands } from './add-source-commands.ts';
import { addStatusCommands } from './add-status-commands.ts';
import { type CommandContext, EXIT_CODES, operatorCommand } from './operator-command.ts';
import { runBreaker } from './run-breaker.ts';
import { runReplay } from './run-replay.ts';
import {
  type SelectionOptions,
  selectionOf,
  selectionWords,
  withKeys,
  withSelection,
} from './selection-options.ts';
import type { TargetOptions } from './target.ts';

const REPLAY_EXIT_CODES = `
Exit codes: 0 done, or a plan shown; 1 something failed, or nothing is stored under a key; 2 wrong use, nothing was done.`;

/** Adds the commands of whoever runs Holdfast: on this machine, or deployed. */
export function addOperatorCommands(program: Command, context: CommandContext): void {
  addLeadCommands(program, context);
  addPersonCommands(program, context);
  addQuarantineCommands(program, context);
  addReplay(program, context);
  addAuditCommand(program, context);
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
  withSelection(withKeys(operatorCommand(program, 'replay')))
    .description('show what lies in quarantine and, with a reason, deliver it again under its keys')
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
      const { mapping } = options;
      if (mapping !== undefined && options.remap !== true) {
        command.error('error: --mapping needs --remap');
      }
      process.exitCode = await runReplay({
        ...options,
        selection: selectionOf(options),
        selectionOptions: selectionWords(options),
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

interface ReplayOptions extends TargetOptions, SelectionOptions {
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
