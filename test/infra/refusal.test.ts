import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let project = '';

// A project of its own, since the CDK entry reads the configuration that lies beside it.
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'holdfast-synth-'));
  for (const part of ['bin', 'lib', 'lambdas', 'package.json', 'package-lock.json']) {
    cpSync(join(ROOT, part), join(project, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

/** Runs the CDK app as `cdk synth` does, with a configuration and a context. */
function runApp(
  configuration: string,
  context: Record<string, unknown> = {},
): { status: number | null; stderr: string } {
  writeFileSync(
    join(project, 'holdfast.config.ts'),
    `import { defineConfig } from './lambdas/core/config.ts';
    export const config = defineConfig(${configuration});`,
  );
  const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], {
    cwd: project,
    encoding: 'utf8',
    env: {
      ...process.env,
      CDK_OUTDIR: join(project, 'cdk.out'),
      CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [], ...context }),
    },
  });
  return { status, stderr };
}

const GOOD = `{
  sources: { demo: { provider: 'typeform' } },
  alarms: { subscriptions: [{ protocol: 'email', endpoint: 'on-call@leads.test' }] },
}`;

describe('synth', () => {
  it('accepts a configuration that names one source', () => {
    const run = runApp(GOOD);

    expect(run).toEqual({ status: 0, stderr: '' });
  });

  it('refuses an unknown setting and a wrong value by their paths, in plain words', () => {
    const run = runApp(`{
      sources: { demo: { provider: 'typeform', trust: 101, colour: 'red' } },
    }`);

    expect(run.status).toBe(1);
    expect(run.stderr).toContain('holdfast.config.ts is not valid:');
    expect(run.stderr).toMatch(/sources\.demo.*colour/);
    expect(run.stderr).toMatch(/sources\.demo\.trust: .*100/);
    expect(run.stderr).not.toMatch(/^\s+at /m);
  });

  it('refuses settings that do not fit together by both names', () => {
    const run = runApp(
      `{ sources: { demo: { provider: 'typeform' } }, delivery: { maxConcurrency: 9 } }`,
    );

    expect(run.status).toBe(1);
    expect(run.stderr.trim().split('\n')).toEqual([
      'These settings do not hold:',
      expect.stringMatching(/delivery\.maxConcurrency is 9.*zoho\.editionConcurrency \(10\)/),
    ]);
  });

  it('refuses a context that it does not understand', () => {
    const run = runApp(GOOD, { stage: 'Prod', zohoEnabled: 'off' });

    expect(run.status).toBe(1);
    expect(run.stderr).toContain('-c stage: must be lower-case letters');
    expect(run.stderr).toContain('-c zohoEnabled: must be true or false, not "off"');
  });
});
