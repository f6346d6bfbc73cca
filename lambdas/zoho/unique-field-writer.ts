import type { HoldfastConfig } from '../core/config.ts';
import type { CrmRow, CrmRowOutcome } from '../core/crm.ts';
import type { Deadline } from './deadline.ts';
import type { FieldMapper } from './field-mapping.ts';
import { notMatched, type RowWriter, writeRecords } from './row-writer.ts';
import type { ZohoApi } from './zoho-api.ts';

/**
 * Writes to a module that has a unique custom field for the identity: two calls as a rule, one after
 * the other, so that a writer takes one of the organisation's simultaneous calls.
 *
 * - record known: `PUT /{module}` with its id, what changed, and the version. An upsert would have to
 *   carry a last name, and could undo what a person set right.
 * - record not known: `POST /{module}/upsert` with everything, found by the unique field, else by
 *   e-mail. The e-mail must be named, too: Zoho drops a system field that is not listed (Zoho CRM v7,
 *   Upsert records, Duplicate check fields, read 2026-11-22).
 */
export function createUniqueFieldWriter(
  api: ZohoApi,
  mapper: FieldMapper,
  { module, keyField, versionField, trigger }: HoldfastConfig['zoho'],
): RowWriter {
  const update = async (rows: readonly KnownRow[], deadline: Deadline) =>
    writeRecords(
      api,
      {
        kind: 'update',
        method: 'PUT',
        path: module,
        records: rows.map(({ row, recordId }) => ({
          ...mapper.forChanges(row.values, row.changed),
          [versionField]: row.version,
          id: recordId,
        })),
        settings: { trigger },
      },
      deadline,
    );

  const upsert = async (rows: readonly NewRow[], deadline: Deadline) =>
    writeRecords(
      api,
      {
        kind: 'upsert',
        method: 'POST',
        path: `${module}/upsert`,
        records: rows.map(({ row }) => ({
          ...mapper.forNewRecord(row.values),
          [keyField]: row.identity,
          [versionField]: row.version,
        })),
        settings: { duplicate_check_fields: [keyField, 'Email'], trigger },
      },
      deadline,
    );

  return {
    write: async (rows, deadline) => {
      const known: KnownRow[] = [];
      const unknown: NewRow[] = [];
      for (const [index, row] of rows.entries()) {
        if (row.recordId === undefined) unknown.push({ index, row });
        else known.push({ index, row, recordId: row.recordId });
      }

      const outcomes = new Map<number, CrmRowOutcome>();
      const place = (placed: readonly NewRow[], made: readonly CrmRowOutcome[]): void => {
        for (const [at, { index }] of placed.entries())
          outcomes.set(index, made[at] ?? notMatched());
      };
      place(known, await update(known, deadline));
      for (const round of emailOncePerCall(unknown)) place(round, await upsert(round, deadline));
      return rows.map((_, index) => outcomes.get(index) ?? notMatched());
    },
  };
}

/**
 * What Zoho does with one e-mail address twice in a call is not documented: the second goes into a
 * call of its own. It only happens where something else than the address stands for a person.
 */
function emailOncePerCall(rows: readonly NewRow[]): readonly (readonly NewRow[])[] {
  const rounds: { readonly rows: NewRow[]; readonly emails: Set<string> }[] = [];
  for (const each of rows) {
    const email = each.row.values['email']?.trim().toLowerCase() ?? '';
    let round = rounds.find(({ emails }) => email === '' || !emails.has(email));
    if (round === undefined) {
      round = { rows: [], emails: new Set() };
      rounds.push(round);
    }
    round.rows.push(each);
    round.emails.add(email);
  }
  return rounds.map((round) => round.rows);
}

interface NewRow {
  readonly index: number;
  readonly row: CrmRow;
}

interface KnownRow extends NewRow {
  readonly recordId: string;
}
