import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Metafile } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { CANARY_ENV_NAMES } from '../../lambdas/canary/env.ts';
import { CONSUMER_ENV_NAMES } from '../../lambdas/consumer/env.ts';
import { INTAKE_ENV_NAMES } from '../../lambdas/intake/env.ts';
import { SWEEPER_ENV_NAMES } from '../../lambdas/sweeper/env.ts';
import { readBundleReport } from '../../lib/bundle-report.ts';
import {
  BUNDLE_BYTES_MAX,
  bundleFunction,
  FUNCTION_ENTRIES,
  type FunctionName,
  writeBundle,
} from '../../lib/bundling.ts';
import { functionCode } from '../../lib/function-code.ts';

const NAMES = Object.keys(FUNCTION_ENTRIES) as FunctionName[];
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bundle-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Output = Metafile['outputs'][string];

const anOutput = (changes: Partial<Output> = {}): Output => ({
  bytes: 100,
  imports: [],
  exports: [],
  inputs: {},
  ...changes,
});
const ENTRY = 'dist/intake/index.mjs';
const aMetafile = (changes: Partial<Output>, others: Metafile['outputs'] = {}): Metafile => ({
  inputs: {},
  outputs: { [ENTRY]: anOutput(changes), ...others },
});
const importing = (
  path: string,
  kind: Output['imports'][number]['kind'],
): { imports: Output['imports'] } => ({ imports: [{ path, kind }] });

describe('the report of a bundle', () => {
  it('adds up what each package weighs, largest first', () => {
    const metafile = aMetafile({
      bytes: 1_000,
      imports: [{ path: 'node:https', kind: 'import-statement', external: true }],
      inputs: {
        'lambdas/intake/handler.ts': { bytesInOutput: 100 },
        'node_modules/@smithy/core/a.js': { bytesInOutput: 300 },
        'node_modules/@smithy/core/b.js': { bytesInOutput: 200 },
        'node_modules/zod/mini/index.js': { bytesInOutput: 50 },
        'node_modules/zod/node_modules/inner/index.js': { bytesInOutput: 10 },
      },
    });

    const report = readBundleReport(metafile, ENTRY);

    expect(report.bytes).toBe(1_000);
    expect(report.packages).toEqual([
      { name: '@smithy/core', bytes: 500 },
      { name: 'holdfast', bytes: 100 },
      { name: 'zod', bytes: 50 },
      { name: 'inner', bytes: 10 },
    ]);
  });

  it('counts what the entry imports statically, by way of others too, and each file once', () => {
    const metafile = aMetafile(importing('dist/intake/chunks/a.mjs', 'import-statement'), {
      'dist/intake/chunks/a.mjs': anOutput({
        bytes: 20,
        ...importing('dist/intake/chunks/b.mjs', 'import-statement'),
        inputs: { 'node_modules/zod/mini/index.js': { bytesInOutput: 15 } },
      }),
      'dist/intake/chunks/b.mjs': anOutput({
        bytes: 3,
        ...importing('dist/intake/chunks/a.mjs', 'import-statement'),
      }),
    });

    const report = readBundleReport(metafile, ENTRY);

    expect(report.bytes).toBe(123);
    expect(report.packages).toEqual([{ name: 'zod', bytes: 15 }]);
    expect(report.lazyChunks).toEqual([]);
  });

  it('reports apart what is read only when it is needed', () => {
    const metafile = aMetafile(importing('dist/intake/chunks/lazy.mjs', 'dynamic-import'), {
      'dist/intake/chunks/lazy.mjs': anOutput({
        bytes: 9_000,
        ...importing(ENTRY, 'import-statement'),
        inputs: { 'node_modules/libphonenumber-js/min/index.js': { bytesInOutput: 8_000 } },
      }),
      'dist/intake/chunks/lazy.mjs.map': anOutput({ bytes: 50_000 }),
    });

    const report = readBundleReport(metafile, ENTRY);

    expect(report.bytes).toBe(100);
    expect(report.lazyChunks).toEqual([
      {
        path: 'dist/intake/chunks/lazy.mjs',
        bytes: 9_000,
        packages: [{ name: 'libphonenumber-js', bytes: 8_000 }],
      },
    ]);
  });

  it('accepts a left-out package that is loaded only when it is needed', () => {
    const metafile = aMetafile({
      imports: [
        { path: '@aws-sdk/credential-provider-sso', kind: 'dynamic-import', external: true },
      ],
    });

    expect(readBundleReport(metafile, ENTRY).staticallyMissing).toEqual([]);
  });

  it('names a left-out package without which the bundle cannot start, wherever it is imported', () => {
    const metafile = aMetafile(
      {
        imports: [
          { path: '@aws-sdk/credential-provider-sso', kind: 'import-statement', external: true },
          { path: 'dist/intake/chunks/a.mjs', kind: 'import-statement' },
        ],
      },
      {
        'dist/intake/chunks/a.mjs': anOutput({
          imports: [
            { path: '@smithy/credential-provider-imds/x', kind: 'require-call', external: true },
          ],
        }),
      },
    );

    expect(readBundleReport(metafile, ENTRY).staticallyMissing).toEqual([
      '@aws-sdk/credential-provider-sso',
      '@smithy/credential-provider-imds/x',
    ]);
  });
});

