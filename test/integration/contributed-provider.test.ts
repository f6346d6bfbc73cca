import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PAGE = readFileSync('CONTRIBUTING.md', 'utf8');
const LINES_MAX = 60;

/** The text of the page's first block in a language that comes after a heading. */
function blockAfter(heading: string, language: string): string {
  const [, text] = PAGE.slice(PAGE.indexOf(heading)).split(`\`\`\`${language}\n`);
  return (text ?? '').split('```\n')[0] ?? '';
}

/** As the file reads where the page says that it lies. */
function moved(source: string): string {
  return source
    .replaceAll("'../../lambdas/providers/", "'./")
    .replaceAll("'../../lambdas/", "'../");
}

/** Puts each line with a plus before the one that follows it in the block. */
function applied(diff: string, text: string): string {
  const lines = text.split('\n');
  const block = diff.split('\n');
  block.forEach((line, index) => {
    if (!line.startsWith('+')) return;
    const next = (block[index + 1] ?? '').slice(1);
    expect(
      lines.filter((each) => each === next),
      next,
    ).toHaveLength(1);
    lines.splice(lines.indexOf(next), 0, line.slice(1));
  });
  return lines.join('\n');
}

const COPIED = [
  'bin',
  'docs',
  'examples/webhooks',
  'lambdas',
  'lib',
  'local',
  'test/fixtures',
  'test/support',
  'test/unit/providers',
  'holdfast.config.ts',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];

/** Whole programs run here, beside other tests: a bound for one that hangs, not for how fast it is. */
const CHILD_MS = 180_000;

describe('the provider that CONTRIBUTING.md adds', () => {
  let directory: string;

  /** A copy of the repository, with what the page says put where the page says. */
  beforeAll(async () => {
    directory = await mkdtemp(path.join(await realpath(tmpdir()), 'holdfast-contributed-'));
    for (const name of COPIED) {
      await cp(name, path.join(directory, name), { recursive: true });
    }
    const packages = await realpath('node_modules');
    await symlink(packages, path.join(directory, 'node_modules'), 'junction');
    const put = async (name: string, text: string) =>
      await writeFile(path.join(directory, name), text);
    const catalogue = 'lambdas/providers/catalogue.ts';
    await put('lambdas/providers/acme.ts', blockAfter('### 1.', 'ts'));
    await put('examples/webhooks/acme.json', blockAfter('### 2.', 'json'));
    await put(catalogue, applied(blockAfter('### 3.', 'diff'), await readFile(catalogue, 'utf8')));
  });
  afterAll(async () => await rm(directory, { recursive: true, force: true }));

  const node = async (...args: readonly string[]) =>
    await new Promise<{ code: number; out: string }>((resolve) => {
      const options = { cwd: directory, env: { ...process.env, NO_COLOR: '1' } };
      execFile(process.execPath, args, options, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
        resolve({ code, out: `${stdout}${stderr}` });
      });
    });

  it('is the one in examples/provider, which the compiler checks', () => {
    expect(blockAfter('### 1.', 'ts')).toBe(
      moved(readFileSync('examples/provider/acme.ts', 'utf8')),
    );
    expect(blockAfter('### 2.', 'json')).toBe(readFileSync('examples/provider/acme.json', 'utf8'));
  });

  it(`is a file of ${LINES_MAX} lines at most, and four in the catalogue`, () => {
    const added = blockAfter('### 3.', 'diff')
      .split('\n')
      .filter((line) => line.startsWith('+'));

    expect(blockAfter('### 1.', 'ts').trimEnd().split('\n').length).toBeLessThanOrEqual(LINES_MAX);
    expect(added).toHaveLength(4);
  });

  it('passes the tests of every provider, without a line of its own in them', {
    timeout: CHILD_MS,
  }, async () => {
    const { code, out } = await node(
      'node_modules/vitest/vitest.mjs',
      'run',
      'test/unit/providers/examples.test.ts',
      'test/unit/providers/hostile-bodies.test.ts',
      '--reporter=verbose',
      '-t',
      'acme|the catalogue',
    );

    expect(code, out).toBe(0);
    expect(out).toMatch(/who sent acme > is known by the current secret/);
    expect(out).toMatch(/what acme becomes > is one event for each submission/);
    expect(out).toMatch(/> acme > reads any bytes without throwing/);
  });

  it('fits the types of the functions, and has a section in the page of the senders', {
    timeout: CHILD_MS,
  }, async () => {
    const types = await node(
      'node_modules/typescript/bin/tsc',
      '--noEmit',
      '--project',
      'tsconfig.json',
    );
    const docs = await node('bin/docs.ts');

    expect(types.code, types.out).toBe(0);
    expect(docs.code, docs.out).toBe(0);
    const page = await readFile(path.join(directory, 'docs/providers.md'), 'utf8');
    expect(page).toContain("## Acme Forms\n`provider: 'acme'`");
  });
});
