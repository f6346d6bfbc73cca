import { HoldfastError } from '../core/errors.ts';
import type { Log } from '../core/ports/telemetry.ts';

/** A call of a function failed; the function's own log tells why. */
export class FunctionFailedError extends HoldfastError {
  constructor() {
    super('function_failed', 'The function failed; the line of its log before this one tells why');
  }
}

/**
 * Runs one call of a function, and keeps its faults out of Lambda's own log: of an error that a handler lets out, the
 * runtime logs everything, message, members and causes, and each of them may quote a lead.
 *
 * @param log gets of a fault what a log may tell
 * @returns what the call returns
 * @throws {FunctionFailedError} for every fault: the call has to fail, but without a word of what it met
 * @see aws-lambda-nodejs-runtime-interface-client, src/utils/error.ts, src/logging/formatter.ts, read 2026-11-22
 */
export async function tellOfFailure<Result>(
  log: Pick<Log, 'error'>,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    log.error('The function failed', {}, error);
    throw new FunctionFailedError();
  }
}
