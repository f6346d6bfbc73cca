import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';
import { configFile } from './config-file.ts';

/**
 * Packages that stay out of the bundles: ways to find credentials that Lambda does not offer.
 *
 * The SDK looks for credentials in the environment first, where Lambda always puts them, and loads
 * these by dynamic import only when there are none: they can never run there. Leaving them out makes
 * the files of a function 424 KB instead of 551 KB (intake, esbuild 0.28.2, SDK 3.1162.0).
 *
 * It is safe only while the imports are dynamic. `bin/bundle.ts` fails when one has become static,
 * since the function would then not start.
 */
export const LEFT_OUT_PACKAGES: readonly string[] = [
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/token-providers',
  '@smithy/credential-provider-imds',
];

/** The functions' entry files, from the project's root. */
export const FUNCTION_ENTRIES = {
  intake: 'lambdas/intake/handler.ts',
  consumer: 'lambdas/consumer/handler.ts',
  sweeper: 'lambdas/sweeper/handler.ts',
  canary: 'lambdas/canary/handler.ts',
} as const;

/**
 * Parts that a function loads by a dynamic import when it first needs them, each bundled by itself: by the name
 * under which it is imported (`imports` in package.json).
 *
 * A chunk would not do. Files that the entry and a chunk share are read at the start as a whole, and the reader of
 * details shares the file of every provider: the entry needs its settings, and only the reader its code. What is
 * bundled by itself has its own copy of what it shares, so no class can be told by `instanceof` across the border.
 */
const APART: Readonly<Partial<Record<FunctionName, Readonly<Record<string, string>>>>> = {
  consumer: { '#details-reader': 'lambdas/details/details-reader.ts' },
};

/** A function of the pipeline. */
export type FunctionName = keyof typeof FUNCTION_ENTRIES;

/** The most that a cold start of a function may have to read, in bytes: the entry and its static imports. */
export const BUNDLE_BYTES_MAX: Readonly<Record<FunctionName, number>> = {
  intake: 450_000,
  consumer: 520_000,
  sweeper: 450_000,
  canary: 450_000,
};

/** The project's root, with a slash at its end. */
export const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Dependencies that are CommonJS call `require` for Node's own modules; ES modules have none. */
const BANNER =
  "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);";

/** A function's bundle: an entry, and chunks of which it reads some at its start and some when it needs them. */
export interface FunctionBundle {
  /** By their paths from the bundle's folder; the entry is `index.mjs`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly metafile: Metafile;
  /** The entry as the metafile names it. */
  readonly entry: string;
}

/**
 * Bundles a function: the one definition behind what the stack deploys and what is measured.
 *
 * With the SDK, so that a test and Lambda run the same one. Nothing is written, and the bytes depend on
 * the sources alone, not on where they are written to.
 *
 * @param config the file of the configuration that is part of it, absolute
 * @throws {Error} esbuild found an error in the sources, which it has printed, or the function has another
 * configuration than this one
 */
export function bundleFunction(
  name: FunctionName,
  config: string = configFile(process.env),
): FunctionBundle {
  const outdir = `dist/${name}`;
  const apart = Object.entries(APART[name] ?? {}).map(([specifier, entry]) => ({
    specifier,
    entry,
    out: specifier.slice(1),
  }));
  // Beside the entry: a bundle's folder is flat, its chunks aside, which import none of these.
  const beside = Object.fromEntries(apart.map(({ specifier, out }) => [specifier, `./${out}.mjs`]));
  const bundle = buildSync(
    esbuildOptions(FUNCTION_ENTRIES[name], 'index', outdir, { config, beside }),
  );
  assertHolds(bundle.metafile, config, name);
  const parts = apart.map(({ entry, out }) =>
    buildSync(esbuildOptions(entry, out, outdir, { config, beside: {} })),
  );
  const from = join(PROJECT_ROOT, outdir);
  const outputFiles = [bundle, ...parts].flatMap((each) => each.outputFiles);
  return {
    files: new Map(outputFiles.map(({ path, contents }) => [relative(from, path), contents])),
    metafile: withParts(bundle.metafile, parts),
    entry: `${outdir}/index.mjs`,
  };
}

/** A function with another stage's configuration would answer that one's senders, and write to its CRM. */
function assertHolds({ inputs }: Metafile, config: string, name: FunctionName): void {
  const wanted = realpathSync(config);
  const isThere = Object.keys(inputs)
    .filter((path) => basename(path) === basename(wanted))
    .some((path) => realpathSync(resolve(PROJECT_ROOT, path)) === wanted);
  if (!isThere) throw new Error(`The function ${name} does not import #config, but another file`);
}

function withParts(
  { inputs, outputs }: Metafile,
  parts: readonly { readonly metafile: Metafile }[],
): Metafile {
  return {
    inputs: Object.assign(
      {},
      ...parts.map(({ metafile }) => metafile.inputs),
      inputs,
    ) as Metafile['inputs'],
    outputs: Object.assign(
      {},
      ...parts.map(({ metafile }) => metafile.outputs),
      outputs,
    ) as Metafile['outputs'],
  };
}

/** Writes a bundle into a folder, in place of what lies there. */
export function writeBundle({ files }: FunctionBundle, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, contents] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
}

function esbuildOptions(
  entry: string,
  out: string,
  outdir: string,
  imports: {
    readonly config: string;
    /** Parts that lie beside the entry and are not bundled into it. */
    readonly beside: Readonly<Record<string, string>>;
  },
): BuildOptions & { readonly metafile: true; readonly write: false } {
  return {
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [{ in: entry, out }],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // A dynamic import becomes a file of its own, which a cold start does not read.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    // ES modules first: most of the SDK can only be shaken out of those.
    mainFields: ['module', 'main'],
    alias: { ...imports.beside, '#config': imports.config },
    external: [...LEFT_OUT_PACKAGES, ...Object.values(imports.beside)],
    banner: { js: BANNER },
    metafile: true,
    write: false,
    logLevel: 'warning',
  };
}
