import type { Knobs } from '../knobs.ts';
import type { FieldDefinition } from './field-definition.ts';
import { MODULE_NAMES, type ModuleName } from './module-names.ts';
import { CONTACT_FIELDS, HOLDFAST_FIELDS, LEAD_FIELDS, NOTE_FIELDS } from './standard-fields.ts';

/** A module as the knobs make it, with the fields that were created. */
export interface ModuleDefinition {
  readonly name: ModuleName;
  readonly id: string;
  readonly layoutId: string;
  readonly fields: readonly FieldDefinition[];
  /** Zoho's own duplicate-check field; Notes have none. */
  readonly systemCheckField: string | undefined;
  /** Fields with "Do not allow duplicate values", in their order. */
  readonly uniqueFields: readonly string[];
}

const IDS: Readonly<Record<ModuleName, { id: string; layoutId: string }>> = {
  Leads: { id: '4150868000000002175', layoutId: '4150868000000091055' },
  Contacts: { id: '4150868000000002179', layoutId: '4150868000000091033' },
  Notes: { id: '4150868000000002197', layoutId: '4150868000000091099' },
};

/**
 * Describes a module under the knobs in force.
 *
 * The system duplicate-check field of Leads and of Contacts is `Email`.
 *
 * @param created fields that were created through the API, in their order
 * @see Zoho CRM v8, Upsert Records, read 2026-11-22
 */
export function moduleDefinition(
  name: ModuleName,
  knobs: Knobs,
  created: readonly FieldDefinition[] = [],
): ModuleDefinition {
  const isCreated = new Set(created.map((definition) => definition.apiName));
  const given = fieldsOf(name, knobs).filter(({ apiName }) => !isCreated.has(apiName));
  const known = new Set(given.map((definition) => definition.apiName));
  return {
    name,
    ...IDS[name],
    fields: [...given, ...created],
    systemCheckField: name === 'Notes' ? undefined : 'Email',
    uniqueFields: [
      ...knobs.uniqueFields.filter((apiName) => known.has(apiName)),
      ...created.filter(({ unique }) => unique).map(({ apiName }) => apiName),
    ],
  };
}

/** Finds a module by its API name, which is case-sensitive. */
export function parseModuleName(text: string): ModuleName | undefined {
  return MODULE_NAMES.find((name) => name === text);
}

function fieldsOf(name: ModuleName, knobs: Knobs): readonly FieldDefinition[] {
  const custom = knobs.customFields ? HOLDFAST_FIELDS : [];
  switch (name) {
    case 'Leads':
      return [...LEAD_FIELDS, ...custom];
    case 'Contacts':
      return [...CONTACT_FIELDS, ...custom];
    case 'Notes':
      return NOTE_FIELDS;
  }
}
