import type { Head } from '../../core/head.ts';
import type { ReadMeter } from '../../core/ports/event-scan.ts';
import type { StoredItem, StoreScanner } from '../../core/ports/store-scan.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { LeadQuery } from './lead-query.ts';
import { holdsText, matchesQuery } from './match-lead.ts';
import { scanPaced } from './paced-scan.ts';

/** What looking at everything needs of the world. It only reads. */
export interface LeadScanPorts {
  readonly items: Pick<StoreScanner, 'scanStore'>;
  readonly meter: ReadMeter;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** How far it goes, and who looks on. */
export interface LeadScanLimits {
  /** No part is looked at any more once this many have been read. */
  readonly readUnitsMax: number;
  /** Whether somebody has had enough: what was found until then counts. */
  readonly isStopped: () => boolean;
  /** Is told after each part how many items were looked at, and how many of them fit. */
  readonly onPart: (items: number, found: number) => void;
}

/** What fits. */
export interface LeadScan {
  /** Keys of events. */
  readonly keys: readonly string[];
  /** Names of identities. */
  readonly names: readonly string[];
  /** Stored items that were looked at. */
  readonly items: number;
  /** Everything was looked at. */
  readonly isWhole: boolean;
  /** Items that this version cannot read; they were not looked into. */
  readonly damaged: number;
}

/**
 * Looks for leads in everything that is stored: what ended without a person of its own, a number beside an e-mail
 * address, an address in a field that nothing maps. Dear: it reads the whole table.
 *
 * A body that lies in the bucket is not looked into.
 *
 * @throws {StoreUnavailableError}
 */
export async function scanLeads(
  queries: readonly LeadQuery[],
  { readUnitsMax, isStopped, onPart }: LeadScanLimits,
  ports: LeadScanPorts,
): Promise<LeadScan> {
  const keys = new Set<string>();
  const names = new Set<string>();
  let items = 0;
  let damaged = 0;
  let isCutShort = false;
  const isWhole = await scanPaced(
    async (part) => {
      isCutShort ||= isStopped();
      return isCutShort ? { items: [] } : await ports.items.scanStore(part);
    },
    readUnitsMax,
    ports,
    (part) => {
      for (const item of part.items) {
        const fit = fitOf(item, queries);
        if (fit?.key !== undefined) keys.add(fit.key);
        if (fit?.name !== undefined) names.add(fit.name);
        if (item.kind === 'damaged') damaged += 1;
      }
      items += part.items.length;
      onPart(items, keys.size + names.size);
    },
  );
  return {
    keys: [...keys],
    names: [...names],
    items,
    isWhole: isWhole && !isCutShort,
    damaged,
  };
}

interface Fit {
  readonly key?: string;
  readonly name?: string;
}

function fitOf(item: StoredItem, queries: readonly LeadQuery[]): Fit | undefined {
  switch (item.kind) {
    case 'record':
      return queries.some((query) => matchesQuery(query, item.record, undefined))
        ? { key: item.record.key }
        : undefined;
    case 'reading': {
      const { key, normalized } = item;
      const record = { key, source: normalized.source };
      return queries.some((query) => matchesQuery(query, record, normalized)) ? { key } : undefined;
    }
    case 'request':
      return 'raw' in item && queries.some((query) => holdsText(query, item.raw.body))
        ? { key: item.key }
        : undefined;
    case 'details':
      return 'answers' in item && queries.some((query) => holdsText(query, item.answers))
        ? { key: item.key }
        : undefined;
    case 'head':
      return queries.some((query) => isHeadOf(query, item.head))
        ? { name: item.head.identity }
        : undefined;
    case 'alias':
      return queries.some((query) => query.kind === 'name' && query.name === item.name)
        ? { name: item.name }
        : undefined;
    case 'history':
    case 'link':
    case 'submitter':
    case 'damaged':
    case 'other':
      return undefined;
  }
}

function isHeadOf(query: LeadQuery, head: Head): boolean {
  switch (query.kind) {
    case 'email':
      return head.fields['email']?.value === query.email;
    case 'phone': {
      // An extension stands behind the number: `+12025550143;ext=23`.
      const [number = ''] = (head.fields['phone']?.value ?? '').split(';');
      return number !== '' && query.phones.includes(number);
    }
    case 'crm-id':
      return head.crmRecordId === query.recordId;
    case 'name':
      return head.identity === query.name;
    case 'key':
    case 'provider-id':
      return false;
  }
}
