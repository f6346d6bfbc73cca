import type { ZohoError } from '../http/errors.ts';
import { zohoError } from '../http/errors.ts';
import type { Knobs } from '../knobs.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import type { StoredRecord } from '../records/record.ts';
import { ownerReference } from '../records/record-view.ts';
import type { RecordStore } from '../records/store.ts';

/** The record that a row stands for, and the field that said so. */
export interface Match {
  readonly recordId: string;
  readonly field: string;
}

/**
 * Finds the record that a row would update: the first field with a hit decides.
 *
 * Which record wins when several have the value is not documented by Zoho, so it is a knob.
 *
 * @param random uniform in [0, 1)
 */
export function findMatch(
  fields: Readonly<Record<string, unknown>>,
  order: readonly string[],
  module: ModuleDefinition,
  store: RecordStore,
  knobs: Knobs,
  random: () => number,
): Match | undefined {
  for (const field of order) {
    const hits = withoutConverted(
      store.findByValue(module.name, field, fields[field]),
      knobs.convertedLeads !== 'converted_record',
    );
    const chosen = pick(hits, knobs.multiMatch, random);
    if (chosen !== undefined) return { recordId: chosen.id, field };
  }
  return undefined;
}

/**
 * Finds the unique values of a row that another record owns.
 *
 * @param recordId the record that the row is about to update; `undefined` for an insert
 * @returns what Zoho objects, or `undefined` when every unique value is free
 */
export function uniqueConflict(
  fields: Readonly<Record<string, unknown>>,
  recordId: string | undefined,
  index: number,
  module: ModuleDefinition,
  store: RecordStore,
  knobs: Knobs,
): ZohoError | undefined {
  const conflicts = module.uniqueFields.flatMap((field) => {
    const owners = withoutConverted(
      store.findByValue(module.name, field, fields[field]),
      knobs.convertedLeads === 'hidden',
    );
    const owner = owners.find((record) => record.id !== recordId);
    return owner === undefined ? [] : [duplicateData(field, owner, index, module)];
  });
  const [first, ...others] = conflicts;
  return first === undefined || others.length === 0
    ? first
    : zohoError('MULTIPLE_OR_MULTI_ERRORS', 'Multiple errors in the request', {
        errors: conflicts,
      });
}

/** The refusal of a value that another record owns. */
function duplicateData(
  field: string,
  owner: StoredRecord,
  index: number,
  module: ModuleDefinition,
): ZohoError {
  return zohoError('DUPLICATE_DATA', 'duplicate data', {
    api_name: field,
    duplicate_record: {
      Owner: ownerReference(),
      module: { api_name: module.name, id: module.id },
      id: owner.id,
    },
    json_path: `$.data[${index}].${field}`,
    id: owner.id,
    more_records: false,
  });
}

function withoutConverted(hits: readonly StoredRecord[], hidden: boolean): readonly StoredRecord[] {
  return hidden ? hits.filter((record) => record.converted === undefined) : hits;
}

function pick(
  hits: readonly StoredRecord[],
  rule: Knobs['multiMatch'],
  random: () => number,
): StoredRecord | undefined {
  switch (rule) {
    case 'oldest':
      return hits[0];
    case 'newest':
      return hits.at(-1);
    case 'random':
      return hits[Math.floor(random() * hits.length)];
  }
}
