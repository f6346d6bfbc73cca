import { build } from 'esbuild';
import { readBundleReport } from '../lib/bundle-report.ts';
import {
  BUNDLE_BYTES_MAX,
  esbuildOptions,
  FUNCTION_ENTRIES,
  type FunctionName,
} from '../lib/bundling.ts';

// Bundles the functions as the stack does, into dist/, and says what they weigh. Fails when one is
// over its budget, or could not start in Lambda.
const PACKAGES_SHOWN = 6;
const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} KB`;

process.chdir(`${import.meta.dirname}/..`);
for (const name of Object.keys(FUNCTION_ENTRIES) as FunctionName[]) {
  const outfile = `dist/${name}/index.mjs`;
  const { metafile } = await build(esbuildOptions(FUNCTION_ENTRIES[name], outfile));
  const report = readBundleReport(metafile, outfile);
  const isOver = report.bytes > BUNDLE_BYTES_MAX[name];

  console.log(
    `${name.padEnd(9)} ${kilobytes(report.bytes).padStart(9)} of ${kilobytes(BUNDLE_BYTES_MAX[name])}${isOver ? '  OVER BUDGET' : ''}`,
  );
  for (const { name: packageName, bytes } of report.packages.slice(0, PACKAGES_SHOWN)) {
    console.log(`          ${kilobytes(bytes).padStart(9)} ${packageName}`);
  }
  for (const missing of report.staticallyMissing) {
    console.error(`          ${missing} is left out of the bundle, but it is needed to start`);
  }
  if (isOver || report.staticallyMissing.length > 0) process.exitCode = 1;
}
