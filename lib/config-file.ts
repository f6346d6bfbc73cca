import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { ConfigError } from '../lambdas/core/errors.ts';

/** The variable that names another configuration than the one in the project's root. */
const CONFIG_VARIABLE = 'HOLDFAST_CONFIG';

const DEFAULT_FILE = 'holdfast.config.ts';
const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The file that holds the configuration: what is deployed, what the functions are bundled with, and what the
 * commands read, so that one account can hold stages that differ.
 *
 * @param env with `HOLDFAST_CONFIG`: a path, taken from the project's root unless it is absolute
 * @returns an absolute path; without the variable that of `holdfast.config.ts`
 * @throws {ConfigError} the variable names a file that is not there
 */
export function configFile(env: Readonly<Record<string, string | undefined>>): string {
  const wanted = env[CONFIG_VARIABLE] ?? '';
  if (wanted === '') return join(PROJECT_ROOT, DEFAULT_FILE);
  const file = isAbsolute(wanted) ? wanted : join(PROJECT_ROOT, wanted);
  if (existsSync(file)) return file;
  throw new ConfigError(`${CONFIG_VARIABLE} names ${file}, which is not there.`);
}

/**
 * Reads the configuration.
 *
 * @throws {ConfigError} the file is not there, exports no `config`, or a setting is wrong; it says which file
 */
export async function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
): Promise<HoldfastConfig> {
  const file = configFile(env);
  const { config } = await importConfig(file);
  if (config !== undefined) return config;
  throw new ConfigError(
    `${file} exports no configuration. It must hold: export const config = defineConfig({ … });`,
  );
}

async function importConfig(file: string): Promise<{ readonly config?: HoldfastConfig }> {
  try {
    return (await import(pathToFileURL(file).href)) as { readonly config?: HoldfastConfig };
  } catch (error) {
    if (!(error instanceof ConfigError) || file === join(PROJECT_ROOT, DEFAULT_FILE)) throw error;
    throw new ConfigError(error.message.replace(DEFAULT_FILE, file));
  }
}
