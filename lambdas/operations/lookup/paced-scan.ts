import type { ReadMeter } from '../../core/ports/event-scan.ts';
import type { Clock } from '../../core/ports/world.ts';

/** What going through the store needs of the world. */
export interface PacePorts {
  readonly meter: ReadMeter;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** A page of 500 items has about 600 KB, 75 units: small beside any bound. */
const PART_ITEMS = 500;

/**
 * One partition of a table gives 3,000 units a second (Amazon DynamoDB, Designing partition keys, read
 * 2026-11-22), and a scan reads one after the other: two thirds stay for the functions.
 */
const READ_UNITS_A_SECOND = 1_000;

/** One part of the store, and where the next begins. */
interface Part {
  /** Absent once everything has been looked at. */
  readonly cursor?: string;
}

/**
 * Goes through the store part by part, no faster than leaves room for the functions, and not beyond a bound.
 *
 * @param readPart reads one part
 * @param readUnitsMax no part is looked at any more once this many have been read; one part takes a hundred or so
 * @param visit is given each part, and the units read so far
 * @returns whether everything was looked at
 * @throws {StoreUnavailableError} and whatever `visit` throws
 */
export async function scanPaced<Found extends Part>(
  readPart: (part: { readonly itemsMax: number; readonly cursor?: string }) => Promise<Found>,
  readUnitsMax: number,
  { meter, clock }: PacePorts,
  visit: (part: Found, readUnits: number) => Promise<void> | void,
): Promise<boolean> {
  const startUnits = meter.usedUnits();
  let cursor: string | undefined;
  do {
    const unitsBefore = meter.usedUnits();
    const part = await readPart({
      itemsMax: PART_ITEMS,
      ...(cursor === undefined ? {} : { cursor }),
    });
    cursor = part.cursor;
    const readUnits = meter.usedUnits() - startUnits;
    await visit(part, readUnits);
    if (readUnits >= readUnitsMax) break;
    if (cursor !== undefined) {
      await clock.sleep(((meter.usedUnits() - unitsBefore) / READ_UNITS_A_SECOND) * 1_000);
    }
  } while (cursor !== undefined);
  return cursor === undefined;
}
