import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../../local/mutants/mutants.ts';

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'local/zoho-simulator/README.md',
  'local/provider-apis/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
];
const read = (file: string): string => readFileSync(file, 'utf8');
const scripts = (JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> })
  .scripts;

/** As GitHub makes them. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const undocumentedExports = (file: string): string[] => {
  const lines = read(file).split('\n');
  return lines.flatMap((line, index) => {
    const name = /^export (?:async )?(?:function|const|class|interface|type) (\w+)/.exec(line)?.[1];
    const isDocumented = lines[index - 1]?.trimEnd().endsWith('*/') === true;
    return name === undefined || isDocumented ? [] : [`${file}: ${name}`];
  });
};

describe('the repository', () => {
  it.each(PAGES)('has whatever %s links to', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((link) => link[1]!);

    for (const link of links) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : path.join(path.dirname(page), file);
      expect(existsSync(target), `${page} links to ${link}`).toBe(true);
      if (anchor === undefined) continue;
      const anchors = [...read(target).matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1]!));
      expect(anchors, `${page} links to ${link}`).toContain(anchor);
    }
  });

  it.each(PAGES)('has every npm script that %s names', (page) => {
    const named = [...read(page).matchAll(/npm run ([a-z:-]+)/g)].map((match) => match[1]!);

    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('has every test that SECURITY.md leans on', () => {
    const named = [
      ...read('SECURITY.md').matchAll(/`((?:unit|contract|infra|integration)\/[a-z0-9/*-]+)`/g),
    ].map((match) => path.join('test', match[1]!.replace(/\/\*$/, '')));

    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((each) => !existsSync(each) && !existsSync(`${each}.test.ts`))).toEqual([]);
  });

  it('says of every export what it guarantees', () => {
    const undocumented = ['bin', 'lib', 'lambdas', 'local'].flatMap((room) =>
      readdirSync(room, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => path.join(room, name))
        .flatMap((file) => undocumentedExports(file)),
    );

    expect(undocumented).toEqual([]);
  });

  it('lets CI run the very test command of the README', () => {
    const ci = read('.ci/run').split('\n');

    expect(read('README.md')).toContain('npm ci && npm test');
    expect(ci).toContain('npm ci');
    expect(ci).toContain('npm test');
  });

  it('names every decision in the architecture page', () => {
    const page = read('docs/architecture.md');

    for (const adr of readdirSync('docs/adr')) expect(page).toContain(`adr/${adr}`);
  });

  it('says in docs/guarantees.md which mutants stand against each guarantee, and leaves none out', () => {
    const lists = [...read('docs/guarantees.md').matchAll(/mutants\s+((?:`[a-z-]+`[,.]\s*)+)/g)];

    const named = lists.flatMap(([, list = '']) =>
      [...list.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
    );

    expect(new Set(named)).toEqual(new Set(MUTANTS.map(({ name }) => name)));
  });
});
