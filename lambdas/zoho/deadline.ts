import type { Clock } from '../core/ports/world.ts';

/** Work was still under way when its deadline passed; what became of it is not known. */
export class DeadlinePassedError extends Error {
  constructor() {
    super('The deadline passed');
    this.name = 'DeadlinePassedError';
  }
}

/** One point in time by which a whole piece of work is over, however many waits it has. */
export interface Deadline {
  /** Milliseconds left, 0 when it has passed. */
  remainingMs(): number;
  /**
   * The result of `work`, if it comes in time.
   *
   * @throws {DeadlinePassedError} at the deadline; `work` itself goes on unobserved
   */
  within<T>(work: Promise<T>): Promise<T>;
  /** Frees the timer. Call it when the work is over. */
  end(): void;
}

/**
 * Starts a deadline.
 *
 * @param limitMs from now, in milliseconds
 */
export function startDeadline(limitMs: number, clock: Clock): Deadline {
  const untilMs = clock.nowMs() + limitMs;
  const passed = new AbortController();
  const callOff = clock.after(limitMs, () => passed.abort());

  return {
    remainingMs: () => (passed.signal.aborted ? 0 : Math.max(0, untilMs - clock.nowMs())),
    within: async (work) => race(work, passed.signal),
    end: callOff,
  };
}

async function race<T>(work: Promise<T>, passed: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onPassed = (): void => reject(new DeadlinePassedError());
  if (passed.aborted) onPassed();
  passed.addEventListener('abort', onPassed, { once: true });
  work.then(resolve, reject);
  try {
    return await promise;
  } finally {
    passed.removeEventListener('abort', onPassed);
  }
}
