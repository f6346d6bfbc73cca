import type { EventRecord } from '../event-record.ts';

/** Which part to look at, and which events of it to hand over. */
export interface EventScanRequest {
  /** Of this source only. */
  readonly source?: string;
  /** Received at this time or later, epoch milliseconds. */
  readonly receivedFromMs?: number;
  /** Stored items to look at, 1 or more; an event has three and more. */
  readonly itemsMax: number;
  /** Where the part before ended. */
  readonly cursor?: string;
}

/** The events of a part, and how many items it had. */
export interface EventScanPage {
  readonly records: readonly EventRecord[];
  readonly items: number;
  /** Absent once everything has been looked at. */
  readonly cursor?: string;
}

/** How much there is to scan. */
export interface ScanMeasure {
  readonly items: number;
  /** What looking at all of them takes; absent where nobody knows. */
  readonly readUnits?: number;
}

/** What has been read so far. */
export interface ReadMeter {
  /** Capacity units, as the store bills them. */
  usedUnits(): number;
}

/** A way through everything that is stored. For operators: no function has the right to it. */
export interface EventScanner {
  /**
   * Looks at a part of everything that is stored, and hands over the events in it, of all states. In no order
   * of time; an event that changes meanwhile comes once, as it is then. Dear: for operators.
   */
  scanEvents(request: EventScanRequest): Promise<EventScanPage>;
  /** How much there is to scan; figures may be hours old. */
  measureScan(): Promise<ScanMeasure>;
}
