import type { JournalAction, JournalEntry } from '../../core/journal.ts';
import type { OperatorJournal } from '../../core/ports/journal.ts';
import type { Clock } from '../../core/ports/world.ts';

/** What listing needs of the world. */
export interface ActPorts {
  readonly journal: Pick<OperatorJournal, 'list'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** Which acts are wanted. Every part narrows it. */
export interface ActRequest {
  /** Of this time or later, epoch milliseconds; of the last year by default. */
  readonly fromMs?: number;
  /** Before this time, epoch milliseconds. */
  readonly beforeMs?: number;
  readonly action?: JournalAction;
  /** A part of who did it, in any case. */
  readonly by?: string;
  /** What they touched: a lead's key, a source, an identity. */
  readonly touched?: string;
  /** The newest so many, 1 or more. */
  readonly countMax: number;
}

/** Acts, newest first. */
export interface ListedActs {
  readonly entries: readonly JournalEntry[];
  /** Older ones than these were not looked at, ISO 8601. */
  readonly from: string;
  /** There are more that fit. */
  readonly hasMore: boolean;
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

/** Clocks of the functions and of the operator's machine may differ by this much. */
const CLOCK_DIFFERENCE_MAX_MS = 24 * 60 * 60 * 1_000;

const PAGE_ENTRIES = 200;

/**
 * Lists what operators did.
 *
 * @throws {StoreUnavailableError}
 */
export async function listActs(
  { fromMs, beforeMs, countMax, ...wanted }: ActRequest,
  { journal, clock }: ActPorts,
): Promise<ListedActs> {
  const nowMs = clock.nowMs();
  const from = fromMs ?? nowMs - YEAR_MS;
  const entries: JournalEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = await journal.list({
      fromMs: from,
      beforeMs: beforeMs ?? nowMs + CLOCK_DIFFERENCE_MAX_MS,
      limit: PAGE_ENTRIES,
      ...(cursor === undefined ? {} : { cursor }),
    });
    entries.push(...page.entries.filter((entry) => isWanted(entry, wanted)));
    cursor = page.cursor;
  } while (cursor !== undefined && entries.length <= countMax);
  return {
    entries: entries.slice(0, countMax),
    from: new Date(from).toISOString(),
    hasMore: entries.length > countMax,
  };
}

function isWanted(
  entry: JournalEntry,
  { action, by, touched }: Pick<ActRequest, 'action' | 'by' | 'touched'>,
): boolean {
  return (
    (action === undefined || entry.action === action) &&
    (by === undefined || entry.by.toLowerCase().includes(by.toLowerCase())) &&
    (touched === undefined || entry.touched.some(({ id }) => id === touched))
  );
}
