import { sendersOf } from '../lambdas/core/canary.ts';
import path from 'node:path';
import { type HoldfastConfig } from '../lambdas/core/config.ts';
import { findOnPath } from './samples/curl-command.ts';
import { openSecretFile } from './emulators/secret-file.ts';
import { describeSamples } from './greeting.ts';
import { readSourceSecret } from './local-secrets.ts';
import { describeUnknownSource } from './operator/source/describe-unknown-source.ts';
import { EXIT_WRONG_USE } from './operator/operator-command.ts';
import { newId } from './samples/sample-lead.ts';
import { portsFrom } from './start-pipeline.ts';

/** Which sources to print commands for. */
export interface RunSamplesOptions {
  readonly config: HoldfastConfig;
  /** One source, or all. */
  readonly source?: string;
  readonly port: number;
  readonly dataDir: string;
  readonly searchPath: string;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/**
 * Prints commands that send new leads to a pipeline that runs.
 *
 * @returns the exit code: 0, or 2 for a source that is not configured
 */
export function runSamples(options: RunSamplesOptions): number {
  const { config, source } = options;
  const chosen = source === undefined ? sendersOf(config.sources) : pick(config.sources, source);
  if (chosen === undefined) {
    options.printError(describeUnknownSource(source ?? '', config));
    return EXIT_WRONG_USE;
  }
  const secrets = openSecretFile(path.resolve(options.dataDir, 'secrets.json'));
  const lines = describeSamples({
    config: { ...config, sources: chosen },
    endpoint: `http://127.0.0.1:${options.port}`,
    providerApisUrl: `http://127.0.0.1:${portsFrom(options.port).providerApis}`,
    sourceSecret: (name) => readSourceSecret(secrets, name),
    nowMs: Date.now(),
    newId,
    hasOpenssl: findOnPath('openssl', options.searchPath),
  });
  for (const line of lines) options.print(line);
  return 0;
}

function pick(
  sources: HoldfastConfig['sources'],
  name: string,
): HoldfastConfig['sources'] | undefined {
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  return source === undefined ? undefined : { [name]: source };
}
