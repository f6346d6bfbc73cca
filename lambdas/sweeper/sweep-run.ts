import type { EventRecord } from '../core/event-record.ts';
import type { LogFields } from '../core/log-fields.ts';
import type { EventStore } from '../core/ports/events.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import type { Clock } from '../core/ports/world.ts';

/** What one sweep found and mended. */
export interface SweepReport {
  /** Events that had no message any more, or never one, and have one again. */
  readonly requeued: number;
  /** Held events taken back into the flow. */
  readonly unheld: number;
  /** Dead letters sent for quarantines that had none. */
  readonly deadLetters: number;
}

/** What a run needs of the world. */
export interface RunPorts {
  readonly events: Pick<EventStore, 'readRecord'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** One run: what it has mended so far, and faults, none of which may keep it from anything else. */
export interface SweepRun {
  readonly report: { -readonly [Name in keyof SweepReport]: SweepReport[Name] };
  /** Does something; a fault is logged and kept for the end, and the result is `undefined`. */
  attempt<Result>(
    message: string,
    fields: LogFields,
    action: () => Promise<Result>,
  ): Promise<Result | undefined>;
  /** Reads each event and mends it, some side by side, until the run's time is over. */
  mendAll(keys: readonly string[], mend: (record: EventRecord) => Promise<void>): Promise<void>;
  /** Whether nothing more is to be begun. */
  isOver(): boolean;
  /**
   * Closes the run.
   *
   * @throws the first fault: the function must fail, or its alarm would not know
   */
  end(): SweepReport;
}

/** Events of a partition mended side by side; the four open partitions go side by side, too. */
const AT_A_TIME = 10;

const MEND_FAULT = 'An event could not be brought back; the next run tries again';

/**
 * Starts a run of at most `runForMs`.
 *
 * A run that its function's time-out ends would lose its metrics, and with the process its place in the
 * index: slow as it is, the next one would start from the beginning, and never get behind it.
 */
export function startRun(ports: RunPorts, runForMs: number): SweepRun {
  const report = { requeued: 0, unheld: 0, deadLetters: 0 };
  const faults: unknown[] = [];
  const endsAtMs = ports.clock.nowMs() + runForMs;
  const isOver = (): boolean => ports.clock.nowMs() >= endsAtMs;
  const attempt: SweepRun['attempt'] = async (message, fields, action) => {
    try {
      return await action();
    } catch (error) {
      faults.push(error);
      ports.log.error(message, fields, error);
      return undefined;
    }
  };
  return {
    report,
    attempt,
    isOver,
    mendAll: async (keys, mend) => {
      for (let start = 0; start < keys.length && !isOver(); start += AT_A_TIME) {
        const some = keys.slice(start, start + AT_A_TIME).map(async (key) =>
          attempt(MEND_FAULT, { idempotency_key: key }, async () => {
            // The index lags behind and holds keys only: the record itself decides.
            const record = await ports.events.readRecord(key);
            if (record !== undefined) await mend(record);
          }),
        );
        await Promise.all(some);
      }
    },
    end: () => {
      const count = report.requeued + report.unheld + report.deadLetters;
      if (count > 0) ports.log.warn('The sweeper brought events back', { count });
      if (faults.length > 0) throw faults[0];
      // The last thing that a run does: that it is there means that all the others were done.
      ports.metrics.gauge('SweeperHeartbeat', 1);
      return report;
    },
  };
}
