import type { ZohoError } from '../http/errors.ts';
import { invalidData, zohoError } from '../http/errors.ts';
import { isObject } from '../http/message.ts';
import type { Knobs } from '../knobs.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import { checkValue } from './value.ts';

/** A row after validation: the fields to write, or what Zoho objects. */
export type CheckedRow =
  | { readonly kind: 'valid'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: 'invalid'; readonly error: ZohoError };

/** What a row is for. An upsert asks for the mandatory fields even when it then updates. */
export type RowPurpose = 'create' | 'upsert' | 'update';

/** Keys of a row that are no fields. What begins with `$` is none either. */
const NOT_FIELDS = new Set(['id', 'Layout', 'Tag', 'Record_Image']);

/**
 * Checks one row against its module and keeps what may be written.
 *
 * @param index position in `data`, for `json_path`
 * @see Zoho CRM v8, Upsert Records, Possible errors, read 2026-11-22
 */
export function checkRow(
  row: Readonly<Record<string, unknown>>,
  index: number,
  purpose: RowPurpose,
  module: ModuleDefinition,
  knobs: Knobs,
): CheckedRow {
  const missing = missingField(row, index, purpose, module);
  if (missing !== undefined) return { kind: 'invalid', error: missing };

  const definitions = new Map(module.fields.map((definition) => [definition.apiName, definition]));
  const fields: [string, unknown][] = [];
  for (const [apiName, value] of Object.entries(row)) {
    if (NOT_FIELDS.has(apiName) || apiName.startsWith('$')) continue;
    const jsonPath = `$.data[${index}].${apiName}`;
    const definition = definitions.get(apiName);
    if (definition === undefined) {
      if (knobs.unknownField === 'ignore') continue;
      const message = 'the field api name given seems to be invalid';
      return { kind: 'invalid', error: invalidData(apiName, jsonPath, {}, message) };
    }
    if (definition.readOnly) continue;
    if (isEmpty(value)) {
      if (purpose === 'create' || knobs.emptyValueOnUpdate === 'clear')
        fields.push([apiName, null]);
      continue;
    }
    const error = checkValue(definition, value, jsonPath, knobs.dateTimeFormat);
    if (error !== undefined) return { kind: 'invalid', error };
    fields.push([apiName, value]);
  }
  return { kind: 'valid', fields: Object.fromEntries(fields) };
}

function missingField(
  row: Readonly<Record<string, unknown>>,
  index: number,
  purpose: RowPurpose,
  module: ModuleDefinition,
): ZohoError | undefined {
  const layout = row['Layout'];
  const missing = module.fields.find((definition) => {
    if (!Object.hasOwn(row, definition.apiName)) {
      const needed = definition.mandatory || (definition.layoutMandatory && isObject(layout));
      return purpose !== 'update' && needed;
    }
    return definition.mandatory && isEmpty(row[definition.apiName]);
  });
  return missing === undefined
    ? undefined
    : zohoError('MANDATORY_NOT_FOUND', 'required field not found', {
        api_name: missing.apiName,
        json_path: `$.data[${index}].${missing.apiName}`,
      });
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '';
}
