import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../lambdas/core/errors.ts';
import { bundleFunction, FUNCTION_ENTRIES, type FunctionName } from '../../lib/bundling.ts';
import { configFile, loadConfig } from '../../lib/config-file.ts';
import { holdfastWith } from '../support/command-line.ts';

const NAMES = Object.keys(FUNCTION_ENTRIES) as FunctionName[];
const CORE = new URL('../../lambdas/core/config.ts', import.meta.url).href;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string, core = CORE): string {
  const file = join(folder, name);
  writeFileSync(file, `import { defineConfig } from '${core}';\n${text}`);
  return file;
}

const other = (): string =>
  write(
    'other.ts',
    "export const config = defineConfig({ sources: { elsewhere: { provider: 'tally' } } });",
    new URL(CORE).pathname,
  );

describe('the configuration of a stage', () => {
  it('is holdfast.config.ts where nothing else is named', async () => {
    const config = await loadConfig({});

    expect(Object.keys(config.sources)).toContain('demo_request');
    expect(configFile({ HOLDFAST_CONFIG: '' })).toBe(configFile({}));
  });

  it('is the file that HOLDFAST_CONFIG names, from the root of the project', async () => {
    const absolute = await loadConfig({ HOLDFAST_CONFIG: other() });
    const fromRoot = configFile({ HOLDFAST_CONFIG: 'examples/provider/acme.ts' });

    expect(Object.keys(absolute.sources)).toEqual(['elsewhere']);
    expect(readFileSync(fromRoot, 'utf8')).toContain('acme');
  });

  it('is refused by the name of its own file', async () => {
    const missing = loadConfig({ HOLDFAST_CONFIG: 'not-there.ts' });
    const empty = loadConfig({ HOLDFAST_CONFIG: write('empty.ts', 'export const settings = {};') });
    const wrong = write('wrong.ts', 'export const config = defineConfig({ sources: {} });');

    await expect(missing).rejects.toThrow(ConfigError);
    await expect(missing).rejects.toThrow(/HOLDFAST_CONFIG names .*not-there\.ts, which is not/);
    await expect(empty).rejects.toThrow(/empty\.ts exports no configuration/);
    await expect(loadConfig({ HOLDFAST_CONFIG: wrong })).rejects.toThrow(`${wrong} is not valid:`);
  });

  it.each(NAMES)('is what %s is bundled with, and no other', (name) => {
    const { files } = bundleFunction(name, other());
    const text = [...files]
      .filter(([path]) => path.endsWith('.mjs'))
      .map(([, contents]) => Buffer.from(contents).toString())
      .join('\n');

    expect(text).toContain('elsewhere');
    expect(text).not.toContain('demo_request');
  });

  it('is what the commands read', async () => {
    const answer = await holdfastWith({ HOLDFAST_CONFIG: other() }, 'samples', 'demo_request');

    expect(answer.code).toBe(2);
    expect(answer.err).toContain('elsewhere');
  });
});
