import * as z from 'zod/mini';
import type { HoldfastConfig } from '../core/config.ts';
import type { CrmRow } from '../core/ports/crm.ts';
import { queryRecords } from './coql.ts';
import type { Refusal } from './request-outcome.ts';
import type { ZohoSession } from './zoho-api.ts';

/** A row and its place in the write. */
export interface PlacedRow {
  readonly index: number;
  readonly row: CrmRow;
}

/** A row whose record is known. */
export interface FoundRow extends PlacedRow {
  readonly recordId: string;
}

/** Which rows have a record with their key, or why that can't be told. */
export type KeySearch =
  | {
      readonly kind: 'searched';
      readonly known: readonly FoundRow[];
      readonly strangers: readonly PlacedRow[];
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Finds the records of rows by their identities, with one query for all of them; without one for no
 * rows. Converted leads are not found.
 */
export async function findByKey(
  rows: readonly PlacedRow[],
  { module, keyField }: Pick<HoldfastConfig['zoho'], 'module' | 'keyField'>,
  session: ZohoSession,
): Promise<KeySearch> {
  if (rows.length === 0) return { kind: 'searched', known: [], strangers: [] };
  const schema = z.object({ id: z.string().check(z.minLength(1)), [keyField]: z.string() });
  const reading = await queryRecords(
    session,
    {
      module,
      fields: [keyField],
      where: keyField,
      values: rows.map(({ row }) => row.identity),
    },
    (each) => schema.safeParse(each).data,
  );
  if (reading.kind === 'refused') return reading;
  const ids = new Map(
    reading.value.records.map((record) => [String(record[keyField]).toLowerCase(), record.id]),
  );
  const known: FoundRow[] = [];
  const strangers: PlacedRow[] = [];
  for (const each of rows) {
    const recordId = ids.get(each.row.identity.toLowerCase());
    if (recordId === undefined) strangers.push(each);
    else known.push({ ...each, recordId });
  }
  return { kind: 'searched', known, strangers };
}
