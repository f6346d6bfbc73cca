import { HoldfastError } from '../lambdas/core/errors.ts';
import { SettingError } from '../lib/setting-error.ts';
import { PortTakenError } from './emulators/listen.ts';

/**
 * What to tell a person when a command can't start: the sentence alone where the error is one that they
 * can mend, the whole error where it is a fault of ours.
 */
export function describeStartError(error: unknown): string {
  if (
    error instanceof HoldfastError ||
    error instanceof PortTakenError ||
    error instanceof SettingError
  ) {
    return error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
