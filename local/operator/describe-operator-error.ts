import { SecretUnavailableError, StoreUnavailableError } from '../../lambdas/core/errors.ts';
import { describeStartError } from '../describe-start-error.ts';

/**
 * What to tell a person when a command has failed. Beside the sentence it names what AWS said, since a missing
 * permission and an outage ask for different things. (A log does without: it must not quote.)
 */
export function describeOperatorError(error: unknown): string {
  const sentence = describeStartError(error);
  const isOutside =
    error instanceof StoreUnavailableError || error instanceof SecretUnavailableError;
  return isOutside && error.cause instanceof Error
    ? `${sentence}: ${error.cause.name}: ${error.cause.message}`
    : sentence;
}
