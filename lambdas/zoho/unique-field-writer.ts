import type { HoldfastConfig } from '../core/config.ts';
import type { CrmRow } from '../core/ports/crm.ts';
import type { FieldMapper } from './field-mapping.ts';
import { type FoundRow, findByKey, type PlacedRow } from './find-by-key.ts';
import { notMatched, type RowVerdict, refusedRow } from './row-outcome.ts';
import { oneByOne, type RowWriter, writeRecord, writeRecords } from './row-writer.ts';
import { createUpdateByEmail } from './update-by-email.ts';
import type { ZohoSession } from './zoho-api.ts';

/**
 * Writes to a module that has a unique custom field for the identity: two calls as a rule, one after
 * the other, so that a writer takes one of the organisation's simultaneous calls.
 *
 * - record known: `PUT /{module}` with its id, what changed, and the version. An upsert would have to
 *   carry a last name, and could undo what a person set right.
 * - record not known: `POST /{module}/upsert` with everything, found by the unique field, else by
 *   e-mail. The e-mail must be named, too: Zoho drops a system field that is not listed (Zoho CRM v7,
 *   Upsert records, Duplicate check fields, read 2026-11-22).
 * - record not known, and none may be made: one query by the unique field for all such rows, then a
 *   search by e-mail for each that it did not find. Who is found is written by id.
 */
export function createUniqueFieldWriter(
  mapper: FieldMapper,
  { module, keyField, versionField, trigger }: HoldfastConfig['zoho'],
): RowWriter {
  const whole = (row: CrmRow): Fields => ({
    ...mapper.forKnownRecord(row.values),
    [keyField]: row.identity,
    [versionField]: row.version,
  });
  const changes = (row: CrmRow): Fields => ({
    ...mapper.forChanges(row.values, row.changed),
    [versionField]: row.version,
  });

  const update = async (rows: readonly KnownRow[], session: ZohoSession) =>
    writeRecords(session, {
      kind: 'update',
      module,
      records: rows.map(({ fields, recordId }) => ({ ...fields, id: recordId })),
      settings: { trigger },
    });

  const upsert = async (rows: readonly PlacedRow[], session: ZohoSession) =>
    writeRecords(session, {
      kind: 'upsert',
      module,
      records: rows.map(({ row }) => ({
        ...mapper.forNewRecord(row.values),
        [keyField]: row.identity,
        [versionField]: row.version,
      })),
      settings: { duplicate_check_fields: [keyField, 'Email'], trigger },
    });

  const updateByEmail = createUpdateByEmail(mapper, module, async (recordId, row, session) =>
    writeRecord(session, {
      kind: 'update',
      module,
      records: [{ ...whole(row), id: recordId }],
      settings: { trigger },
    }),
  );

  return {
    write: async (rows, session) => {
      const plan = planRows(rows);
      const verdicts = new Map<number, RowVerdict>();
      const place = (placed: readonly PlacedRow[], made: readonly RowVerdict[]): void => {
        for (const [at, { index }] of placed.entries()) {
          verdicts.set(index, made[at] ?? notMatched());
        }
      };

      const known: KnownRow[] = plan.known.map((each) => ({ ...each, fields: changes(each.row) }));
      const found = await findByKey(plan.updateOnly, { module, keyField }, session);
      let strangers: readonly PlacedRow[] = [];
      if (found.kind === 'refused') {
        place(
          plan.updateOnly,
          plan.updateOnly.map(() => refusedRow(found.refusal)),
        );
      } else {
        known.push(...found.known.map((each) => ({ ...each, fields: whole(each.row) })));
        strangers = found.strangers;
      }
      for (const round of oncePerCall(known, ({ recordId }) => recordId)) {
        place(round, await update(round, session));
      }
      for (const round of oncePerCall(plan.fresh, emailOf)) {
        place(round, await upsert(round, session));
      }
      place(strangers, await oneByOne(strangers, async ({ row }) => updateByEmail(row, session)));
      return rows.map((_, index) => verdicts.get(index) ?? notMatched());
    },
  };
}

type Fields = Readonly<Record<string, string | number>>;

interface KnownRow extends FoundRow {
  readonly fields: Fields;
}

interface Plan {
  readonly known: readonly FoundRow[];
  readonly fresh: readonly PlacedRow[];
  readonly updateOnly: readonly PlacedRow[];
}

function planRows(rows: readonly CrmRow[]): Plan {
  const known: FoundRow[] = [];
  const fresh: PlacedRow[] = [];
  const updateOnly: PlacedRow[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.recordId !== undefined) known.push({ index, row, recordId: row.recordId });
    else (row.mayCreate ? fresh : updateOnly).push({ index, row });
  }
  return { known, fresh, updateOnly };
}

/**
 * Splits rows so that no call has a value twice: what Zoho does with one e-mail address or one id twice
 * in a call is not documented. It only happens where something else than the address stands for a person.
 *
 * @param valueOf empty: may be any number of times in a call
 */
function oncePerCall<Row extends PlacedRow>(
  rows: readonly Row[],
  valueOf: (row: Row) => string,
): readonly (readonly Row[])[] {
  const rounds: { readonly rows: Row[]; readonly values: Set<string> }[] = [];
  for (const each of rows) {
    const value = valueOf(each);
    let round = rounds.find(({ values }) => value === '' || !values.has(value));
    if (round === undefined) {
      round = { rows: [], values: new Set() };
      rounds.push(round);
    }
    round.rows.push(each);
    round.values.add(value);
  }
  return rounds.map((round) => round.rows);
}

function emailOf({ row }: PlacedRow): string {
  return row.values['email']?.trim().toLowerCase() ?? '';
}
