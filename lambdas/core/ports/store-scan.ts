import type { AuditEntry } from '../audit.ts';
import type { EventRecord, RawPayload } from '../event-record.ts';
import type { Head } from '../head.ts';
import type { NormalizedEvent } from '../lead-event.ts';
import type { ScanMeasure } from './event-scan.ts';

/** Where a payload belongs: an event, and the fingerprint of the content that it came with. */
interface OfEvent {
  readonly key: string;
  readonly payloadHash: string;
}

/**
 * One stored item, as a search through everything sees it.
 *
 * - `record`: an event's state
 * - `request`: the request as it came; a body too large for the table lies in the bucket instead, at `archivedAt`
 * - `details`: the answers with which a thin event was completed; in the bucket likewise
 * - `reading`: what was read of it; without `remappedAs`, as it was read at first
 * - `history`: what an operator did to it
 * - `head`, `alias`, `link`: an identity's merged state, another name of one, and that an event speaks of one
 * - `submitter`: the first event of a person at a source
 * - `damaged`: one that this version cannot read; whoever looks for a person must say that it was not looked into
 * - `other`: nothing of a person (sources, mappings, the breaker, the token), or of a kind that others look for
 */
export type StoredItem =
  | { readonly kind: 'record'; readonly record: EventRecord }
  | ({ readonly kind: 'request'; readonly raw: RawPayload } & OfEvent)
  | ({ readonly kind: 'request'; readonly archivedAt: string } & OfEvent)
  | ({ readonly kind: 'details'; readonly answers: Uint8Array } & OfEvent)
  | ({ readonly kind: 'details'; readonly archivedAt: string } & OfEvent)
  | ({
      readonly kind: 'reading';
      readonly remappedAs?: string;
      readonly normalized: NormalizedEvent;
    } & OfEvent)
  | { readonly kind: 'history'; readonly key: string; readonly entry: AuditEntry }
  | { readonly kind: 'head'; readonly head: Head }
  | {
      readonly kind: 'alias';
      readonly module: string;
      readonly name: string;
      readonly of: string;
    }
  | {
      readonly kind: 'link';
      readonly module: string;
      readonly identity: string;
      readonly occurredAt: string;
      readonly key: string;
    }
  | {
      readonly kind: 'submitter';
      readonly source: string;
      readonly personHash: string;
      readonly key: string;
    }
  | { readonly kind: 'damaged'; readonly ref: string }
  | { readonly kind: 'other' };

/** Which part of the store to look at. */
export interface StoreScanRequest {
  /** Stored items to look at, 1 or more. */
  readonly itemsMax: number;
  /** Where the part before ended. */
  readonly cursor?: string;
  /** Sees every write that was answered before; costs twice as much. */
  readonly consistent?: boolean;
}

/** The items of a part. */
export interface StoreScanPage {
  readonly items: readonly StoredItem[];
  /** Absent once everything has been looked at. */
  readonly cursor?: string;
}

/**
 * A way through all that is stored, item by item, in no order of time. For operators: no function has the
 * right to it. An item that changes meanwhile comes once, as it is then.
 *
 * Each method lets out `StoreUnavailableError`.
 */
export interface StoreScanner {
  scanStore(request: StoreScanRequest): Promise<StoreScanPage>;
  /** Everything that lies under one event's key; every write that was answered before is seen. */
  readEvent(key: string): Promise<readonly StoredItem[]>;
  /** How much there is to look at; figures may be hours old. */
  measureScan(): Promise<ScanMeasure>;
}
