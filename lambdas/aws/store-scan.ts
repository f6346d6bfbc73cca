import { StoreUnavailableError } from '../core/errors.ts';
import type {
  StoredItem,
  StoreScanner,
  StoreScanPage,
  StoreScanRequest,
} from '../core/ports/store-scan.ts';
import { auditFromItem } from './audit-items.ts';
import { entryFromItem } from './dynamodb-identity-store.ts';
import { recordFromItem } from './event-record-item.ts';
import { measureScan } from './event-scan.ts';
import { readCursor, writeCursor } from './page-cursor.ts';
import { detailsFromItem, isEmptied, normalizedFromItem, rawFromItem } from './payload-items.ts';
import { placeOf, type StoredPlace } from './stored-place.ts';
import { queryAll, scanPage, type Table } from './table.ts';
import type { Item } from './table-expression.ts';
import { eventPartition } from './table-keys.ts';

/** The scanner of all items over the table. The functions' roles do not allow its calls. */
export function createDynamoDbStoreScanner(table: Table): StoreScanner {
  return {
    scanStore: async (request) => await scanStore(table, request),
    readEvent: async (key) => {
      const condition = { text: 'pk = :event', values: { ':event': eventPartition(key) } };
      return (await queryAll(table, condition)).map(storedItemOf);
    },
    measureScan: async () => await measureScan(table),
  };
}

async function scanStore(table: Table, request: StoreScanRequest): Promise<StoreScanPage> {
  const { itemsMax, cursor, consistent = false } = request;
  const page = await scanPage(table, undefined, {
    Limit: itemsMax,
    ConsistentRead: consistent,
    ...(cursor === undefined ? {} : { ExclusiveStartKey: readCursor(cursor) }),
  });
  return {
    items: page.items.map(storedItemOf),
    ...(page.next === undefined ? {} : { cursor: writeCursor(page.next) }),
  };
}

/** An item that cannot be read stops no search: it is named, and the search goes on. */
function storedItemOf(item: Item): StoredItem {
  const { pk, sk } = item;
  if (typeof pk !== 'string' || typeof sk !== 'string') return { kind: 'other' };
  if (isEmptied(item)) return { kind: 'other' };
  try {
    return read(item, placeOf({ pk, sk })) ?? { kind: 'damaged', ref: `${pk} ${sk}` };
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return { kind: 'damaged', ref: `${pk} ${sk}` };
  }
}

/** @returns `undefined` for one that cannot be read */
function read(item: Item, place: StoredPlace): StoredItem | undefined {
  switch (place.kind) {
    case 'record':
      return { kind: 'record', record: recordFromItem(item) };
    case 'request': {
      const { key, payloadHash } = place;
      const raw = rawFromItem(item);
      return 'archivedAt' in raw
        ? { kind: 'request', key, payloadHash, archivedAt: raw.archivedAt }
        : { kind: 'request', key, payloadHash, raw };
    }
    case 'details': {
      const { key, payloadHash } = place;
      const stored = detailsFromItem(item);
      return 'body' in stored
        ? { kind: 'details', key, payloadHash, answers: stored.body }
        : { kind: 'details', key, payloadHash, archivedAt: stored.archivedAt };
    }
    case 'reading': {
      const normalized = normalizedFromItem(item);
      return normalized === undefined ? undefined : { ...place, kind: 'reading', normalized };
    }
    case 'history':
      return { kind: 'history', key: place.key, entry: auditFromItem(item) };
    case 'identity': {
      const { module, name } = place;
      const entry = entryFromItem(item, module, name);
      return entry.kind === 'head' ? entry : { kind: 'alias', module, name, of: entry.of };
    }
    case 'link':
      return place;
    case 'submitter': {
      const key = item['first_event'];
      return typeof key === 'string' ? { ...place, key } : undefined;
    }
    case 'other':
      return place;
  }
}
