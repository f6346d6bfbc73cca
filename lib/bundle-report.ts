import type { Metafile } from 'esbuild';
import { LEFT_OUT_PACKAGES } from './bundling.ts';

/** What a bundle weighs and what it is made of. Sizes in bytes, minified, before compression. */
export interface BundleReport {
  readonly bytes: number;
  /** Largest first. */
  readonly packages: readonly { readonly name: string; readonly bytes: number }[];
  /** Left-out packages that the bundle needs to start: it would fail in Lambda. */
  readonly staticallyMissing: readonly string[];
}

/**
 * Reads a bundle's report out of esbuild's metafile.
 *
 * @param outfile the bundle, as the metafile names it
 */
export function readBundleReport(metafile: Metafile, outfile: string): BundleReport {
  const output = metafile.outputs[outfile];
  if (output === undefined) throw new Error(`esbuild made no ${outfile}`);
  const bytesByPackage = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    const name = packageOf(path);
    bytesByPackage.set(name, (bytesByPackage.get(name) ?? 0) + bytesInOutput);
  }
  return {
    bytes: output.bytes,
    packages: [...bytesByPackage]
      .map(([name, bytes]) => ({ name, bytes }))
      .sort((left, right) => right.bytes - left.bytes),
    staticallyMissing: output.imports
      .filter(({ path, kind }) => kind !== 'dynamic-import' && isLeftOut(path))
      .map(({ path }) => path),
  };
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
