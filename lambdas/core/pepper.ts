import { SecretUnavailableError } from './errors.ts';
import { PEPPER_LENGTH_MIN } from './pipeline-limits.ts';
import type { SecretReader } from './ports/world.ts';

/**
 * Reads the installation's pepper, the key of every hash that stands for a person.
 *
 * @throws {SecretUnavailableError} it cannot be read, or is too short to be one: with a wrong pepper,
 *   everybody would be somebody new
 */
export async function readPepper(
  secrets: Pick<SecretReader, 'read'>,
  secretId: string,
): Promise<string> {
  const pepper = await secrets.read(secretId);
  if (pepper.length < PEPPER_LENGTH_MIN) {
    throw new SecretUnavailableError(
      `The pepper must have ${PEPPER_LENGTH_MIN} characters or more`,
    );
  }
  return pepper;
}
