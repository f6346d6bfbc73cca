import path from 'node:path';
import { type HoldfastConfig } from '../lambdas/core/config.ts';
import { ConfigError } from '../lambdas/core/errors.ts';
import { findOnPath } from './samples/curl-command.ts';
import { openSecretFile } from './emulators/secret-file.ts';
import { describeSamples } from './greeting.ts';
import { readSourceSecret } from './local-secrets.ts';
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
}

/**
 * Prints commands that send new leads to a pipeline that runs.
 *
 * @throws {ConfigError} for a source that is not configured
 */
export function runSamples(options: RunSamplesOptions): void {
  const secrets = openSecretFile(path.resolve(options.dataDir, 'secrets.json'));
  const { config, source } = options;
  const chosen = source === undefined ? config.sources : pick(config.sources, source);
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
}

function pick(sources: HoldfastConfig['sources'], name: string): HoldfastConfig['sources'] {
  const source = sources[name];
  if (source === undefined) {
    const known = Object.keys(sources).join(', ');
    throw new ConfigError(
      `There is no source "${name}" in holdfast.config.ts. There are: ${known}`,
    );
  }
  return { [name]: source };
}
