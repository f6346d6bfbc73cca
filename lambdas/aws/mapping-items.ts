import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { StoreUnavailableError } from '../core/errors.ts';
import type { KeptMapping } from '../core/ports/events.ts';
import { getItem, putIf, queryPage, type Table } from './table.ts';
import { type Item, NOT_THERE } from './table-expression.ts';
import { mappingKey } from './table-keys.ts';

const mappingItem = z.object({ sk: z.string(), settings: z.string(), first_used_at: z.number() });

/** Keeps a mapping version, unless it is kept already. It has no expiry: there are few, and events name them. */
export async function putMapping(
  table: Table,
  source: string,
  { version, settings, firstUsedAtMs }: KeptMapping,
): Promise<void> {
  await putIf(
    table,
    { ...mappingKey(source, version), settings, first_used_at: firstUsedAtMs },
    NOT_THERE,
  );
}

/**
 * Reads a kept mapping version.
 *
 * @throws {StoreUnavailableError} the table did not answer, or the item is not one that this version wrote
 */
export async function getMapping(
  table: Table,
  source: string,
  version: string,
): Promise<KeptMapping | undefined> {
  const item = await getItem(table, mappingKey(source, version), { consistent: true });
  return item === undefined ? undefined : mappingFromItem(item);
}

/**
 * All kept mapping versions of a source, the one that was first used first.
 *
 * @throws {StoreUnavailableError} the table did not answer, or an item is not one that this version wrote
 */
export async function queryMappings(table: Table, source: string): Promise<readonly KeptMapping[]> {
  const condition = { text: 'pk = :pk', values: { ':pk': mappingKey(source, '').pk } };
  const mappings: KeptMapping[] = [];
  let next: Record<string, AttributeValue> | undefined;
  do {
    const page = await queryPage(table, condition, {
      ConsistentRead: true,
      ...(next === undefined ? {} : { ExclusiveStartKey: next }),
    });
    mappings.push(...page.items.map(mappingFromItem));
    next = page.next;
  } while (next !== undefined);
  return mappings.toSorted((left, right) => left.firstUsedAtMs - right.firstUsedAtMs);
}

function mappingFromItem(item: Item): KeptMapping {
  const parsed = mappingItem.safeParse(item);
  if (!parsed.success) throw new StoreUnavailableError('The kept mapping', parsed.error);
  const { sk: version, settings, first_used_at: firstUsedAtMs } = parsed.data;
  return { version, settings, firstUsedAtMs };
}
