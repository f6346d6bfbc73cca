import * as z from 'zod/mini';
import { AUDIT_ACTIONS, type AuditEntry } from '../core/audit.ts';
import { StoreUnavailableError } from '../core/errors.ts';
import { FAILURE_CODES, type FailureCode } from '../core/failure.ts';
import { isEmptied } from './payload-items.ts';
import { putIf, queryPage, type Table } from './table.ts';
import { type Item, NOT_THERE } from './table-expression.ts';
import { AUDIT_PREFIX, auditKey, eventPartition } from './table-keys.ts';

/** Adds an entry to an event's history, unless it is there already. */
export async function putAudit(
  table: Table,
  key: string,
  entry: AuditEntry,
  ttlSeconds: number,
): Promise<void> {
  await putIf(
    table,
    {
      ...auditKey(key, entry.at, entry.id),
      id: entry.id,
      action: entry.action,
      at: entry.at,
      by: entry.by,
      reason: entry.reason,
      quarantine_id: entry.quarantineId,
      failure_code: entry.failureCode,
      mapping_version: entry.mappingVersion,
      ttl: ttlSeconds,
    },
    NOT_THERE,
  );
}

/** An event's history, oldest first. */
export async function listAudit(table: Table, key: string): Promise<readonly AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let next: Awaited<ReturnType<typeof queryPage>>['next'];
  do {
    const page = await queryPage(
      table,
      {
        text: 'pk = :event AND begins_with(sk, :prefix)',
        values: { ':event': eventPartition(key), ':prefix': AUDIT_PREFIX },
      },
      { ConsistentRead: true, ...(next === undefined ? {} : { ExclusiveStartKey: next }) },
    );
    entries.push(...page.items.filter((item) => !isEmptied(item)).map(auditFromItem));
    next = page.next;
  } while (next !== undefined);
  return entries;
}

const auditItem = z.object({
  id: z.string(),
  action: z.enum(AUDIT_ACTIONS),
  at: z.string(),
  by: z.string(),
  reason: z.string(),
  quarantine_id: z.optional(z.string()),
  failure_code: z.optional(z.enum(FAILURE_CODES as [FailureCode, ...FailureCode[]])),
  mapping_version: z.optional(z.string()),
});

/**
 * Reads an entry of an event's history.
 *
 * @throws {StoreUnavailableError} the item is not one that this version can read
 */
export function auditFromItem(item: Item): AuditEntry {
  const parsed = auditItem.safeParse(item);
  if (!parsed.success) throw new StoreUnavailableError('The event history', parsed.error);
  const { quarantine_id, failure_code, mapping_version, ...rest } = parsed.data;
  return {
    ...rest,
    ...(quarantine_id === undefined ? {} : { quarantineId: quarantine_id }),
    ...(failure_code === undefined ? {} : { failureCode: failure_code }),
    ...(mapping_version === undefined ? {} : { mappingVersion: mapping_version }),
  };
}
