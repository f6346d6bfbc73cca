import { ConfigError } from '../core/errors.ts';

/**
 * Reads the named variables.
 *
 * @param mayBeEmpty variables whose empty value says something; they must be there all the same
 * @throws {ConfigError} listing every variable that is missing or empty
 */
export function readEnvironment<Name extends string>(
  names: readonly Name[],
  env: Readonly<Record<string, string | undefined>>,
  mayBeEmpty: readonly NoInfer<Name>[] = [],
): Readonly<Record<Name, string>> {
  const missing = names.filter(
    (name) => env[name] === undefined || (env[name] === '' && !mayBeEmpty.includes(name)),
  );
  if (missing.length > 0) {
    throw new ConfigError(`Environment variables are missing: ${missing.join(', ')}`);
  }
  return Object.fromEntries(names.map((name) => [name, env[name]])) as Record<Name, string>;
}

/**
 * Reads a switch.
 *
 * @throws {ConfigError} for anything but `true` and `false`: a typing error must not call the CRM
 */
export function readSwitch(name: string, value: string): boolean {
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new ConfigError(`${name} must be "true" or "false", not "${value}"`);
}
