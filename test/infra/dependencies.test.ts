import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { bundleFunction, FUNCTION_ENTRIES, type FunctionName } from '../../lib/bundling.ts';

const names = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies: names, devDependencies: names, optionalDependencies: names })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

const lockedPackage = z.object({
  version: z.optional(z.string()),
  resolved: z.optional(z.string()),
  integrity: z.optional(z.string()),
  license: z.optional(z.string()),
  link: z.optional(z.boolean()),
  dev: z.optional(z.boolean()),
  optional: z.optional(z.boolean()),
  devOptional: z.optional(z.boolean()),
  inBundle: z.optional(z.boolean()),
  hasInstallScript: z.optional(z.boolean()),
});
const { '': root, ...locked } = z
  .object({ packages: z.record(z.string(), lockedPackage) })
  .parse(JSON.parse(readFileSync('package-lock.json', 'utf8'))).packages;
const packages = Object.entries(locked).map(([path, one]) => ({ path, ...one }));
const production = packages.filter(
  ({ dev, optional, devOptional }) => !dev && !optional && !devOptional,
);

const page = readFileSync('docs/dependencies.md', 'utf8');

/** The rows of a section's table, by the package in their first column. */
function rowsOf(heading: string): Readonly<Record<string, readonly string[]>> {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  return Object.fromEntries(
    section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
      .map(([, name = '', ...cells]) => [name, cells.slice(0, -1)]),
  );
}

const inFunctions = rowsOf('In the functions');
const toDeploy = rowsOf('In what deploys them');
const toWork = rowsOf('On the machine of whoever works on it');
const byPlatform = rowsOf('By platform');

describe('docs/dependencies.md', () => {
  it('names every direct dependency, and no other, each with a reason', () => {
    expect(Object.keys({ ...inFunctions, ...toDeploy }).toSorted()).toEqual(
      Object.keys(manifest.dependencies).toSorted(),
    );
    expect(Object.keys(toWork).toSorted()).toEqual(
      Object.keys(manifest.devDependencies).toSorted(),
    );
    expect(Object.keys(byPlatform).toSorted()).toEqual(
      Object.keys(manifest.optionalDependencies).toSorted(),
    );
    const cells = Object.values({ ...inFunctions, ...toDeploy, ...toWork, ...byPlatform }).flat();
    expect(cells.filter((cell) => cell === '')).toEqual([]);
  });

  it('says of each the licence that it comes with', () => {
    const claimed = Object.entries({ ...inFunctions, ...toDeploy, ...toWork, ...byPlatform }).map(
      ([name, cells]) => [name, cells.at(-2)],
    );

    const actual = claimed.map(([name]) => [
      name,
      locked[`node_modules/${name}`]?.license?.replace(/^\((.*)\)$/, '$1') ?? 'none named',
    ]);
    expect(claimed).toEqual(actual);
  });
});

describe('the functions’ bundles', () => {
  const functions = Object.keys(FUNCTION_ENTRIES) as FunctionName[];
  const bundled = new Map(functions.map((name) => [name, packagesIn(name)]));

  it('hold the packages that docs/dependencies.md says, each where it says', () => {
    const claimed = Object.entries(inFunctions).map(([name, [where = '']]) => [name, where]);

    const actual = claimed.map(([name = '']) => [
      name,
      functions.filter((one) => bundled.get(one)?.has(name)).join(', '),
    ]);
    expect(claimed).toEqual(actual);
  });

  it('hold beside them what these bring along, as the page lists it', () => {
    const list = /What these bring along into the bundles: ([^.]*)\. Nothing else\./.exec(
      page,
    )?.[1];
    const claimed = [...(list ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name);

    const all = new Set([...bundled.values()].flatMap((one) => [...one]));
    expect(new Set(claimed)).toEqual(
      new Set([...all].filter((name) => inFunctions[name] === undefined)),
    );
  });

  it('hold no client of any other AWS service', () => {
    const clients = [...bundled.values()]
      .flatMap((one) => [...one])
      .filter((name) => name.startsWith('@aws-sdk/client-'));

    expect(new Set(clients)).toEqual(
      new Set([
        '@aws-sdk/client-dynamodb',
        '@aws-sdk/client-secrets-manager',
        '@aws-sdk/client-sqs',
      ]),
    );
  });
});

/** The packages of which anything is in a function's bundle, lazy parts included. */
function packagesIn(name: FunctionName): ReadonlySet<string> {
  const paths = Object.values(bundleFunction(name).metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
  return new Set(
    paths.flatMap((path) => {
      const inner = path.split('node_modules/').at(-1) ?? path;
      if (inner === path) return [];
      const [first = '', second = ''] = inner.split('/');
      return [first.startsWith('@') ? `${first}/${second}` : first];
    }),
  );
}

describe('the lockfile', () => {
  it('pins every package by its hash; those that come inside another one are pinned with it', () => {
    const unpinned = packages.filter(({ integrity, inBundle }) => !integrity && !inBundle);

    expect(unpinned.map(({ path }) => path)).toEqual([]);
    for (const { path, integrity } of packages) {
      if (integrity !== undefined)
        expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
    }
  });

  it('takes each from the registry that npm is set to, never from a host, a repository or a folder', () => {
    expect(
      packages.filter(({ resolved }) => resolved !== undefined).map(({ path }) => path),
    ).toEqual([]);
    expect(packages.filter(({ link }) => link === true).map(({ path }) => path)).toEqual([]);
  });

  it('has no package among those that users run which runs a script when it is installed', () => {
    expect(production.length).toBeGreaterThan(50);
    expect(
      production.filter(({ hasInstallScript }) => hasInstallScript).map(({ path }) => path),
    ).toEqual([]);
    expect(readFileSync('.npmrc', 'utf8')).toContain('ignore-scripts=true');
  });

  it('asks for exact versions', () => {
    const versions = Object.values(manifest).flatMap((one) => Object.values(one));

    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    expect(root).toBeDefined();
  });

  it('brings only licences that permit use without conditions on the rest, where users run it', () => {
    const permissive = [
      'MIT',
      'MIT-0',
      'Apache-2.0',
      'ISC',
      '0BSD',
      'BSD-2-Clause',
      'BSD-3-Clause',
      'BlueOak-1.0.0',
    ];

    const others = production.filter(
      ({ license = '' }) =>
        !license
          .replaceAll(/[()]/g, '')
          .split(' OR ')
          .some((one) => permissive.includes(one)),
    );

    expect(others.map(({ path, license }) => `${path}: ${license}`)).toEqual([]);
  });
});
