import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SecretUnavailableError } from '../../lambdas/core/errors.ts';

/** Secrets by id, each a string as Secrets Manager holds it. */
export interface SecretFile {
  readonly file: string;
  get(id: string): string | undefined;
  set(id: string, secret: string): void;
}

/**
 * Secrets in a JSON file that a person may edit: it is read anew each time, like a rotated secret.
 *
 * A secret that is itself JSON is written as such, for readability; only its owner can read the file.
 *
 * @throws {SecretUnavailableError} when the file is there but holds no JSON object; the message names it
 */
export function openSecretFile(file: string): SecretFile {
  const read = (): Record<string, unknown> => {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
      throw error;
    }
    try {
      return asObject(JSON.parse(text));
    } catch (error) {
      throw new SecretUnavailableError(`${file} must hold one JSON object of secrets by id`, error);
    }
  };
  // A file that others could read before is closed to them, too.
  if (Object.keys(read()).length > 0) chmodSync(file, 0o600);

  return {
    file,
    get: (id) => {
      const value = read()[id];
      if (value === undefined) return undefined;
      return typeof value === 'string' ? value : JSON.stringify(value);
    },
    set: (id, secret) => {
      const secrets = { ...read(), [id]: readable(secret) };
      mkdirSync(path.dirname(file), { recursive: true });
      const draft = `${file}.${process.pid}.tmp`;
      writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
      renameSync(draft, file);
    },
  };
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('not an object');
  }
  return value as Record<string, unknown>;
}

// Only what comes back as the very same string may be written as JSON.
function readable(secret: string): unknown {
  try {
    const value: unknown = JSON.parse(secret);
    const isObject = typeof value === 'object' && value !== null;
    return isObject && JSON.stringify(value) === secret ? value : secret;
  } catch {
    return secret;
  }
}
