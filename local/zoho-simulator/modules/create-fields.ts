import {
  invalidBody,
  invalidData,
  isRefusal,
  type Refusal,
  refuse,
  type ZohoError,
  zohoError,
} from '../http/errors.ts';
import { isObject, jsonReply, parseJson, type SimReply, type SimRequest } from '../http/message.ts';
import type { World } from '../world.ts';
import type { ModuleDefinition } from './catalogue.ts';
import { type FieldDefinition, type FieldType, field } from './field-definition.ts';
import { fieldId, moduleAskedFor } from './metadata-api.ts';

/** Fields of one call, and unique fields of a module (Zoho CRM v8, Create Custom Field, read 2026-11-22). */
const FIELDS_MAX = 5;
const UNIQUE_FIELDS_MAX = 2;

/** Types that can be created, and the longest of each; a text area has one of three lengths (as above). */
const LENGTH_MAX: ReadonlyMap<unknown, number> = new Map<FieldType, number>([
  ['text', 255],
  ['textarea', 50_000],
  ['email', 100],
  ['phone', 30],
  ['website', 450],
  ['integer', 9],
  ['currency', 16],
  ['picklist', 120],
  ['multiselectpicklist', 100],
  ['boolean', 5],
  ['date', 10],
  ['datetime', 25],
]);
const TEXTAREA_LENGTHS: ReadonlySet<unknown> = new Set([2_000, 32_000, 50_000]);

/** Zoho CRM, Developer Community, Kaizen 56, read 2026-11-22. */
const UNIQUE_TYPES: ReadonlySet<FieldType> = new Set<FieldType>([
  'text',
  'email',
  'phone',
  'integer',
  'website',
]);

/**
 * Answers `POST /crm/v8/settings/fields?module=…`: each field is created or refused by itself.
 *
 * The API name comes from the label; none can be asked for.
 *
 * @see Zoho CRM v8, Create Custom Field, read 2026-11-22
 */
export function answerCreateFields(request: SimRequest, world: World): SimReply | Refusal {
  const module = moduleAskedFor(request, world);
  if (isRefusal(module)) return module;
  if (module.name === 'Notes') return refuse(400, 'NOT_SUPPORTED', 'the module is not supported');
  const asked = parseFields(request.body);
  if ('kind' in asked) return asked;

  const results = asked.map((one, index) =>
    createOne(one, index, world.module(module.name), world),
  );
  const failures = results.filter(({ status }) => status === 'error').length;
  if (failures === 0) return jsonReply(201, { fields: results });
  return jsonReply(failures < results.length ? 207 : 400, { fields: results });
}

type Asked = Readonly<Record<string, unknown>>;

function parseFields(body: Buffer): readonly Asked[] | Refusal {
  const json = parseJson(body);
  if (!isObject(json)) return invalidBody('jsonobject');
  const fields = json['fields'];
  if (fields === undefined) {
    return refuse(400, 'MANDATORY_NOT_FOUND', 'required field not found', {
      api_name: 'fields',
      json_path: '$.fields',
    });
  }
  if (!Array.isArray(fields) || fields.length === 0) return invalidBody('jsonarray', 'fields');
  if (fields.length > FIELDS_MAX) {
    return refuse(400, 'LIMIT_EXCEEDED', 'the number of fields in a call is limited', {
      limit: FIELDS_MAX,
      limit_due_to: [{ api_name: 'fields', json_path: '$.fields' }],
    });
  }
  const objects = fields.filter(isObject);
  return objects.length === fields.length ? objects : invalidBody('jsonobject', 'fields');
}

interface Created {
  readonly code: 'SUCCESS';
  readonly details: { readonly id: string };
  readonly message: string;
  readonly status: 'success';
}

function createOne(
  asked: Asked,
  index: number,
  module: ModuleDefinition,
  world: World,
): Created | ZohoError {
  const path = `$.fields[${index}]`;
  const definition = readDefinition(asked, path, module);
  if ('code' in definition) return definition;
  const refusal =
    uniqueRefusal(asked, definition, path, module) ??
    externalRefusal(asked, definition, path, world.knobs.current().externalFieldByApi);
  if (refusal !== undefined) return refusal;

  world.createdFields.add(module.name, definition);
  return {
    code: 'SUCCESS',
    details: { id: fieldId(definition, world.module(module.name)) },
    message: 'field created',
    status: 'success',
  };
}

