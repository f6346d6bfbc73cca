import { type Command, type CommanderError, Option } from 'commander';
import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import { parsePort, parseStage } from '../option-parsers.ts';
import { DEFAULT_PORT } from '../start-pipeline.ts';

/** What the commands are given besides their options. */
export interface CommandContext {
  readonly config: HoldfastConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/** The exit code of a command that was typed wrongly; nothing has been done. */
export const EXIT_WRONG_USE = 2;

/** What the help of a command says of its exit codes. */
export const EXIT_CODES = `
Exit codes: 0 done; 1 something failed; 2 wrong use, nothing was done.`;

/** A command that works on the local pipeline or, with a stage, on a deployed one. */
export function operatorCommand(parent: Command, name: string): Command {
  return parent
    .command(name)
    .option('--port <port>', "the local pipeline's port for webhooks", parsePort, DEFAULT_PORT)
    .option('--stage <stage>', 'a deployed stage instead, with your AWS credentials', parseStage)
    .addOption(new Option('--region <region>', "the stage's AWS region"))
    .addOption(new Option('--profile <profile>', 'the AWS profile to use'))
    .option('--json', 'print one JSON document instead of text', false)
    .option('--verbose', 'print the log as well, on standard error', false)
    .exitOverride(exitOfWrongUse);
}

/** Ends the process when a command was typed wrongly, or its help was asked for. */
export function exitOfWrongUse({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : EXIT_WRONG_USE);
}
