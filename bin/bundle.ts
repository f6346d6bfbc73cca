import { readBundleReport } from '../lib/bundle-report.ts';
import {
  BUNDLE_BYTES_MAX,
  bundleFunction,
  FUNCTION_ENTRIES,
  type FunctionName,
  PROJECT_ROOT,
  writeBundle,
} from '../lib/bundling.ts';

// Bundles the functions as the stack does, into dist/, and says what a cold start of each reads, and what it
// reads only when it needs it. Fails when one is over its budget, or could not start in Lambda.
const PACKAGES_SHOWN = 6;
const LAZY_CHUNK_BYTES_SHOWN = 10_000;
const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} KB`;

for (const name of Object.keys(FUNCTION_ENTRIES) as FunctionName[]) {
  const bundle = bundleFunction(name);
  writeBundle(bundle, `${PROJECT_ROOT}dist/${name}`);
  const report = readBundleReport(bundle.metafile, bundle.entry);
  const isOver = report.bytes > BUNDLE_BYTES_MAX[name];

  console.log(
    `${name.padEnd(9)} ${kilobytes(report.bytes).padStart(9)} of ${kilobytes(BUNDLE_BYTES_MAX[name])}${isOver ? '  OVER BUDGET' : ''}`,
  );
  for (const { name: packageName, bytes } of report.packages.slice(0, PACKAGES_SHOWN)) {
    console.log(`          ${kilobytes(bytes).padStart(9)} ${packageName}`);
  }
  for (const { bytes, packages } of report.lazyChunks) {
    if (bytes < LAZY_CHUNK_BYTES_SHOWN) continue;
    console.log(
      `          ${kilobytes(bytes).padStart(9)} ${packages[0]?.name ?? ''}, when needed`,
    );
  }
  for (const missing of report.staticallyMissing) {
    console.error(`          ${missing} is left out of the bundle, but it is needed to start`);
  }
  if (isOver || report.staticallyMissing.length > 0) process.exitCode = 1;
}
