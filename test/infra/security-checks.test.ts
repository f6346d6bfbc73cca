import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { defineConfig } from '../../lambdas/core/config.ts';
import { addSecurityChecks } from '../../lib/security-checks.ts';
import { aConfig, buildTestApp, type StackOptions } from './template.ts';

const outdir = mkdtempSync(join(tmpdir(), 'holdfast-checks-'));
afterAll(() => rmSync(outdir, { recursive: true }));

/** Sources of every kind that the stack treats differently: signed, hex keys, none, thin. */
const config = aConfig({
  sources: {
    ...aConfig().sources,
    ...defineConfig({ sources: { ads: { provider: 'meta' } } }).sources,
  },
});

let sequence = 0;
function build(options: StackOptions = {}) {
  sequence += 1;
  return buildTestApp(join(outdir, String(sequence)), { config, ...options });
}

/** Every finding, with the path of its construct. */
function findingsOf(
  app: App,
  acknowledged: 'left out' | 'included' = 'left out',
): { readonly rule: string; readonly path: string }[] {
  const checks = new AwsSolutionsChecks(app);
  // cdk-nag asks itself this of each finding, and has no option that makes it tell all of them.
  if (acknowledged === 'included') Object.assign(checks, { isAcknowledged: () => false });
  return checks.validateScope(app).violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map((resource) => ({
      rule: ruleName,
      path: (resource as { readonly constructPath?: string }).constructPath ?? '?',
    })),
  );
}

/** Every acknowledgement in the tree. */
function acknowledgementsOf(app: App): { rule: string; reason: string; path: string }[] {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>))
      .map(([id, reason]) => ({
        rule: id.replace(/^annotation::/i, ''),
        reason,
        path: node.path,
      })),
  );
}

describe.each([
  ['dev', {}],
  ['prod', { stage: 'prod' }],
  ['a disposable stage', { stage: 'trial', disposable: 'true' }],
])('AWS’s own rules on %s', (_, context) => {
  it('find nothing that is not acknowledged', () => {
    const [app] = build({ context });

    expect(findingsOf(app)).toEqual([]);
  });

  it('still find what is acknowledged: an acknowledgement that nothing needs is taken out', () => {
    const [app] = build({ context });

    const acknowledged = acknowledgementsOf(app);
    const findings = findingsOf(app, 'included');

    const unneeded = acknowledged.filter(
      ({ rule, path }) =>
        !findings.some((one) => one.rule === rule && `${one.path}/`.startsWith(`${path}/`)),
    );
    expect(unneeded).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(0);
  });
});

describe('an acknowledgement', () => {
  const [app, stack] = build();
  const all = acknowledgementsOf(app);

  it('gives a reason that a reviewer can judge', () => {
    for (const { rule, reason } of all) {
      expect([rule, reason.length >= 40]).toEqual([rule, true]);
      expect(reason).toMatch(/^[A-Z][^]*\.$/);
    }
  });

  it('stands where it is about, not on the whole stack', () => {
    expect(all.filter(({ path }) => path === stack.node.path || path === '')).toEqual([]);
  });

  it('is of these rules only', () => {
    expect([...new Set(all.map(({ rule }) => rule.replace(/\[.*/, '')))].sort()).toEqual([
      'AwsSolutions-APIG4',
      'AwsSolutions-IAM5',
      'AwsSolutions-S1',
      'AwsSolutions-SMG4',
    ]);
  });
});

// The first synthesis of a process reads all of CloudFormation's own rules.
describe('cdk synth', { timeout: 120_000 }, () => {
  it('ends with an error that names the finding when there is one', () => {
    const [app, stack] = build();
    const { node } = new Bucket(stack, 'Open');
    addSecurityChecks(app);

    expect(() => app.synth()).toThrow(`${node.path}/Resource`);
  });

  it('ends well when there is none', () => {
    const [app] = build();
    addSecurityChecks(app);

    expect(() => app.synth()).not.toThrow();
  });
});
