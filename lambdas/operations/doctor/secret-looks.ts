import { SecretUnavailableError } from '../../core/errors.ts';
import type { SecretReader } from '../../core/ports/world.ts';
import { lookAtSourceSecret } from '../secret/source-secret-facts.ts';
import { checkPepper, checkSourceSecret, checkZohoCredentials } from './check-secrets.ts';
import type { Look } from './check.ts';
import type { DoctorPorts, DoctorSettings } from './doctor-ports.ts';

/** What it takes to read a secret. */
export const READ_SECRET = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:DescribeSecret',
  'kms:Decrypt',
] as const;

/** Looks at each secret: whether it has the form that its use takes. */
export function secretLooks(
  { vault, secrets: reader, zoho, clock }: DoctorPorts,
  { config, secrets, isUsable, readsDetails, command }: DoctorSettings,
): readonly Look[] {
  const sources = Object.entries(config.sources).map(
    ([name, source]): Look => ({
      area: 'secrets',
      name: `source.${name}`,
      what: `the secret of ${name}`,
      needs: READ_SECRET,
      run: async () => {
        const nowMs = clock.nowMs();
        const secretId = `${secrets.sourcePrefix}${name}`;
        const facts = await lookAtSourceSecret(name, source, { vault, secretId, isUsable, nowMs });
        const checked = {
          source: name,
          provider: source.provider,
          readsDetails: readsDetails(source),
        };
        return checkSourceSecret(checked, facts, nowMs, command);
      },
    }),
  );
  return [
    ...sources,
    {
      area: 'secrets',
      name: 'pepper',
      what: 'the pepper',
      needs: ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
      run: async () => [checkPepper(await readOrMissing(reader, secrets.pepperId))],
    },
    {
      area: 'secrets',
      name: 'zoho',
      what: 'the credentials for Zoho',
      needs: READ_SECRET,
      run: async () => [checkZohoCredentials(await zoho.credentials(), secrets.zohoId, command)],
    },
  ];
}

/** @returns `undefined` when the store has no secret of that name */
async function readOrMissing(
  secrets: Pick<SecretReader, 'read'>,
  id: string,
): Promise<string | undefined> {
  try {
    return await secrets.read(id);
  } catch (error) {
    const cause = error instanceof SecretUnavailableError ? error.cause : undefined;
    // As AWS Secrets Manager says it (GetSecretValue, read 2026-11-22).
    if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
