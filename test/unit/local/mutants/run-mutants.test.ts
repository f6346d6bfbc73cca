import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mutant } from '../../../../local/mutants/mutant.ts';
import { runMutants } from '../../../../local/mutants/run-mutants.ts';

/** A repository of one rule, and a simulation that holds it to it. */
const RULE = 'export const limit: number = 2;\n';
const SIMULATION = `
import { limit } from '../../lambdas/rule.ts';
const seeds = Number(process.argv[2]);
if (limit === 9) await new Promise(() => setInterval(() => {}, 1_000));
if (limit > 2) {
  console.log(JSON.stringify({ seed: limit, invariant: 'G3' }));
  process.exitCode = 1;
} else {
  console.log(JSON.stringify({ seeds }));
}
`;

const COMMAND = path.resolve(import.meta.dirname, '../../../../bin/mutants.ts');

let root: string;
let temp: string;

beforeEach(() => {
  const base = mkdtempSync(path.join(tmpdir(), 'holdfast-mutants-test-'));
  root = path.join(base, 'repository');
  temp = path.join(base, 'tmp');
  for (const room of ['bin', 'lambdas', 'lib', 'local/mutants', 'node_modules']) {
    mkdirSync(path.join(root, room), { recursive: true });
  }
  mkdirSync(temp);
  vi.stubEnv('TMPDIR', temp);
  vi.stubEnv('TEMP', temp);
  writeFileSync(path.join(root, 'holdfast.config.ts'), '');
  writeFileSync(path.join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(path.join(root, 'lambdas', 'rule.ts'), RULE);
  writeFileSync(path.join(root, 'local', 'mutants', 'first-violation.ts'), SIMULATION);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(path.dirname(root), { recursive: true });
});

function limitOf(limit: string): Mutant {
  return {
    name: `limit-${limit}`,
    fault: `The limit is ${limit}.`,
    breaks: 'G3',
    patches: [{ file: 'lambdas/rule.ts', find: '= 2;', replace: `= ${limit};` }],
  };
}

async function run(
  mutants: readonly Mutant[],
  timeoutMs = 20_000,
  signal = new AbortController().signal,
) {
  const lines: string[] = [];
  const exitCode = await runMutants({
    mutants,
    root,
    seeds: 40,
    parallel: 2,
    timeoutMs,
    signal,
    print: (line) => lines.push(line),
  });
  return { exitCode, text: lines.join('\n') };
}

describe('the mutant runner', () => {
  it('tells which seed caught each, and leaves nothing behind', async () => {
    const { exitCode, text } = await run([limitOf('3'), limitOf('4'), limitOf('5')]);

    expect(exitCode).toBe(0);
    expect(text).toContain('unchanged source: no violation in 40 seeds');
    expect(text).toMatch(/^limit-4 +caught: seed 4, G3 +[\d.]+ s +The limit is 4\.$/m);
    expect(text).toContain('3 of 3 mutants caught.');
    expect(readFileSync(path.join(root, 'lambdas', 'rule.ts'), 'utf8')).toBe(RULE);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('fails when one survives', async () => {
    const { exitCode, text } = await run([limitOf('3'), limitOf('1')]);

    expect(exitCode).toBe(1);
    expect(text).toMatch(/^limit-1 +SURVIVED 40 seeds/m);
    expect(text).toContain('1 of 2 mutants caught.');
  });

  it('does not take a mutant for caught that does not load, or does not end', async () => {
    const { exitCode, text } = await run([limitOf('('), limitOf('9')], 3_000);

    expect(exitCode).toBe(1);
    expect(text).toMatch(/^limit-\( +NO VERDICT: exit code 1: .*Error/m);
    expect(text).toMatch(/^limit-9 +NO VERDICT: not done after 3 s/m);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('runs none when one does not fit the source', async () => {
    const misfit = { ...limitOf('3'), name: 'misfit', patches: [] };

    const { exitCode, text } = await run([limitOf('4'), misfit]);

    expect(exitCode).toBe(1);
    expect(text).toBe('misfit: it has no patch');
  });

  it('runs none when the source is not clean without them', async () => {
    writeFileSync(path.join(root, 'lambdas', 'rule.ts'), RULE.replace('2', '7'));
    const mutant = {
      ...limitOf('4'),
      patches: [{ file: 'lambdas/rule.ts', find: '7', replace: '4' }],
    };

    const { exitCode, text } = await run([mutant]);

    expect(exitCode).toBe(1);
    expect(text).toMatch(
      /^The unchanged source must keep every invariant first: caught: seed 7, G3$/,
    );
  });

  it('ends what it has started when it is interrupted', async () => {
    const ending = new AbortController();
    const running = run([limitOf('9'), limitOf('9'), limitOf('9')], 20_000, ending.signal);
    await vi.waitUntil(() => readdirSync(temp).length === 2, 10_000);

    ending.abort();

    await expect(running).rejects.toThrow('aborted');
    expect(readdirSync(temp)).toEqual([]);
  });

  it('ends what it has started when something fails', async () => {
    const running = runMutants({
      mutants: [limitOf('9'), limitOf('3')],
      root,
      seeds: 40,
      parallel: 2,
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      print: (line) => {
        if (line.startsWith('limit-3')) throw new Error('nobody reads this');
      },
    });

    await expect(running).rejects.toThrow('nobody reads this');
    expect(readdirSync(temp)).toEqual([]);
  });
});

describe('a source copy', () => {
  const COPY = path.resolve(import.meta.dirname, '../../../../local/mutants/source-copy.ts');

  it('goes with a process that nobody cared to end well', () => {
    const script = `
      import { readdirSync } from 'node:fs';
      import { createSourceCopy } from ${JSON.stringify(pathToFileURL(COPY).href)};
      await createSourceCopy(${JSON.stringify(root)}, new Map());
      console.log(readdirSync(${JSON.stringify(temp)}).length);
      throw new Error('nobody catches this');
    `;

    const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });

    expect(ended).toMatchObject({ status: 1, stdout: '1\n' });
    expect(readdirSync(temp)).toEqual([]);
  });
});

describe('the command', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('cleans up at %s', async (signal) => {
    const command = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', COMMAND, '--seeds', '999999'],
      { stdio: ['ignore', 'inherit', 'pipe'] },
    );
    const ended = once(command, 'exit');
    await vi.waitUntil(() => readdirSync(temp).length === 1, 20_000);

    command.kill(signal);

    const [exitCode] = await ended;
    expect(exitCode).toBe(128 + constants.signals[signal]);
    expect(readdirSync(temp)).toEqual([]);
  });
});
