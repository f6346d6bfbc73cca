import { setTimeout as sleep } from 'node:timers/promises';

/** What is run, how often, and who hears of its faults. */
export interface SchedulerOptions {
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

/** Something that is run again and again. */
export interface Scheduler {
  /** Starts no further run, and resolves when the one in progress has ended. */
  readonly stop: () => Promise<void>;
}

/**
 * Runs a function at an interval, first after one interval, never two runs at a time.
 *
 * EventBridge starts a run whether or not the last one has ended; the sweeper's time-out is below its
 * interval, so that neither makes two run side by side.
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const stopping = new AbortController();

  const loop = async () => {
    while (!stopping.signal.aborted) {
      await sleep(options.everyMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        await options.run();
      } catch (error) {
        options.onError(error);
      }
    }
  };

  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
