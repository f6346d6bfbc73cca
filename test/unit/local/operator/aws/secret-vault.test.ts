import { createServer, type Server } from 'node:http';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServer, listenOnLoopback } from '../../../../../local/emulators/listen.ts';
import { createSecretVault } from '../../../../../local/operator/aws/secret-vault.ts';

describe('the secrets of a stage, for an operator', () => {
  const open: { server: Server; client: SecretsManagerClient }[] = [];

  afterEach(async () => {
    for (const { server, client } of open.splice(0)) {
      client.destroy();
      await closeServer(server);
    }
  });

  /** Secrets Manager, as far as it is asked: an answer for each operation. */
  const aVault = async (
    answers: Readonly<Record<string, { status?: number; body: object }>>,
    hasVersions = true,
  ) => {
    const requests: { operation: string; body: string }[] = [];
    const server = createServer((request, response) => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        requests.push({ operation, body });
        const answer = answers[operation] ?? { status: 400, body: {} };
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(answer.body));
      });
    });
    const port = await listenOnLoopback(server, { port: 0, what: 'it', remedy: '' });
    const client = new SecretsManagerClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'A', secretAccessKey: 'b' },
      maxAttempts: 1,
    });
    open.push({ server, client });
    return { vault: createSecretVault(client, { hasVersions }), requests };
  };
  const value = { body: { SecretString: '{"current":"x"}' } };
  const versions = (stages: Record<string, string[]>) => ({ body: { VersionIdsToStages: stages } });

  it.each([
    ['generated, as long as nobody has replaced it', { a: ['AWSCURRENT'] }, true],
    [
      'stored by somebody, once there was another',
      { a: ['AWSPREVIOUS'], b: ['AWSCURRENT'] },
      false,
    ],
  ])('are %s', async (_, stages, isGenerated) => {
    const { vault } = await aVault({ GetSecretValue: value, DescribeSecret: versions(stages) });

    expect(await vault.read('it')).toEqual({ text: '{"current":"x"}', isGenerated });
  });

  it('never pass for generated where no versions are kept', async () => {
    const { vault, requests } = await aVault({ GetSecretValue: value }, false);

    expect(await vault.read('it')).toMatchObject({ isGenerated: false });
    expect(requests.map(({ operation }) => operation)).toEqual(['GetSecretValue']);
  });

  it('are not there, which is no fault, or cannot be read, which is one', async () => {
    const none = { status: 400, body: { __type: 'ResourceNotFoundException' } };
    const denied = { status: 400, body: { __type: 'AccessDeniedException' } };

    expect(await (await aVault({ GetSecretValue: none })).vault.read('it')).toBeUndefined();
    await expect((await aVault({ GetSecretValue: denied })).vault.read('it')).rejects.toThrow(
      'The secret it could not be read',
    );
  });

  it('are replaced, never made', async () => {
    const { vault, requests } = await aVault({ PutSecretValue: { body: {} } });

    await vault.write('it', '{"current":"y"}');

    expect(requests).toEqual([
      { operation: 'PutSecretValue', body: expect.stringContaining('"SecretId":"it"') },
    ]);
    await expect((await aVault({})).vault.write('it', 'x')).rejects.toThrow('could not be written');
  });

  describe('replaced only if they are still what was read', () => {
    const put = { body: { VersionId: 'v2' } };
    const invalid = { status: 400, body: { __type: 'InvalidParameterException' } };
    const current = (version: string) => ({ body: { SecretString: 'x', VersionId: version } });

    it('are stored first, then put in force in the place of the one that was read', async () => {
      const { vault, requests } = await aVault({
        PutSecretValue: put,
        UpdateSecretVersionStage: { body: {} },
      });

      expect(await vault.replace('it', '{"current":"y"}', 'v1')).toBe('replaced');

      expect(requests.map(({ operation }) => operation)).toEqual([
        'PutSecretValue',
        'UpdateSecretVersionStage',
      ]);
      expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
        VersionStages: ['HOLDFASTPENDING'],
      });
      expect(JSON.parse(requests[1]?.body ?? '')).toEqual({
        SecretId: 'it',
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: 'v2',
        RemoveFromVersionId: 'v1',
      });
    });

    it('stay when somebody else has replaced them meanwhile', async () => {
      const { vault } = await aVault({
        PutSecretValue: put,
        UpdateSecretVersionStage: invalid,
        GetSecretValue: current('v3'),
      });

      expect(await vault.replace('it', 'y', 'v1')).toBe('changed');
    });

    it('cannot be replaced: an error that is none of the label is not taken for that', async () => {
      const { vault } = await aVault({
        PutSecretValue: put,
        UpdateSecretVersionStage: invalid,
        GetSecretValue: current('v1'),
      });

      await expect(vault.replace('it', 'y', 'v1')).rejects.toThrow('could not be written');
    });
  });
});
