import type { CrmRow } from '../core/ports/crm.ts';
import { searchByEmail } from './email-search.ts';
import type { FieldMapper } from './field-mapping.ts';
import { noMatch, type RowVerdict, refusedRow } from './row-outcome.ts';
import type { ZohoSession } from './zoho-api.ts';

/**
 * Builds the way of a row that only updates and whose record is not known: the record with its e-mail
 * address is written, and where there is none, nothing is.
 *
 * A failed search fails the row: there is no upsert to fall back on, since it might create.
 *
 * @param update writes everything to the record found
 */
export function createUpdateByEmail(
  mapper: FieldMapper,
  module: string,
  update: (recordId: string, row: CrmRow, session: ZohoSession) => Promise<RowVerdict>,
): (row: CrmRow, session: ZohoSession) => Promise<RowVerdict> {
  return async (row, session) => {
    const email = mapper.forKnownRecord(row.values)['Email'];
    if (email === undefined) return noMatch();
    const search = await searchByEmail(session, module, email);
    switch (search.kind) {
      case 'found':
        return update(search.recordId, row, session);
      case 'none':
        return noMatch();
      case 'failed':
        return refusedRow(search.refusal);
    }
  };
}
