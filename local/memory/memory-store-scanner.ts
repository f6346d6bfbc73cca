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
    measureScan: async () => ({ items: all().length }),
  };
}
