import type { HoldfastConfig } from '../../core/config.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { type Finding, finding } from './mapping-finding.ts';
import type { FieldMetadata } from './module-metadata.ts';

/** What stands for a person: `hf_` and 40 hex digits (see `lambdas/core/identity.ts`). */
const KEY_LENGTH = 43;

/** Types that hold a whole number (Zoho CRM v8, Fields metadata, read 2026-11-22). */
const NUMBER_TYPES: ReadonlySet<string> = new Set(['integer', 'bigint', 'double']);

const SETUP = 'Create it with "holdfast zoho setup", or by hand as docs/deploy.md says.';

/** Checks the two fields that Holdfast itself needs; with `match: 'email_search'` it needs none. */
export function checkHoldfastFields(
  zoho: HoldfastConfig['zoho'],
  fields: ReadonlyMap<string, FieldMetadata>,
): readonly Finding[] {
  if (zoho.match === 'email_search') return [];
  const { keyField, versionField } = zoho;
  const key = fields.get(keyField);
  const version = fields.get(versionField);
  return [
    ...(key === undefined ? [missing(keyField, 'key', fields)] : checkKey(key)),
    ...(version === undefined ? [missing(versionField, 'version', fields)] : checkVersion(version)),
  ];
}

function missing(
  apiName: string,
  what: 'key' | 'version',
  fields: ReadonlyMap<string, FieldMetadata>,
): Finding {
  const near = nearestName(apiName, [...fields.keys()]);
  const meant = near === undefined ? '' : `Did you mean ${near} (zoho.${what}Field)? `;
  const message = `Zoho has no field "${apiName}": no lead can be delivered.`;
  return finding('unknown_field', about(apiName, what), message, `${meant}${SETUP}`);
}

function checkKey(field: FieldMetadata): readonly Finding[] {
  const { apiName, dataType, length, unique, external } = field;
  const here = about(apiName, 'key');
  const isGuarded = unique || external !== undefined;
  return [
    ...checkWritable(field, 'key'),
    ...(dataType === 'text'
      ? []
      : [
          finding(
            'key_type',
            here,
            `The key is text, and the field is of type ${dataType}.`,
            'Zoho cannot change a type: create another field, and name it in zoho.keyField.',
          ),
        ]),
    ...(dataType === 'text' && length !== undefined && length < KEY_LENGTH
      ? [
          finding(
            'key_too_short',
            here,
            `A key has ${KEY_LENGTH} characters, and the field holds ${length}.`,
            'Make the field longer in Zoho.',
          ),
        ]
      : []),
    ...(isGuarded
      ? []
      : [
          finding(
            'key_not_unique',
            here,
            'The field is not unique: Zoho refuses to find records by it, and nothing keeps a person from being there twice.',
            'In Zoho, set "Do not allow duplicate values" on the field.',
          ),
        ]),
    ...(external === 'user'
      ? [
          finding(
            'key_external_per_user',
            here,
            'The field is external for each user of the API: another user than now would not find the records.',
            'In Zoho, set it as an external field of the organisation.',
          ),
        ]
      : []),
    ...(unique && external === undefined
      ? [
          finding(
            'key_not_external',
            here,
            'The field is unique, but no external field: delivery does not need that, other programs may.',
          ),
        ]
      : []),
  ];
}

function checkVersion(field: FieldMetadata): readonly Finding[] {
  const { apiName, dataType } = field;
  return [
    ...checkWritable(field, 'version'),
    ...(NUMBER_TYPES.has(dataType)
      ? []
      : [
          finding(
            'version_type',
            about(apiName, 'version'),
            `The version is a number, and the field is of type ${dataType}.`,
            'Zoho cannot change a type: create another field, and name it in zoho.versionField.',
          ),
        ]),
  ];
}

function checkWritable(
  { apiName, readOnly }: FieldMetadata,
  what: 'key' | 'version',
): readonly Finding[] {
  if (!readOnly) return [];
  return [
    finding(
      'read_only',
      about(apiName, what),
      'Zoho does not let this user write the field: it is read-only or hidden.',
      'Give the profile of the user the right to write it.',
    ),
  ];
}

function about(field: string, what: 'key' | 'version') {
  return { field, filledFrom: `Holdfast's ${what}` };
}
