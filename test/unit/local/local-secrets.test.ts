import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { openSecretFile } from '../../../local/emulators/secret-file.ts';
import { ensureLocalSecrets } from '../../../local/local-secrets.ts';

const config = defineConfig({
  sources: { social: { provider: 'meta' }, shop: { provider: 'url_token' } },
});

describe('the secrets of a local pipeline', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'holdfast-secrets-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const ensured = (before: Record<string, object> = {}) => {
    const secrets = openSecretFile(path.join(directory, 'secrets.json'));
    for (const [id, value] of Object.entries(before)) secrets.set(id, JSON.stringify(value));
    ensureLocalSecrets(secrets, config);
    return (source: string) =>
      JSON.parse(secrets.get(`holdfast/local/source/${source}`) ?? '{}') as Record<string, string>;
  };

  it('hold what each provider asks for', () => {
    const secretOf = ensured();

    expect(Object.keys(secretOf('social'))).toEqual(['current', 'verify_token', 'api_token']);
    expect(Object.keys(secretOf('shop'))).toEqual(['current']);
  });

  it('stay, and get what is missing', () => {
    const stored = { current: 'a-secret-of-example-length', api_token: 'mine' };

    const secretOf = ensured({ 'holdfast/local/source/social': stored });

    expect(secretOf('social')).toEqual({
      ...stored,
      verify_token: expect.stringMatching(/^.{16,}$/),
    });
    expect(ensured()('social')).toEqual(secretOf('social'));
  });
});
