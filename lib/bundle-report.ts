import type { Metafile } from 'esbuild';
import { LEFT_OUT_PACKAGES } from './bundling.ts';

/** What a package weighs in a bundle, in bytes. */
export interface PackageSize {
  readonly name: string;
  readonly bytes: number;
}

/** What a bundle weighs and what it is made of. Sizes in bytes, minified, before compression. */
export interface BundleReport {
  /** What a cold start reads: the entry, and all that it imports statically. */
  readonly bytes: number;
  /** What of that each package is, largest first. */
  readonly packages: readonly PackageSize[];
  /** What is read only when it is needed, largest first. */
  readonly lazyChunks: readonly {
    readonly path: string;
    readonly bytes: number;
    /** Largest first. */
    readonly packages: readonly PackageSize[];
  }[];
  /** Left-out packages that the bundle needs to start: it would fail in Lambda. */
  readonly staticallyMissing: readonly string[];
}

/**
 * Reads a bundle's report out of esbuild's metafile.
 *
 * @param entry the bundle's entry, as the metafile names it
 * @throws {Error} the metafile has no such output
 */
export function readBundleReport(metafile: Metafile, entry: string): BundleReport {
  const read = readAtStart(metafile, entry);
  const outputs = [...read].map((path) => outputOf(metafile, path));

  return {
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    packages: packagesOf(outputs),
    lazyChunks: Object.entries(metafile.outputs)
      .filter(([path]) => !read.has(path) && !path.endsWith('.map'))
      .map(([path, output]) => ({ path, bytes: output.bytes, packages: packagesOf([output]) }))
      .sort((left, right) => right.bytes - left.bytes),
    staticallyMissing: outputs.flatMap(({ imports }) =>
      imports
        .filter(({ path, kind }) => kind !== 'dynamic-import' && isLeftOut(path))
        .map(({ path }) => path),
    ),
  };
}

/** The entry and every output that it imports statically, be it by way of others. */
function readAtStart(metafile: Metafile, entry: string): ReadonlySet<string> {
  const read = new Set([entry]);
  // A set that grows while it is walked is walked to its new end.
  for (const path of read) {
    for (const { path: imported, kind, external } of outputOf(metafile, path).imports) {
      if (kind !== 'dynamic-import' && external !== true) read.add(imported);
    }
  }
  return read;
}

function outputOf(metafile: Metafile, path: string): Metafile['outputs'][string] {
  const output = metafile.outputs[path];
  if (output === undefined) throw new Error(`esbuild made no ${path}`);
  return output;
}

function packagesOf(outputs: readonly Metafile['outputs'][string][]): PackageSize[] {
  const bytesByPackage = new Map<string, number>();
  for (const [path, { bytesInOutput }] of outputs.flatMap(({ inputs }) => Object.entries(inputs))) {
    const name = packageOf(path);
    bytesByPackage.set(name, (bytesByPackage.get(name) ?? 0) + bytesInOutput);
  }
  return [...bytesByPackage]
    .map(([name, bytes]) => ({ name, bytes }))
    .sort((left, right) => right.bytes - left.bytes);
}

/** The package that a file belongs to; the innermost one when packages are nested. */
function packageOf(path: string): string {
  const inner = path.split('node_modules/').at(-1) ?? path;
  if (inner === path) return 'holdfast';
  const [first = inner, second = ''] = inner.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function isLeftOut(path: string): boolean {
  return LEFT_OUT_PACKAGES.some((name) => path === name || path.startsWith(`${name}/`));
}
