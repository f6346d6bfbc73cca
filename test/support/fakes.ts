import type {
  CrmNote,
  CrmRow,
  CrmRowOutcome,
  CrmWriter,
  CrmProbeResult,
} from '../../lambdas/core/ports/crm.ts';
import type { DeadLetter } from '../../lambdas/core/dead-letter.ts';
import type { DeliveryMessage } from '../../lambdas/core/delivery-message.ts';
import { type FailureCode, failure } from '../../lambdas/core/failure.ts';
import type { DeadLetterQueue, DeliveryQueue } from '../../lambdas/core/ports/queues.ts';
import type { Clock, Ids, Random } from '../../lambdas/core/ports/world.ts';
import { T0 } from './event-builders.ts';

/** A clock that only tests move; sleeping moves it, too. What is due after that runs at once. */
export function aClock(startMs = T0): Clock & { advance(ms: number): void; sleeps: number[] } {
  let nowMs = startMs;
  const sleeps: number[] = [];
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();
  const advance = (ms: number): void => {
    nowMs += ms;
    for (const timer of timers) {
      if (timer.dueMs > nowMs) continue;
      timers.delete(timer);
      timer.run();
    }
  };
  return {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      sleeps.push(ms);
      advance(ms);
    },
    after: (ms, run) => {
      const timer = { dueMs: nowMs + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance,
    sleeps,
  };
}

/** Ids that count up: `id-1`, `id-2`, … */
export function countingIds(prefix = 'id'): Ids {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return `${prefix}-${count}`;
    },
  };
}

/** The middle of every range. */
export const evenRandom: Random = { next: () => 0.5 };

/** Queues that keep what is sent. */
export function someQueues(): {
  queue: DeliveryQueue;
  deadLetters: DeadLetterQueue;
  enqueued: { message: DeliveryMessage; group: string }[];
  deferred: { receiptHandle: string; delaySeconds: number }[];
  letters: DeadLetter[];
  /** While set, every call fails with it. */
  failWith: { error?: Error };
} {
  const enqueued: { message: DeliveryMessage; group: string }[] = [];
  const deferred: { receiptHandle: string; delaySeconds: number }[] = [];
  const letters: DeadLetter[] = [];
  const failWith: { error?: Error } = {};
  const orFail = (): void => {
    if (failWith.error !== undefined) throw failWith.error;
  };
  return {
    enqueued,
    deferred,
    letters,
    failWith,
    queue: {
      enqueue: async (message, group) => {
        orFail();
        enqueued.push({ message, group });
      },
      defer: async (receiptHandle, delaySeconds) => {
        orFail();
        deferred.push({ receiptHandle, delaySeconds });
      },
    },
    deadLetters: {
      send: async (letter) => {
        orFail();
        letters.push(letter);
      },
      count: async () => letters.length,
    },
  };
}

/** A row that the CRM confirmed. */
export const written = (
  recordId: string,
  action: 'insert' | 'update',
): Extract<CrmRowOutcome, { kind: 'written' }> => ({
  kind: 'written',
  recordId,
  action,
});

/** A row that it did not. */
export const refused = (
  code: FailureCode,
  rest: { mayHaveHappened?: boolean; retryAfterMs?: number; field?: string } = {},
): CrmRowOutcome => ({
  kind: 'failed',
  failure: failure(
    code,
    undefined,
    rest.field === undefined ? undefined : { code: 'X', field: rest.field },
  ),
  mayHaveHappened: rest.mayHaveHappened ?? false,
  ...(rest.retryAfterMs === undefined ? {} : { retryAfterMs: rest.retryAfterMs }),
});

/**
 * A CRM that keeps records by identity. `script` answers before it: a function a call, each of which
 * may answer a row, or leave it (`undefined`) to be written.
 */
export function aCrm(
  script: ((
    row: CrmRow,
    calls: number,
  ) => CrmRowOutcome | undefined | Promise<CrmRowOutcome | undefined>)[] = [],
): CrmWriter & {
  calls: CrmRow[][];
  records: Map<string, Record<string, string>>;
  versions: Map<string, number>;
  notes: CrmNote[];
  /** How often it was asked whether it answers, and what it says. */
  state: { probes: number; probe: CrmProbeResult };
  /** Writes a row without an answer, as Zoho does when the answer gets lost. */
  commit(row: CrmRow): void;
} {
  const calls: CrmRow[][] = [];
  const ids = new Map<string, string>();
  const records = new Map<string, Record<string, string>>();
  const versions = new Map<string, number>();
  const notes: CrmNote[] = [];
  const state: { probes: number; probe: CrmProbeResult } = {
    probes: 0,
    probe: { kind: 'answered' },
  };
  const writeRow = (row: CrmRow): CrmRowOutcome => {
    const known = row.recordId ?? ids.get(row.identity);
    const id = known ?? `rec-${ids.size + 1}`;
    ids.set(row.identity, id);
    const fields =
      row.recordId === undefined
        ? row.values
        : Object.fromEntries(row.changed.map((name) => [name, row.values[name] ?? '']));
    records.set(id, { ...records.get(id), ...fields });
    versions.set(id, row.version);
    return written(id, known === undefined ? 'insert' : 'update');
  };
  return {
    calls,
    records,
    versions,
    notes,
    state,
    commit: (row) => void writeRow(row),
    rowsMax: 10,
    writeTimeoutMs: 20_000,
    write: async (rows) => {
      calls.push([...rows]);
      const step = script[calls.length - 1];
      return {
        outcomes: await Promise.all(
          rows.map(async (row) => (await step?.(row, calls.length)) ?? writeRow(row)),
        ),
      };
    },
    readBack: async (refs) => ({
      readings: refs.map(({ identity, recordId }) => {
        const id = recordId ?? ids.get(identity);
        return id === undefined || !records.has(id)
          ? { kind: 'absent' }
          : { kind: 'held', recordId: id, version: versions.get(id) ?? 0 };
      }),
    }),
    probe: async () => {
      state.probes += 1;
      return state.probe;
    },
    addNote: async (note) => {
      notes.push(note);
      return written(`note-${notes.length}`, 'insert');
    },
  };
}
