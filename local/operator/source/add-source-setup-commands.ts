import { type Command, InvalidArgumentError } from 'commander';
import { openSecretPrompt } from '../secret/ask-secret.ts';
import { askYes } from '../ask-yes.ts';
import { commandGroup } from '../command-group.ts';
import { type CommandContext, operatorCommand } from '../operator-command.ts';
import { runSourceAdd } from './run-source-add.ts';
import { runSourceTest } from './run-source-test.ts';
import type { TargetOptions } from '../target/target.ts';

/** Adds the commands that connect a sender and try it out. */
export function addSourceSetupCommands(program: Command, context: CommandContext): void {
  const group = commandGroup(
    program,
    'source',
    'the senders: connect one, try it, see what it sends',
  );
  addAdd(group, context);
  addTest(group, context);
}

function addAdd(group: Command, context: CommandContext): void {
  operatorCommand(group, 'add')
    .description('say what to paste where at a sender, and put the secret of its source in place')
    .argument('<provider>', 'the kind of sender, as in docs/providers.md')
    .option('--name <name>', 'the source, where several have this provider')
    .option('--theirs', 'the sender has made the secret: ask for it', false)
    .option(
      '--rotate',
      'replace a secret that is in use; the present one stays valid beside it',
      false,
    )
    .option('--yes', 'change the secret of a deployed stage without asking', false)
    .addHelpText(
      'after',
      `
A secret that the sender has made is read from the terminal without showing it, or from standard input,
one line each; never from the command line.

Exit codes: 0 done; 1 something failed; 2 the source is not in holdfast.config.ts yet, or wrong use: nothing was
changed.`,
    )
    .action(async (provider: string, options: AddOptions) => {
      const input = process.stdin;
      const isAttended = input.isTTY;
      process.exitCode = await runSourceAdd({
        ...options,
        ...context,
        provider,
        openPrompt: () => openSecretPrompt(input, (text) => process.stderr.write(text)),
        ...(isAttended ? { confirm: askYes } : {}),
      });
    });
}

function addTest(group: Command, context: CommandContext): void {
  operatorCommand(group, 'test')
    .description('send a test person through a source, signed as its sender does, and follow it')
    .argument('<name>', 'the source, as in holdfast.config.ts')
    .option('--wait <seconds>', 'how long to follow it', parseSeconds, DEFAULT_WAIT_SECONDS)
    .addHelpText(
      'after',
      `
The person is nobody real (example.com), and the record stays in the CRM: delete it by hand.

Exit codes: 0 it was delivered (or suppressed, where the sender marks tests); 1 it was not, or something
failed; 2 wrong use.`,
    )
    .action(async (source: string, options: TestOptions) => {
      const { wait, ...rest } = options;
      const waitMs = wait * 1_000;
      process.exitCode = await runSourceTest({ ...rest, ...context, source, waitMs });
    });
}

const DEFAULT_WAIT_SECONDS = 120;

function parseSeconds(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number of seconds, 1 to 9999.');
  }
  return Number(text);
}

interface AddOptions extends TargetOptions {
  readonly name?: string;
  readonly theirs: boolean;
  readonly rotate: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface TestOptions extends TargetOptions {
  readonly wait: number;
  readonly json: boolean;
  readonly verbose: boolean;
}
