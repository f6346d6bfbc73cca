import {
  type BundlingOptions,
  LogLevel,
  OutputFormat,
  SourceMapMode,
} from 'aws-cdk-lib/aws-lambda-nodejs';
import type { BuildOptions } from 'esbuild';

/**
 * Packages that stay out of the bundles: ways to find credentials that Lambda does not offer.
 *
 * The SDK looks for credentials in the environment first, where Lambda always puts them, and loads
 * these by dynamic import only when there are none: they can never run there. Leaving them out makes
 * a bundle of DynamoDB, SQS, Secrets Manager and Powertools 275 KB instead of 407 KB (esbuild 0.28.2,
 * SDK 3.1162.0).
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
} as const;

/** A function of the pipeline. */
export type FunctionName = keyof typeof FUNCTION_ENTRIES;

/** The most that a bundle may weigh, in bytes: what a cold start has to read. */
export const BUNDLE_BYTES_MAX: Readonly<Record<FunctionName, number>> = {
  intake: 450_000,
  consumer: 520_000,
  sweeper: 450_000,
};

const TARGET = 'node24';
/** ES modules first: most of the SDK can only be shaken out of those. */
const MAIN_FIELDS = ['module', 'main'];
/** Dependencies that are CommonJS call `require` for Node's own modules; ES modules have none. */
const BANNER =
  "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);";

/** How the stack bundles a function: with the SDK, so that a test and Lambda run the same one. */
export const FUNCTION_BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  target: TARGET,
  minify: true,
  sourceMap: true,
  sourceMapMode: SourceMapMode.DEFAULT,
  sourcesContent: false,
  mainFields: MAIN_FIELDS,
  bundleAwsSDK: true,
  externalModules: [...LEFT_OUT_PACKAGES],
  banner: BANNER,
  logLevel: LogLevel.WARNING,
};

/**
 * The same bundling as options of esbuild, to measure what the stack would deploy.
 *
 * @param outfile where the bundle goes; must end in `.mjs`
 */
export function esbuildOptions(
  entry: string,
  outfile: string,
): BuildOptions & { readonly metafile: true } {
  return {
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: TARGET,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    mainFields: MAIN_FIELDS,
    external: [...LEFT_OUT_PACKAGES],
    banner: { js: BANNER },
    metafile: true,
    logLevel: 'warning',
  };
}
