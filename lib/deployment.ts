import { SettingError } from './setting-error.ts';

/** What one `cdk deploy` decides: which stage, and how much of it may be thrown away. */
export interface Deployment {
  /** Part of every name, so that stages can share an account. */
  readonly stage: string;
  /** `prod` cannot be deleted by accident. */
  readonly isProduction: boolean;
  /** The data goes when the stack goes. Never true for `prod`. */
  readonly isDisposable: boolean;
  /** `false` holds leads and calls nothing. */
  readonly isZohoEnabled: boolean;
  /**
   * Functions that this stage may keep for itself. Absent by default: an account must leave 100
   * unreserved, and new accounts may have 10 in all (AWS Lambda, quotas; the 10 is unconfirmed).
   */
  readonly intakeReservedConcurrency?: number;
  readonly consumerReservedConcurrency?: number;
}

/**
 * Reads a deployment from the CDK context (`-c name=value`).
 *
 * @param read gives a context value or `undefined`
 * @throws {SettingError} naming every wrong value, with what is allowed
 */
export function parseDeployment(read: (name: string) => unknown): Deployment {
  const problems: string[] = [];
  const stage = parseStage(read('stage') ?? 'dev', problems);
  const isProduction = stage === 'prod';
  const isDisposable = parseSwitch('disposable', read('disposable') ?? false, problems);
  if (isProduction && isDisposable) {
    problems.push('-c disposable: must not be true for the stage "prod", whose leads are kept');
  }
  const isZohoEnabled = parseSwitch('zohoEnabled', read('zohoEnabled') ?? true, problems);
  const intake = parseConcurrency('intakeReservedConcurrency', read, problems);
  const consumer = parseConcurrency('consumerReservedConcurrency', read, problems);
  if (problems.length > 0) throw new SettingError(problems);
  return {
    stage,
    isProduction,
    isDisposable,
    isZohoEnabled,
    ...(intake === undefined ? {} : { intakeReservedConcurrency: intake }),
    ...(consumer === undefined ? {} : { consumerReservedConcurrency: consumer }),
  };
}

function parseStage(value: unknown, problems: string[]): string {
  if (typeof value === 'string' && /^[a-z][a-z0-9-]{0,19}$/.test(value)) return value;
  problems.push(
    `-c stage: must be lower-case letters, digits or -, at most 20, starting with a letter; not ${shown(value)}`,
  );
  return '';
}

function parseSwitch(name: string, value: unknown, problems: string[]): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  problems.push(`-c ${name}: must be true or false, not ${shown(value)}`);
  return false;
}

function parseConcurrency(
  name: string,
  read: (name: string) => unknown,
  problems: string[],
): number | undefined {
  const value = read(name);
  if (value === undefined) return undefined;
  const parsed = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
  if (typeof parsed === 'number' && Number.isInteger(parsed) && parsed >= 2 && parsed <= 1_000) {
    return parsed;
  }
  problems.push(`-c ${name}: must be a whole number from 2 to 1000, not ${shown(value)}`);
  return undefined;
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? typeof value;
}
