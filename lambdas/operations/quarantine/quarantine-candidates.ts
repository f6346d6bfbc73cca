import type { EventRecord } from '../../core/event-record.ts';
import { inParallel } from '../in-parallel.ts';
import { type ListPorts, listQuarantined, READS_AT_A_TIME } from './list-quarantined.ts';
import type { SkippedEvent, SkipReason } from './replay-plan.ts';
import { isSelected, type ReplaySelection } from './replay-selection.ts';

/** Quarantined events that an operator's act is about, and those that were named but do not lie there. */
export interface QuarantineCandidates {
  readonly records: readonly EventRecord[];
  readonly skipped: readonly SkippedEvent[];
  /** There are more, or there may be. */
  readonly hasMore: boolean;
}

/**
 * Finds the quarantined events of a selection. With keys it also says of each other event that was named why it
 * is none of them.
 *
 * @param countMax finds no more than these, 1 or more
 * @throws {StoreUnavailableError}
 */
export async function findCandidates(
  selection: ReplaySelection,
  countMax: number,
  ports: ListPorts,
): Promise<QuarantineCandidates> {
  if (selection.keys === undefined) {
    return { ...(await listQuarantined(selection, countMax, ports)), skipped: [] };
  }
  const keys = [...new Set(selection.keys)];
  const found = await inParallel(
    keys.slice(0, countMax),
    READS_AT_A_TIME,
    async (key): Promise<EventRecord | SkippedEvent> => {
      const record = await ports.events.readRecord(key);
      if (record === undefined) return { key, why: 'unknown' };
      const why = reasonOfState(record);
      if (why !== undefined) return { key, why };
      return isSelected(record, selection) ? record : { key, why: 'not_selected' };
    },
  );
  return {
    records: found.filter((each): each is EventRecord => !('why' in each)),
    skipped: found.filter((each): each is SkippedEvent => 'why' in each),
    hasMore: keys.length > countMax,
  };
}

function reasonOfState(record: EventRecord): SkipReason | undefined {
  switch (record.state) {
    case 'succeeded':
      return 'delivered';
    case 'suppressed':
      return 'suppressed';
    case 'closed':
      return 'closed';
    case 'erased':
      return 'erased';
    case 'processing':
      return 'in_progress';
    case 'received':
    case 'failed':
      return 'waiting';
    case 'held':
      return 'held';
    case 'quarantined':
      return undefined;
  }
}
