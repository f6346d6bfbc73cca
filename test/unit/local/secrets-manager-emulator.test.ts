import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/emulators/credentials.ts';
import { openSecretFile } from '../../../local/emulators/secret-file.ts';
import {
  type SecretsManagerEmulator,
  startSecretsManager,
} from '../../../local/emulators/secrets-manager.ts';

let directory: string;
let file: string;
let emulator: SecretsManagerEmulator;
let client: SecretsManagerClient;

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdfast-secrets-'));
  file = path.join(directory, 'secrets.json');
  emulator = await startSecretsManager(openSecretFile(file), { port: 0 });
  client = new SecretsManagerClient({
    endpoint: emulator.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await emulator.stop();
  rmSync(directory, { recursive: true });
});

describe('the local Secrets Manager', () => {
  it('gives back what was created, by name and by ARN', async () => {
    const created = await client.send(
      new CreateSecretCommand({ Name: 'holdfast/local/pepper', SecretString: 'pepper – ü' }),
    );

    const byName = await read('holdfast/local/pepper');
    const byArn = await read(created.ARN!);

    expect([byName, byArn]).toEqual(['pepper – ü', 'pepper – ü']);
  });

  it('says which secret it does not have', async () => {
    await expect(read('holdfast/local/none')).rejects.toThrow(ResourceNotFoundException);
  });

  it('does not create a secret twice', async () => {
    await client.send(new CreateSecretCommand({ Name: 'a', SecretString: '1' }));

    const second = client.send(new CreateSecretCommand({ Name: 'a', SecretString: '2' }));

    await expect(second).rejects.toThrow(ResourceExistsException);
    expect(await read('a')).toBe('1');
  });

  it('changes a secret, and its version with it', async () => {
    await client.send(new CreateSecretCommand({ Name: 'a', SecretString: '1' }));
    const before = await client.send(new DescribeSecretCommand({ SecretId: 'a' }));

    await client.send(new PutSecretValueCommand({ SecretId: 'a', SecretString: '2' }));

    const after = await client.send(new DescribeSecretCommand({ SecretId: 'a' }));
    expect(await read('a')).toBe('2');
    expect(Object.keys(after.VersionIdsToStages!)).not.toEqual(
      Object.keys(before.VersionIdsToStages!),
    );
  });

  it('keeps a value under a label of its own out of force, until it takes the place of the one that is named', async () => {
    const created = await client.send(new CreateSecretCommand({ Name: 'a', SecretString: '1' }));
    const put = await client.send(
      new PutSecretValueCommand({ SecretId: 'a', SecretString: '2', VersionStages: ['LATER'] }),
    );
    const before = await read('a');
    const move = { SecretId: 'a', VersionStage: 'AWSCURRENT', MoveToVersionId: put.VersionId };

    const wrong = client.send(
      new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: 'f'.repeat(32) }),
    );
    await expect(wrong).rejects.toThrow(InvalidParameterException);
    const between = await read('a');
    await client.send(
      new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: created.VersionId }),
    );

    expect([before, between, await read('a')]).toEqual(['1', '1', '2']);
  });

  it('sees what a person wrote into the file', async () => {
    writeFileSync(file, '{"holdfast/local/source/website":{"current":"typed by hand"}}');

    const secret = await read('holdfast/local/source/website');

    expect(JSON.parse(secret!)).toEqual({ current: 'typed by hand' });
  });

  it('keeps the file to its owner, and text that looks like JSON as it is', async () => {
    await client.send(new CreateSecretCommand({ Name: 'a', SecretString: '{ "spaced": 1 }' }));

    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await read('a')).toBe('{ "spaced": 1 }');
  });

  it('closes a file that others could read', () => {
    writeFileSync(file, '{"a":"1"}', { mode: 0o644 });

    openSecretFile(file);

    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('names the file that is no JSON object', () => {
    writeFileSync(file, '[1]');

    expect(() => openSecretFile(file)).toThrow(file);
    expect(readFileSync(file, 'utf8')).toBe('[1]');
  });
});

async function read(id: string): Promise<string | undefined> {
  return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;
}
