import { HoldfastError } from '../../lambdas/core/errors.ts';

/** A command of the operator can't start, and the message says what to do about it. */
export class OperatorError extends HoldfastError {
  constructor(message: string, cause?: unknown) {
    super('operator', message, { cause });
  }
}
