import * as z from 'zod/mini';
import { StoreUnavailableError } from '../core/errors.ts';
import type { FieldNote } from '../core/field-notes.ts';
import { canonicalField } from '../core/lead-settings.ts';
import type { SourceFieldsSave } from '../core/ports/events.ts';
import type { SourceFields } from '../core/source-fields.ts';
import { fromCompactJson, toCompactJson } from './compact-json.ts';
import { getItem, putIf, type Table } from './table.ts';
import { type Item, isNextRevision } from './table-expression.ts';
import { sourceFieldsKey } from './table-keys.ts';

const fieldsItem = z.object({
  revision: z.number(),
  since: z.number(),
  updated_at: z.number(),
  submissions: z.number(),
  personal_names: z.number(),
  fields_br: z.instanceof(Uint8Array),
});

/** Name, and what is known of it under short names: 500 of them are billed by their size. */
const fieldEntries = z.array(
  z.tuple([
    z.string(),
    z.object({
      f: z.number(),
      l: z.number(),
      n: z.number(),
      a: z.number(),
      r: z.number(),
      m: z.number(),
      /** Type, first seen, after. */
      t: z.array(z.tuple([z.string(), z.number(), z.number()])),
      i: z.optional(canonicalField),
    }),
  ]),
);
type FieldEntry = z.infer<typeof fieldEntries>[number];

/**
 * What is known of a source's fields; may lag behind by a moment.
 *
 * @throws {StoreUnavailableError} the table did not answer, or the item is not one that this version wrote
 */
export async function getSourceFields(
  table: Table,
  source: string,
): Promise<SourceFields | undefined> {
  const item = await getItem(table, sourceFieldsKey(source), { consistent: false });
  return item === undefined ? undefined : fromItem(item);
}

/** Stores it if what is stored has the revision before. */
export async function putSourceFields(
  table: Table,
  source: string,
  known: SourceFields,
): Promise<SourceFieldsSave> {
  const { revision, sinceMs, updatedAtMs, submissions, withPersonalNames, fields } = known;
  const result = await putIf(
    table,
    {
      ...sourceFieldsKey(source),
      revision,
      since: sinceMs,
      updated_at: updatedAtMs,
      submissions,
      personal_names: withPersonalNames,
      fields_br: toCompactJson([...fields].map(toEntry)),
    },
    isNextRevision(revision),
  );
  if (result.kind === 'written') return { kind: 'saved' };
  const { existing } = result;
  return { kind: 'changed', current: existing === undefined ? undefined : fromItem(existing) };
}

function fromItem(item: Item): SourceFields {
  try {
    const stored = fieldsItem.parse(item);
    return {
      revision: stored.revision,
      sinceMs: stored.since,
      updatedAtMs: stored.updated_at,
      submissions: stored.submissions,
      withPersonalNames: stored.personal_names,
      fields: new Map(fieldEntries.parse(fromCompactJson(stored.fields_br)).map(fromEntry)),
    };
  } catch (error) {
    throw new StoreUnavailableError('What is known of the fields', error);
  }
}

function toEntry([name, field]: readonly [string, FieldNote]): FieldEntry {
  return [
    name,
    {
      f: field.firstSeenMs,
      l: field.lastSeenMs,
      n: field.times,
      a: field.firstAfter,
      r: field.inRow,
      m: field.missed,
      t: [...field.types].map(([type, { firstSeenMs, after }]) => [type, firstSeenMs, after]),
      ...(field.goesInto === undefined ? {} : { i: field.goesInto }),
    },
  ];
}

function fromEntry([name, entry]: FieldEntry): readonly [string, FieldNote] {
  return [
    name,
    {
      firstSeenMs: entry.f,
      lastSeenMs: entry.l,
      times: entry.n,
      firstAfter: entry.a,
      inRow: entry.r,
      missed: entry.m,
      types: new Map(
        entry.t.map(([type, firstSeenMs, after]) => [type, { firstSeenMs, after }] as const),
      ),
      ...(entry.i === undefined ? {} : { goesInto: entry.i }),
    },
  ];
}
