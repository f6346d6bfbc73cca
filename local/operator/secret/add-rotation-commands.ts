import { type Command, Option } from 'commander';
import { parseDuration, parseTime, type TypedTime } from '../../option-parsers.ts';
import { openSecretPrompt } from './ask-secret.ts';
import { askYes } from '../ask-yes.ts';
import { commandGroup } from '../command-group.ts';
import { type CommandContext, operatorCommand } from '../operator-command.ts';
import { runSourceRotate } from './run-source-rotate.ts';
import { runZohoRotate } from './run-zoho-rotate.ts';
import type { TargetOptions } from '../target/target.ts';

/** Adds the commands that replace secrets while leads come in. */
export function addRotationCommands(program: Command, context: CommandContext): void {
  addSourceRotate(program, context);
  addZohoRotate(program, context);
}

function addZohoRotate(program: Command, context: CommandContext): void {
  const group = commandGroup(program, 'zoho', 'the Zoho organisation that leads go to');
  operatorCommand(group, 'rotate')
    .description('replace the refresh token for Zoho, once Zoho has taken the new one')
    .option('--client', 'ask for another client id and client secret, too', false)
    .option('--force', 'also where a scope or the field of the key is missing', false)
    .option('--yes', 'change the secret of a deployed stage without asking', false)
    .requiredOption('--reason <text>', 'why; it is put on record, with who you are')
    .addHelpText(
      'after',
      `
The values are read from the terminal without showing them, or from standard input, one line each: with --client the
client id and the client secret, then the new refresh token. They are tried at Zoho before anything is stored: one
token request of the ten that Zoho allows in ten minutes, and 2 API credits. Leads go on meanwhile. Revoke the old
refresh token afterwards, never before. docs/secrets.md leads through it step by step.

Exit codes: 0 done, or you declined; 1 Zoho does not take them, something speaks against them, or something failed:
nothing was changed; 2 wrong use.`,
    )
    .action(async (options: ZohoRotateTyped) => {
      const input = process.stdin;
      process.exitCode = await runZohoRotate({
        ...options,
        ...context,
        openPrompt: () => openSecretPrompt(input, (text) => process.stderr.write(text)),
        ...(input.isTTY ? { confirm: askYes } : {}),
      });
    });
}

const KEEP_DEFAULT = '7d';

/** A span of time, or none at all. */
function parseKeep(text: string): number {
  return text === '0' ? 0 : parseDuration(text);
}

function addSourceRotate(program: Command, context: CommandContext): void {
  const group = commandGroup(
    program,
    'source',
    'the senders: connect one, try it, see what it sends',
  );
  operatorCommand(group, 'rotate')
    .description('replace the secret of a source; the present one is accepted until a set time')
    .argument('<name>', 'the source, as in holdfast.config.ts')
    .option(
      '--keep <duration>',
      `for how long the present secret is accepted beside the new one: 7d, 12h, 30m, or 0 (default: ${KEEP_DEFAULT})`,
      parseKeep,
    )
    .addOption(
      new Option('--until <time>', 'until when instead, e.g. 2026-11-29T04:00Z')
        .argParser(parseTime)
        .conflicts('keep'),
    )
    .option('--secret-from-stdin', 'the sender has made the new secret: ask for it', false)
    .option('--finish', 'take the previous secret out now, and make no new one', false)
    .option('--force', 'also where a previous secret may still be in use', false)
    .option('--reason <text>', 'do it, and put this on record; without it, the plan is shown')
    .option('--yes', 'change the secret of a deployed stage without asking', false)
    .addHelpText(
      'after',
      `
A secret that the sender has made is read from the terminal without showing it, or from standard input;
never from the command line. docs/secrets.md leads through it step by step.

Exit codes: 0 done, or a plan shown; 1 something failed; 2 wrong use, or a previous secret may be in use: nothing was
done.`,
    )
    .action(async (source: string, options: RotateOptions) => {
      const { keep, until, secretFromStdin: fromStdin, ...rest } = options;
      const input = process.stdin;
      process.exitCode = await runSourceRotate({
        ...rest,
        ...context,
        source,
        keepMs: keep ?? parseDuration(KEEP_DEFAULT),
        fromStdin,
        ...(until === undefined ? {} : { untilMs: until.ms }),
        openPrompt: () => openSecretPrompt(input, (text) => process.stderr.write(text)),
        ...(input.isTTY ? { confirm: askYes } : {}),
      });
    });
}

interface ZohoRotateTyped extends TargetOptions {
  readonly client: boolean;
  readonly force: boolean;
  readonly yes: boolean;
  readonly reason: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface RotateOptions extends TargetOptions {
  readonly keep?: number;
  readonly until?: TypedTime;
  readonly secretFromStdin: boolean;
  readonly finish: boolean;
  readonly force: boolean;
  readonly reason?: string;
  readonly yes: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}
