import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import type { SecretVault } from '../../../lambdas/core/ports/secret-vault.ts';

/** The label of a value that is stored and not yet in force. */
const PENDING = 'HOLDFASTPENDING';

/**
 * Secrets in AWS Secrets Manager.
 *
 * @param hasVersions whether the store keeps a secret's previous version; where it does not, no secret passes
 *   for generated
 * @throws {SecretUnavailableError} from each method, when the store did not answer or refused
 * @see AWS Secrets Manager, DescribeSecret, read 2026-11-22: a secret that was replaced has a version with the
 *   label AWSPREVIOUS
 * @see AWS Secrets Manager, GetSecretValue, read 2026-11-22: `CreatedDate` is when the version was created
 * @see AWS Secrets Manager, PutSecretValue and UpdateSecretVersionStage, read 2026-11-22: a value stored under a label
 *   of its own is not in force, and the label AWSCURRENT is moved only from the version that is named, which makes
 *   both together a compare-and-set
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
  const versionOf = async (id: string): Promise<string | undefined> => {
    try {
      return (await client.send(new GetSecretValueCommand({ SecretId: id }))).VersionId;
    } catch (error) {
      throw new SecretUnavailableError(`The secret ${id} could not be read`, error);
    }
  };
  return {
    read: async (id) => {
      try {
        const found = await client.send(new GetSecretValueCommand({ SecretId: id }));
        const { SecretString: text, VersionId: version, CreatedDate: createdAt } = found;
        if (text === undefined) return undefined;
        const isGenerated = !(await wasReplaced(id));
        return {
          text,
          isGenerated,
          ...(version === undefined ? {} : { version }),
          ...(createdAt === undefined ? {} : { changedAtMs: createdAt.getTime() }),
        };
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
    replace: async (id, text, version) => {
      try {
        const { VersionId: pending } = await client.send(
          new PutSecretValueCommand({ SecretId: id, SecretString: text, VersionStages: [PENDING] }),
        );
        await client.send(
          new UpdateSecretVersionStageCommand({
            SecretId: id,
            VersionStage: 'AWSCURRENT',
            MoveToVersionId: pending,
            RemoveFromVersionId: version,
          }),
        );
        return 'replaced';
      } catch (error) {
        // AWS has no error of its own for a label that has moved: whether it has is looked up.
        if (error instanceof InvalidParameterException && (await versionOf(id)) !== version) {
          return 'changed';
        }
        throw new SecretUnavailableError(`The secret ${id} could not be written`, error);
      }
    },
  };
}
