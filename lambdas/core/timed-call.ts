import type { Clock } from './ports/world.ts';

/** What came of a call that had to end in time. */
export type TimedCall<Result> =
  | { readonly kind: 'done'; readonly value: Result }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * Makes a call that must end in time. Never rejects.
 *
 * @param call is told by the signal when its time is over; one that does not heed it is left behind
 * @param timeoutMs from now until the call has ended, in milliseconds
 */
export async function timedCall<Result>(
  call: (signal: AbortSignal) => Promise<Result>,
  timeoutMs: number,
  clock: Pick<Clock, 'after'>,
): Promise<TimedCall<Result>> {
  const timeout = new AbortController();
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const callOff = clock.after(timeoutMs, () => {
    timeout.abort();
    // Beside the signal: the time-out holds for a call that does not heed it, too.
    reject(new DOMException('The time for the call was over', 'TimeoutError'));
  });
  try {
    return { kind: 'done', value: await Promise.race([call(timeout.signal), timedOut]) };
  } catch (error) {
    return timeout.signal.aborted ? { kind: 'timed_out' } : { kind: 'failed', error };
  } finally {
    callOff();
  }
}
