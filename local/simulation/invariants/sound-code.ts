import { AssertionError } from 'node:assert';
import type { Observer, ObserverContext } from '../observer.ts';

/** Nothing in the code under test fails in a way that only a mistake in it can cause. */
export function observeMistakes({ check }: ObserverContext): Observer {
  return {
    failedInside: (error, where) => {
      check(
        'code runs without error',
        !isMistake(error),
        () =>
          `${where}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
      );
    },
  };
}

/** Assertions and the language's own errors; what fetch throws is a TypeError with a cause. */
function isMistake(error: unknown): boolean {
  if (error instanceof AssertionError) return true;
  if (error instanceof TypeError) return error.cause === undefined;
  return error instanceof RangeError || error instanceof ReferenceError;
}
