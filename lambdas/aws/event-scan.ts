import type {
  EventScanner,
  EventScanPage,
  EventScanRequest,
  ScanMeasure,
} from '../core/ports/event-scan.ts';
import { recordFromItem } from './event-record-item.ts';
import { readCursor, writeCursor } from './page-cursor.ts';
import { describeSize, scanPage, type Table } from './table.ts';
import { eventPartition, stateKey } from './table-keys.ts';

/** A scan reads half a unit for each 4 KB (Amazon DynamoDB, Read consistency, read 2026-11-22). */
const BYTES_A_UNIT = 8_192;

/** The scanner over the table. The functions' roles do not allow its calls. */
export function createDynamoDbEventScanner(table: Table): EventScanner {
  return {
    scanEvents: async (request) => await scanEvents(table, request),
    measureScan: async () => await measureScan(table),
  };
}

/** The events of one page of a scan; eventually consistent, which costs half. */
async function scanEvents(table: Table, request: EventScanRequest): Promise<EventScanPage> {
  const { source, receivedFromMs, itemsMax, cursor } = request;
  const page = await scanPage(
    table,
    {
      text: [
        'sk = :state AND begins_with(pk, :event)',
        ...(source === undefined ? [] : ['#source = :source']),
        ...(receivedFromMs === undefined ? [] : ['received_at >= :from']),
      ].join(' AND '),
      ...(source === undefined ? {} : { names: { '#source': 'source' } }),
      values: {
        ':state': stateKey('').sk,
        ':event': eventPartition(''),
        ...(source === undefined ? {} : { ':source': source }),
        ...(receivedFromMs === undefined
          ? {}
          : { ':from': new Date(receivedFromMs).toISOString() }),
      },
    },
    {
      Limit: itemsMax,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: readCursor(cursor) }),
    },
  );
  return {
    records: page.items.map(recordFromItem),
    items: page.count,
    ...(page.next === undefined ? {} : { cursor: writeCursor(page.next) }),
  };
}

/** How much a scan of the whole table looks at, and what it takes. */
export async function measureScan(table: Table): Promise<ScanMeasure> {
  const { items, bytes } = await describeSize(table);
  return { items, ...(bytes === 0 ? {} : { readUnits: Math.ceil(bytes / BYTES_A_UNIT) }) };
}
