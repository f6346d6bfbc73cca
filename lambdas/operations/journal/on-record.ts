import {
  type JournalAction,
  type JournalEntry,
  type Touched,
  TOUCHED_MAX,
} from '../../core/journal.ts';
import type { OperatorJournal } from '../../core/ports/journal.ts';
import type { Log } from '../../core/ports/telemetry.ts';
import type { Clock, Ids } from '../../core/ports/world.ts';

/** What putting an act on record needs of the world. */
export interface RecordPorts {
  readonly journal: Pick<OperatorJournal, 'record'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly ids: Ids;
  readonly log: Log;
}

/** An act, before it is done. */
export interface PlannedAct {
  readonly action: JournalAction;
  /** The AWS identity (an ARN), or `local` on one machine. */
  readonly by: string;
  /** 1–500 characters, as `parseReason` leaves it. */
  readonly reason: string;
  /** What it is going to touch, as far as that is known. */
  readonly touched: readonly Touched[];
}

/** What an act came to. */
export interface ActResult<Result> {
  readonly result: Result;
  /** What it did touch; what was planned, by default. */
  readonly touched?: readonly Touched[];
  /** It failed, in whole or in part; `false` by default. */
  readonly hasFailed?: boolean;
}

/**
 * Does what an operator asks for, and puts it on record: before, so that nothing is done that is not on
 * record, and again once it is over.
 *
 * @returns what `run` returns as its result
 * @throws {StoreUnavailableError} it could not be put on record; nothing has been done
 * @throws whatever `run` throws; the entry then says `failed`
 */
export async function onRecord<Result>(
  act: PlannedAct,
  ports: RecordPorts,
  run: () => Promise<ActResult<Result>>,
): Promise<Result> {
  const begun: JournalEntry = {
    id: ports.ids.next(),
    action: act.action,
    at: new Date(ports.clock.nowMs()).toISOString(),
    by: act.by,
    reason: act.reason,
    outcome: 'begun',
    ...listed(act.touched),
  };
  await ports.journal.record(begun);
  try {
    const { result, touched = act.touched, hasFailed = false } = await run();
    const outcome = hasFailed ? 'failed' : 'done';
    await recordEnd({ ...begun, outcome, ...listed(touched) }, ports);
    return result;
  } catch (error) {
    await recordEnd({ ...begun, outcome: 'failed' }, ports);
    throw error;
  }
}

/** The act is over, whatever the journal says: an entry that stays `begun` tells that its end is unknown. */
async function recordEnd(entry: JournalEntry, { journal, log }: RecordPorts): Promise<void> {
  try {
    await journal.record(entry);
  } catch (error) {
    log.error('The end of an operator’s act could not be put on record', {}, error);
  }
}

function listed(touched: readonly Touched[]): Pick<JournalEntry, 'touched' | 'touchedCount'> {
  return { touched: touched.slice(0, TOUCHED_MAX), touchedCount: touched.length };
}
