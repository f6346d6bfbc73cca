import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SecretUnavailableError } from '../../lambdas/core/errors.ts';

/** A secret as it lies in the store. */
export interface StoredSecret {
  readonly text: string;
  /** It is what the stack generated: nobody has stored another one since. */
  readonly isGenerated: boolean;
}

/** Secrets to be looked at and replaced, without a cache between. Nothing here makes or deletes one. */
export interface SecretVault {
  /** @returns `undefined` when there is none of that name */
  read(id: string): Promise<StoredSecret | undefined>;
  write(id: string, text: string): Promise<void>;
}

/**
 * Secrets in AWS Secrets Manager.
 *
 * @param hasVersions whether the store keeps a secret's previous version; where it does not, no secret passes
 *   for generated
 * @throws {SecretUnavailableError} from each method, when the store did not answer or refused
 * @see AWS Secrets Manager, DescribeSecret, read 2026-11-22: a secret that was replaced has a version with the
 *   label AWSPREVIOUS
 */
export function createSecretVault(
  client: SecretsManagerClient,
  { hasVersions }: { readonly hasVersions: boolean },
): SecretVault {
  const wasReplaced = async (id: string): Promise<boolean> => {
    if (!hasVersions) return true;
    const { VersionIdsToStages = {} } = await client.send(
      new DescribeSecretCommand({ SecretId: id }),
    );
    return Object.values(VersionIdsToStages).flat().includes('AWSPREVIOUS');
  };
  return {
    read: async (id) => {
      try {
        const { SecretString: text } = await client.send(
          new GetSecretValueCommand({ SecretId: id }),
        );
        return text === undefined ? undefined : { text, isGenerated: !(await wasReplaced(id)) };
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw new SecretUnavailableError(`The secret ${id} could not be read`, error);
      }
    },
    write: async (id, text) => {
      try {
        await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: text }));
      } catch (error) {
        throw new SecretUnavailableError(`The secret ${id} could not be written`, error);
      }
    },
  };
}
