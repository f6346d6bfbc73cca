import type { EventRecord } from '../../core/event-record.ts';
import { OPEN_PARTITIONS, type OpenPartition } from '../../core/open-index.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { Clock } from '../../core/ports/world.ts';
import { inParallel } from '../in-parallel.ts';
import { classesOf, isSelected, type ReplaySelection } from './replay-selection.ts';

/** What listing needs of the world. */
export interface ListPorts {
  readonly events: Pick<EventStore, 'listOpen' | 'readRecord'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** Quarantined events as they were found, oldest first within a class. */
export interface QuarantinedEvents {
  readonly records: readonly EventRecord[];
  /** There are more, or there may be: the search has ended at its bounds. */
  readonly hasMore: boolean;
}

const PAGE_KEYS = 100;

/** Records that are read side by side. */
export const READS_AT_A_TIME = 20;

/**
 * Events on their way that are looked at, in search of quarantines whose dead letter is missing. The sweeper
 * sends it within minutes, and from then on they are listed as quarantined; a backlog need not be read whole.
 */
const OPEN_EVENTS_MAX = 10_000;

/** Clocks of the functions and of the operator's machine may differ by this much. */
const CLOCK_DIFFERENCE_MAX_MS = 24 * 60 * 60 * 1_000;

/**
 * Finds the quarantined events of a selection, by the `open` index.
 *
 * The index may lag behind: each event's own record decides. An event that moves while it is looked for
 * is found once or, at worst, the next time.
 *
 * @param countMax finds no more than these, 1 or more
 * @param report is told how many were found, after each page
 * @throws {StoreUnavailableError}
 */
export async function listQuarantined(
  selection: ReplaySelection,
  countMax: number,
  ports: ListPorts,
  report: (found: number) => void = () => undefined,
): Promise<QuarantinedEvents> {
  const found = new Map<string, EventRecord>();
  const quarantined = classesOf(selection).map(
    (failureClass): OpenPartition => ({ kind: 'quarantined', failureClass }),
  );
  for (const partition of quarantined) {
    for await (const records of pagesOf(partition, selection, ports)) {
      take(records, selection, found);
      report(found.size);
      if (found.size > countMax) return firstOf(found, countMax, true);
    }
  }
  let looked = 0;
  for (const partition of OPEN_PARTITIONS) {
    for await (const records of pagesOf(partition, selection, ports)) {
      take(records, selection, found);
      report(found.size);
      looked += records.length;
      if (found.size > countMax) return firstOf(found, countMax, true);
      if (looked >= OPEN_EVENTS_MAX) return firstOf(found, countMax, true);
    }
  }
  return firstOf(found, countMax, false);
}

function take(
  records: readonly EventRecord[],
  selection: ReplaySelection,
  found: Map<string, EventRecord>,
): void {
  for (const record of records) {
    if (record.state === 'quarantined' && isSelected(record, selection)) {
      found.set(record.key, record);
    }
  }
}

function firstOf(
  found: ReadonlyMap<string, EventRecord>,
  countMax: number,
  hasMore: boolean,
): QuarantinedEvents {
  return { records: [...found.values()].slice(0, countMax), hasMore };
}

async function* pagesOf(
  partition: OpenPartition,
  selection: ReplaySelection,
  { events, clock }: ListPorts,
): AsyncGenerator<readonly EventRecord[]> {
  const receivedBeforeMs = selection.receivedBeforeMs ?? clock.nowMs() + CLOCK_DIFFERENCE_MAX_MS;
  let cursor: string | undefined;
  do {
    const page = await events.listOpen(partition, {
      receivedBeforeMs,
      limit: PAGE_KEYS,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const records = await inParallel(page.keys, READS_AT_A_TIME, (key) => events.readRecord(key));
    yield records.filter((record) => record !== undefined);
    cursor = page.cursor;
  } while (cursor !== undefined);
}
