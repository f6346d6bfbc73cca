import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defineConfig } from '../../lambdas/core/config.ts';
import { sourceVersion } from '../../lib/source-version.ts';

const CONFIG = defineConfig({ sources: { demo: { provider: 'typeform' } } });

const copies: string[] = [];

function aCopy(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'holdfast-version-'));
  copies.push(copy);
  for (const each of [
    'lambdas',
    'lib',
    'bin',
    'holdfast.config.ts',
    'package.json',
    'package-lock.json',
  ]) {
    cpSync(each, path.join(copy, each), { recursive: true });
  }
  return copy;
}

afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
});

describe('the version of a checkout', () => {
  it("is the package's, and a digest of what is deployed", () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

    expect(sourceVersion(CONFIG)).toMatch(/^\d+\.\d+\.\d+\+[0-9a-f]{12}$/);
    expect(sourceVersion(CONFIG).startsWith(`${version}+`)).toBe(true);
  });

  it('is the same for the same files, wherever they lie and however their lines end', () => {
    const copy = aCopy();
    const file = path.join(copy, 'lib/sweeper.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));

    expect(sourceVersion(CONFIG, copy)).toBe(sourceVersion(CONFIG));
  });

  it('is another one with another setting', () => {
    const other = defineConfig({ sources: { demo: { provider: 'typeform', trust: 60 } } });

    expect(sourceVersion(other)).not.toBe(sourceVersion(CONFIG));
  });

  it.each(['lambdas/core/head.ts', 'lib/sweeper.ts', 'package-lock.json'])(
    'is another one after a change of %s',
    (name) => {
      const copy = aCopy();
      const file = path.join(copy, name);
      writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);

      expect(sourceVersion(CONFIG, copy)).not.toBe(sourceVersion(CONFIG));
    },
  );
});
