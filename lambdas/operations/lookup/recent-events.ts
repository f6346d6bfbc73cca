import type { EventRecord } from '../../core/event-record.ts';
import type { EventScanner } from '../../core/ports/event-scan.ts';
import { type PacePorts, scanPaced } from './paced-scan.ts';

/** What looking for recent events needs of the world. It only reads. */
export interface RecentPorts extends PacePorts {
  readonly scanner: Pick<EventScanner, 'scanEvents'>;
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
  ports: RecentPorts,
  report: (progress: RecentProgress) => void = () => undefined,
): Promise<RecentEvents> {
  const { countMax, readUnitsMax, source, receivedFromMs } = request;
  let newest: readonly EventRecord[] = [];
  let found = 0;
  let items = 0;
  const isWhole = await scanPaced(
    async (part) =>
      await ports.scanner.scanEvents({
        ...part,
        ...(source === undefined ? {} : { source }),
        ...(receivedFromMs === undefined ? {} : { receivedFromMs }),
      }),
    readUnitsMax,
    ports,
    (page, readUnits) => {
      newest = newestOf([...newest, ...page.records], countMax);
      found += page.records.length;
      items += page.items;
      report({ items, events: found, readUnits });
    },
  );
  return { records: newest, found, items, isWhole };
}

function newestOf(records: readonly EventRecord[], countMax: number): readonly EventRecord[] {
  return records
    .toSorted((left, right) => (positionOf(left) > positionOf(right) ? -1 : 1))
    .slice(0, countMax);
}

function positionOf({ receivedAt, key }: EventRecord): string {
  return `${receivedAt} ${key}`;
}