function readDefinition(
  asked: Asked,
  path: string,
  module: ModuleDefinition,
): FieldDefinition | ZohoError {
  const label = asked['field_label'];
  const type = asked['data_type'];
  for (const name of ['field_label', 'data_type']) {
    if (asked[name] === undefined) {
      return zohoError('MANDATORY_NOT_FOUND', 'required field not found', {
        api_name: name,
        json_path: `${path}.${name}`,
      });
    }
  }
  if (typeof label !== 'string' || !/[A-Za-z]/.test(label)) {
    return invalidData('field_label', `${path}.field_label`, { expected_data_type: 'text' });
  }
  if (module.fields.some((each) => each.label.toLowerCase() === label.trim().toLowerCase())) {
    return zohoError('DUPLICATE_DATA', 'the field label already exists', {
      api_name: 'field_label',
      json_path: `${path}.field_label`,
    });
  }
  const lengthMax = LENGTH_MAX.get(type);
  if (lengthMax === undefined) return invalidData('data_type', `${path}.data_type`, {});

  const definition = field(type as FieldType, apiNameOf(label, module), {
    label: label.trim(),
    custom: true,
    unique: asked['unique'] !== undefined,
    external: asked['external'] !== undefined && asked['external'] !== null,
    ...(type === 'textarea' ? { length: 2_000 } : {}),
    ...(asked['length'] === undefined ? {} : { length: Number(asked['length']) }),
  });
  const isRightLength =
    type === 'textarea'
      ? TEXTAREA_LENGTHS.has(definition.length)
      : Number.isInteger(definition.length) &&
        definition.length >= 1 &&
        definition.length <= lengthMax;
  return isRightLength
    ? definition
    : invalidData('length', `${path}.length`, { range: { from: 1, to: lengthMax } });
}

/** The label with underscores, and a number behind it where that name is taken. */
function apiNameOf(label: string, module: ModuleDefinition): string {
  const base = label.replaceAll(/[^A-Za-z0-9]+/g, '_').replaceAll(/^[_0-9]+|_+$/g, '');
  const taken = new Set(module.fields.map(({ apiName }) => apiName));
  let name = base;
  for (let number = 1; taken.has(name); number += 1) name = `${base}${number}`;
  return name;
}

function uniqueRefusal(
  asked: Asked,
  { type }: FieldDefinition,
  path: string,
  module: ModuleDefinition,
): ZohoError | undefined {
  const unique = asked['unique'];
  if (unique === undefined) return undefined;
  if (!isObject(unique) || unique['case_sensitive'] !== false) {
    return invalidData('case_sensitive', `${path}.unique.case_sensitive`, {
      supported_values: [false],
    });
  }
  const where = { api_name: 'unique', json_path: `${path}.unique` };
  if (!UNIQUE_TYPES.has(type)) {
    return zohoError('NOT_SUPPORTED', 'unique is not supported for this data type', where);
  }
  return module.uniqueFields.length >= UNIQUE_FIELDS_MAX
    ? zohoError('LIMIT_EXCEEDED', 'the number of unique fields is limited', {
        limit: UNIQUE_FIELDS_MAX,
        limit_due_to: [where],
      })
    : undefined;
}

function externalRefusal(
  asked: Asked,
  { type }: FieldDefinition,
  path: string,
  byApi: 'accept' | 'refuse',
): ZohoError | undefined {
  const external = asked['external'];
  if (external === undefined || external === null) return undefined;
  const where = { api_name: 'external', json_path: `${path}.external` };
  if (byApi === 'refuse' || type !== 'text') {
    return zohoError('NOT_SUPPORTED', 'external is not supported for this field', where);
  }
  return isObject(external) && external['type'] === 'org'
    ? undefined
    : invalidData('type', `${path}.external.type`, { supported_values: ['org'] });
}