describe.each(NAMES)('the bundle of %s', (name) => {
  const bundle = bundleFunction(name);
  const report = readBundleReport(bundle.metafile, bundle.entry);

  it('starts within its budget and lacks nothing that it needs to start', () => {
    expect(report.bytes).toBeLessThanOrEqual(BUNDLE_BYTES_MAX[name]);
    expect(report.staticallyMissing).toEqual([]);
  });

  it('leaves for later what only some requests need', () => {
    const readAtStart = report.packages.map((each) => each.name);

    expect(readAtStart).toContain('zod');
    expect(readAtStart).not.toContain('libphonenumber-js');
    expect(readAtStart).not.toContain('@fastify/busboy');
  });

  it('starts, and finds each of its parts, where there is nothing but the bundle', () => {
    const place = join(folder, name);
    writeBundle(bundle, place);
    const modules = ['index.mjs', ...bundle.files.keys()].filter((path) => path.endsWith('.mjs'));
    const load = `Promise.all(${JSON.stringify(modules)}.map((path) => import('./' + path)))`;
    const variables = [
      ...CANARY_ENV_NAMES,
      ...INTAKE_ENV_NAMES,
      ...CONSUMER_ENV_NAMES,
      ...SWEEPER_ENV_NAMES,
    ];

    const printed = execFileSync(
      process.execPath,
      ['-e', `${load}.then(([entry]) => console.log(typeof entry.handler))`],
      {
        cwd: place,
        encoding: 'utf8',
        env: {
          ...Object.fromEntries(variables.map((variable) => [variable, 'https://example.com'])),
          STAGE: 'dev',
          ZOHO_ENABLED: 'true',
          AWS_REGION: 'eu-central-1',
        },
      },
    );

    expect(printed.trim()).toBe('function');
  });
});

it('leaves the reader of details, and with it every provider, out of the consumer’s start', () => {
  const { metafile, entry, files } = bundleFunction('consumer');
  const readers = metafile.outputs[entry]?.imports.filter(({ path }) =>
    path.includes('details-reader'),
  );
  const inputs = Object.keys(metafile.outputs[entry]?.inputs ?? {});

  expect(readers).toEqual([
    { path: './details-reader.mjs', kind: 'dynamic-import', external: true },
  ]);
  expect([...files.keys()]).toContain('details-reader.mjs');
  expect(inputs.filter((path) => path.endsWith('providers/reading/read-form.ts'))).toEqual([]);
});

it('reads the numbering plans of intake when a lead has a phone number', () => {
  const { metafile, entry } = bundleFunction('intake');

  const later = readBundleReport(metafile, entry).lazyChunks.flatMap((chunk) => chunk.packages);

  expect(later.map(({ name }) => name)).toContain('libphonenumber-js');
});

describe('the deployed code', () => {
  /** Bundles every function as `cdk synth` does, into a cloud assembly. */
  const assetsOf = (outdir: string): ReadonlyMap<string, readonly string[]> => {
    const app = new App({ outdir });
    const stack = new Stack(app, 'Stack');
    const functions = NAMES.map(
      (name) =>
        new LambdaFunction(stack, name, {
          code: functionCode(name),
          handler: 'index.handler',
          runtime: Runtime.NODEJS_24_X,
          architecture: Architecture.ARM_64,
        }),
    );
    expect(functions).toHaveLength(NAMES.length);
    app.synth();
    const assets = readdirSync(outdir).filter((entry) => entry.startsWith('asset.'));
    return new Map(
      assets.map((asset) => [
        asset,
        readdirSync(join(outdir, asset), { recursive: true, encoding: 'utf8' }),
      ]),
    );
  };

  it(
    'is the measured bundle, one for each function, and the same wherever it is made',
    () => {
      const first = assetsOf(join(folder, 'first'));
      const second = assetsOf(join(folder, 'deeper', 'second'));

      const entriesOfAssets = [...first.keys()].map((asset) =>
        readFileSync(join(folder, 'first', asset, 'index.mjs'), 'utf8'),
      );
      const measured = NAMES.map((name) => bundleFunction(name).files.get('index.mjs'));
      expect(entriesOfAssets.sort()).toEqual(
        measured.map((file) => String(Buffer.from(file!))).sort(),
      );
      expect(new Set(entriesOfAssets).size).toBe(NAMES.length);
      expect([...second]).toEqual([...first]);
    },
    BUILDING_MS,
  );
});

/** Nine bundles are built here. That is work, not waiting: it takes as long as the machine is busy with other tests. */
const BUILDING_MS = 120_000;
