import type { EventRecord } from '../core/event-record.ts';
import type { EventScanner, ReadMeter } from '../core/ports/event-scan.ts';
import type { Clock } from '../core/ports/world.ts';

/** What looking for recent events needs of the world. It only reads. */
export interface RecentPorts {
  readonly scanner: Pick<EventScanner, 'scanEvents'>;
  readonly meter: ReadMeter;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Which events are looked for. */
export interface RecentRequest {
  /** The newest so many, 1 or more. */
  readonly countMax: number;
  readonly source?: string;
  /** Received at this time or later, epoch milliseconds. */
  readonly receivedFromMs?: number;
  /** No part is looked at any more once this many have been read; one part takes a hundred or so. */
  readonly readUnitsMax: number;
}

/** How far the search has come. */
export interface RecentProgress {
  readonly items: number;
  /** Events that match. */
  readonly events: number;
  readonly readUnits: number;
}

/** The newest of the events that were looked at. */
export interface RecentEvents {
  /** Newest first. */
  readonly records: readonly EventRecord[];
  /** Events that were found, the older ones among them. */
  readonly found: number;
  /** Stored items that were looked at. */
  readonly items: number;
  /** Everything was looked at: these are the newest there are. Otherwise they are those of a sample. */
  readonly isWhole: boolean;
}

/** A page of 500 items has about 600 KB, 75 units: small beside any bound. */
const PART_ITEMS = 500;

/**
 * One partition of a table gives 3,000 units a second (Amazon DynamoDB, Designing partition keys, read
 * 2026-11-22), and a scan reads one after the other: two thirds stay for the functions.
 */
const READ_UNITS_A_SECOND = 1_000;

/**
 * Finds the newest events by a scan of the store, since nothing lists events that have ended: such a list
 * would cost every lead a write.
 *
 * A scan meets events in the order of their keys' hashes. One that ends at its bound has seen a sample of all
 * events, none more likely than another, and hands over the newest of those.
 *
 * @param report is told after each part
 * @throws {StoreUnavailableError}
 */
export async function findRecentEvents(
  request: RecentRequest,
  { scanner, meter, clock }: RecentPorts,
  report: (progress: RecentProgress) => void = () => undefined,
): Promise<RecentEvents> {
  const { countMax, readUnitsMax, source, receivedFromMs } = request;
  const startUnits = meter.usedUnits();
  let newest: readonly EventRecord[] = [];
  let found = 0;
  let items = 0;
  let cursor: string | undefined;
  do {
    const unitsBefore = meter.usedUnits();
    const page = await scanner.scanEvents({
      itemsMax: PART_ITEMS,
      ...(source === undefined ? {} : { source }),
      ...(receivedFromMs === undefined ? {} : { receivedFromMs }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    newest = newestOf([...newest, ...page.records], countMax);
    found += page.records.length;
    items += page.items;
    cursor = page.cursor;
    const readUnits = meter.usedUnits() - startUnits;
    report({ items, events: found, readUnits });
    if (readUnits >= readUnitsMax) break;
    if (cursor !== undefined) {
      await clock.sleep(((meter.usedUnits() - unitsBefore) / READ_UNITS_A_SECOND) * 1_000);
    }
  } while (cursor !== undefined);
  return { records: newest, found, items, isWhole: cursor === undefined };
}

function newestOf(records: readonly EventRecord[], countMax: number): readonly EventRecord[] {
  return records
    .toSorted((left, right) => (positionOf(left) > positionOf(right) ? -1 : 1))
    .slice(0, countMax);
}

function positionOf({ receivedAt, key }: EventRecord): string {
  return `${receivedAt} ${key}`;
}
