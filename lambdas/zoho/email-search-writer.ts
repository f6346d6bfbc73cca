import type { HoldfastConfig } from '../core/config.ts';
import type { CrmRow, CrmRowOutcome } from '../core/crm.ts';
import type { Deadline } from './deadline.ts';
import { searchByEmail } from './email-search.ts';
import type { FieldMapper, ZohoFields } from './field-mapping.ts';
import { refusedRow } from './row-outcome.ts';
import { notMatched, oneByOne, type RowWriter, writeRecords } from './row-writer.ts';
import type { ZohoApi } from './zoho-api.ts';

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
 * What this mode can't promise: without a field for the identity, a record whose e-mail address Zoho
 * does not have can't be found again. If the answer to the first write of a lead without an e-mail
 * address does not come, writing it again may leave two records; a repeated write may also start
 * automations twice. Once an answer has come, the record is known by its id. So a lost first write is
 * not repeated at once, but searched for again when it must have settled (`mayRepeatInserts`).
 */
export function createEmailSearchWriter(
  api: ZohoApi,
  mapper: FieldMapper,
  { module, trigger }: HoldfastConfig['zoho'],
): RowWriter {
  const update = async (recordId: string, fields: ZohoFields, deadline: Deadline) =>
    first(
      writeRecords(
        api,
        {
          kind: 'update',
          method: 'PUT',
          path: `${module}/${encodeURIComponent(recordId)}`,
          records: [fields],
          settings: { trigger },
        },
        deadline,
      ),
    );

  const upsert = async (fields: ZohoFields, deadline: Deadline) =>
    first(
      writeRecords(
        api,
        {
          kind: 'upsert',
          method: 'POST',
          path: `${module}/upsert`,
          records: [fields],
          settings: { duplicate_check_fields: ['Email'], trigger },
        },
        deadline,
      ),
    );

  async function writeRow(row: CrmRow, deadline: Deadline): Promise<CrmRowOutcome> {
    if (row.recordId !== undefined) {
      const changes = mapper.forChanges(row.values, row.changed);
      // Nothing of it has a field in Zoho: the record holds all that it can.
      if (Object.keys(changes).length === 0) {
        return { kind: 'written', recordId: row.recordId, action: 'update' };
      }
      return update(row.recordId, changes, deadline);
    }

    const created = mapper.forNewRecord(row.values);
    const email = created['Email'];
    if (email === undefined) return upsert(created, deadline);
    const search = await searchByEmail(api, module, email, deadline);
    switch (search.kind) {
      case 'found':
        return update(search.recordId, mapper.forKnownRecord(row.values), deadline);
      case 'none':
        return upsert(created, deadline);
      case 'failed':
        return search.refusal.failure.class === 'authorization'
          ? refusedRow(search.refusal)
          : upsert(created, deadline);
    }
  }

  return {
    write: async (rows, deadline) => oneByOne(rows, async (row) => writeRow(row, deadline)),
  };
}

async function first(outcomes: Promise<readonly CrmRowOutcome[]>): Promise<CrmRowOutcome> {
  const [outcome] = await outcomes;
  return outcome ?? notMatched();
}
