import type { Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { readBundleReport } from '../../lib/bundle-report.ts';
import { esbuildOptions, FUNCTION_BUNDLING } from '../../lib/bundling.ts';

const aMetafile = (changes: Partial<Metafile['outputs'][string]> = {}): Metafile => ({
  inputs: {},
  outputs: {
    'dist/intake/index.mjs': {
      bytes: 1_000,
      imports: [{ path: 'node:https', kind: 'import-statement', external: true }],
      exports: ['handler'],
      inputs: {
        'lambdas/intake/handler.ts': { bytesInOutput: 100 },
        'node_modules/@smithy/core/a.js': { bytesInOutput: 300 },
        'node_modules/@smithy/core/b.js': { bytesInOutput: 200 },
        'node_modules/zod/mini/index.js': { bytesInOutput: 50 },
        'node_modules/zod/node_modules/inner/index.js': { bytesInOutput: 10 },
      },
      ...changes,
    },
  },
});

describe('the report of a bundle', () => {
  it('adds up what each package weighs, largest first', () => {
    const report = readBundleReport(aMetafile(), 'dist/intake/index.mjs');

    expect(report.bytes).toBe(1_000);
    expect(report.packages).toEqual([
      { name: '@smithy/core', bytes: 500 },
      { name: 'holdfast', bytes: 100 },
      { name: 'zod', bytes: 50 },
      { name: 'inner', bytes: 10 },
    ]);
  });

  it('accepts a left-out package that is loaded only when it is needed', () => {
    const metafile = aMetafile({
      imports: [
        { path: '@aws-sdk/credential-provider-sso', kind: 'dynamic-import', external: true },
      ],
    });

    expect(readBundleReport(metafile, 'dist/intake/index.mjs').staticallyMissing).toEqual([]);
  });

  it('names a left-out package without which the bundle cannot start', () => {
    const metafile = aMetafile({
      imports: [
        { path: '@aws-sdk/credential-provider-sso', kind: 'import-statement', external: true },
        { path: '@smithy/credential-provider-imds/x', kind: 'require-call', external: true },
      ],
    });

    expect(readBundleReport(metafile, 'dist/intake/index.mjs').staticallyMissing).toEqual([
      '@aws-sdk/credential-provider-sso',
      '@smithy/credential-provider-imds/x',
    ]);
  });
});

describe('the measured bundle', () => {
  it('is made with the options of the deployed one', () => {
    const measured = esbuildOptions('in.ts', 'out.mjs');

    expect(measured).toMatchObject({
      format: FUNCTION_BUNDLING.format,
      target: FUNCTION_BUNDLING.target,
      minify: FUNCTION_BUNDLING.minify,
      sourcesContent: FUNCTION_BUNDLING.sourcesContent,
      mainFields: FUNCTION_BUNDLING.mainFields,
      external: FUNCTION_BUNDLING.externalModules,
      banner: { js: FUNCTION_BUNDLING.banner },
    });
  });
});
