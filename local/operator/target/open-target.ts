import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { createLocalLog, formatLogEntry } from '../../local-log.ts';
import { openAwsTarget } from './aws-target.ts';
import { localAddresses, openLocalTarget } from './local-target.ts';
import type { OperatorTarget, TargetOptions } from './target.ts';

/** Which target, and what this process knows of the world. */
export interface OpenTargetOptions extends TargetOptions {
  readonly config: HoldfastConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Prints the log of the operation, one JSON line each, beside its result. */
  readonly verbose: boolean;
  readonly printError: (line: string) => void;
}

/**
 * Opens what a command works on: the stage that it names, or the pipeline on this machine.
 *
 * @throws {OperatorError} it can't be reached; the message says what to do
 */
export async function openTarget(options: OpenTargetOptions): Promise<OperatorTarget> {
  const { config, env, stage, port, region, profile, verbose, printError } = options;
  const log = createLocalLog('operator', (entry) => {
    if (verbose) printError(formatLogEntry(entry));
  });
  return stage === undefined
    ? await openLocalTarget(localAddresses(port, env), config, log)
    : await openAwsTarget({ stage, region, profile, env }, config, log);
}
