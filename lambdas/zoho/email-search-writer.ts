import type { HoldfastConfig } from '../core/config.ts';
import type { CrmRow } from '../core/ports/crm.ts';
import { searchByEmail } from './email-search.ts';
import type { FieldMapper, ZohoFields } from './field-mapping.ts';
import { type RowVerdict, refusedRow } from './row-outcome.ts';
import { oneByOne, type RowWriter, writeRecord } from './row-writer.ts';
import { createUpdateByEmail } from './update-by-email.ts';
import type { ZohoSession } from './zoho-api.ts';

/**
 * Writes to a module without a custom field for the identity, one row after the other:
 *
 * ```
 * record known ───────────────────────────► PUT what changed
 * no e-mail address ──────────────────────► upsert
 * search by e-mail ── found ──────────────► PUT everything
 *                  ── none, or it failed ─► upsert, found by e-mail once more
 * ```
 *
 * A row that only updates ends where an upsert would begin. Zoho's search lags behind, so that a record
 * made a moment ago may not be found for it.
 *
 * What this mode can't promise: without a field for the identity, a record whose e-mail address Zoho
 * does not have can't be found again. If the answer to the first write of a lead without an e-mail
 * address does not come, writing it again may leave two records; a repeated write may also start
 * automations twice. Once an answer has come, the record is known by its id. So a lost first write is
 * not repeated at once, but searched for again when it must have settled (`mayRepeatInserts`).
 */
export function createEmailSearchWriter(
  mapper: FieldMapper,
  { module, trigger }: HoldfastConfig['zoho'],
): RowWriter {
  const update = async (recordId: string, fields: ZohoFields, session: ZohoSession) =>
    writeRecord(session, {
      kind: 'update',
      module,
      recordId,
      records: [fields],
      settings: { trigger },
    });

  const upsert = async (fields: ZohoFields, session: ZohoSession) =>
    writeRecord(session, {
      kind: 'upsert',
      module,
      records: [fields],
      settings: { duplicate_check_fields: ['Email'], trigger },
    });

  const updateByEmail = createUpdateByEmail(mapper, module, async (recordId, row, session) =>
    update(recordId, mapper.forKnownRecord(row.values), session),
  );

  async function writeRow(row: CrmRow, session: ZohoSession): Promise<RowVerdict> {
    if (row.recordId !== undefined) {
      const changes = mapper.forChanges(row.values, row.changed);
      // Nothing of it has a field in Zoho: the record holds all that it can.
      if (Object.keys(changes).length === 0) {
        return { outcome: { kind: 'written', recordId: row.recordId, action: 'update' } };
      }
      return update(row.recordId, changes, session);
    }
    if (!row.mayCreate) return updateByEmail(row, session);

    const created = mapper.forNewRecord(row.values);
    const email = created['Email'];
    if (email === undefined) return upsert(created, session);
    const search = await searchByEmail(session, module, email);
    switch (search.kind) {
      case 'found':
        return update(search.recordId, mapper.forKnownRecord(row.values), session);
      case 'none':
        return upsert(created, session);
      case 'failed':
        return search.refusal.failure.class === 'authorization'
          ? refusedRow(search.refusal)
          : upsert(created, session);
    }
  }

  return {
    write: async (rows, session) => oneByOne(rows, async (row) => writeRow(row, session)),
  };
}
