import { HoldfastError } from '../../../lambdas/core/errors.ts';
import { isDeniedCode, LookDeniedError } from '../../../lambdas/operations/doctor/check.ts';
import { AwsRefusedError } from '../aws/aws-request.ts';
import { OperatorError } from '../operator-error.ts';

/**
 * Looks at something of AWS's, and says in our own errors why that failed.
 *
 * @throws {LookDeniedError} the right to it is missing
 * @throws {OperatorError} AWS did not answer, or refused for another reason
 */
export async function looking<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AwsRefusedError && isDeniedCode(error.awsCode)) {
      throw new LookDeniedError(error.message, error);
    }
    if (error instanceof HoldfastError || !isFromSdk(error)) throw error;
    if (isDeniedCode(error.name)) {
      throw new LookDeniedError(`AWS refused: ${error.name}: ${error.message}`, error);
    }
    throw new OperatorError(`AWS answered ${error.name}: ${error.message}`, error);
  }
}

/** What the SDK throws has what AWS answered with it; errors of the network have a code of the system's. */
function isFromSdk(error: unknown): error is Error {
  return (
    error instanceof Error &&
    ('$metadata' in error || 'code' in error || error.name === 'TimeoutError')
  );
}
