import type { StoredItem, StoreScanner } from '../../lambdas/core/ports/store-scan.ts';

/** A store in memory that can hand over what it holds. */
export interface StoredItems {
  /** Everything, in the order in which it came. */
  storedItems(): readonly StoredItem[];
}

/** One way through several stores in memory, which together stand for the one table. */
export function createMemoryStoreScanner(stores: readonly StoredItems[]): StoreScanner {
  const all = (): readonly StoredItem[] => stores.flatMap((store) => store.storedItems());
  return {
    scanStore: async ({ itemsMax, cursor = '0' }) => {
      const items = all();
      const end = Number(cursor) + itemsMax;
      return {
        items: items.slice(Number(cursor), end),
        ...(end < items.length ? { cursor: String(end) } : {}),
      };
    },
    readEvent: async (key) => all().filter((item) => isOfEvent(item, key)),
    measureScan: async () => ({ items: all().length }),
  };
}

function isOfEvent(item: StoredItem, key: string): boolean {
  switch (item.kind) {
    case 'record':
      return item.record.key === key;
    case 'request':
    case 'details':
    case 'reading':
    case 'history':
      return item.key === key;
    case 'head':
    case 'alias':
    case 'link':
    case 'submitter':
    case 'damaged':
    case 'other':
      return false;
  }
}
