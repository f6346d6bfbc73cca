import type {
  FieldMetadata,
  ModuleMetadata,
} from '../../lambdas/operations/mapping/module-metadata.ts';

/** A custom single-line text that may be written. */
export function aField(apiName: string, fields: Partial<FieldMetadata> = {}): FieldMetadata {
  return {
    apiName,
    label: apiName.replaceAll('_', ' '),
    dataType: 'text',
    length: 255,
    readOnly: false,
    unique: false,
    custom: true,
    pickListValues: [],
    ...fields,
  };
}

const standard = (apiName: string, length: number, fields: Partial<FieldMetadata> = {}) =>
  aField(apiName, { length, custom: false, ...fields });

/** Leads with the standard fields and Holdfast's own, all as they should be. */
export const LEADS: readonly FieldMetadata[] = [
  standard('First_Name', 40),
  standard('Last_Name', 80, { mandatory: 'system' }),
  standard('Company', 200, { mandatory: 'layout' }),
  standard('Designation', 100),
  standard('Email', 100, { dataType: 'email' }),
  standard('Phone', 30, { dataType: 'phone' }),
  standard('Website', 450, { dataType: 'website' }),
  standard('Lead_Source', 120, { dataType: 'picklist', pickListValues: ['Website', 'Partner'] }),
  standard('Street', 250),
  standard('City', 100),
  standard('State', 100),
  standard('Zip_Code', 30),
  standard('Country', 100),
  standard('Description', 32_000, { dataType: 'textarea' }),
  standard('Owner', 120, { dataType: 'ownerlookup', mandatory: 'layout' }),
  aField('Holdfast_Key', { unique: true, external: 'org' }),
  aField('Holdfast_Version', { dataType: 'integer', length: 9 }),
];

/** Metadata of Leads. @param changes fields to add, or, by name, to put in another's place */
export function someMetadata(
  changes: readonly FieldMetadata[] = [],
  more: Partial<ModuleMetadata> = {},
): ModuleMetadata {
  const changed = new Set(changes.map(({ apiName }) => apiName));
  return {
    module: 'Leads',
    takenAt: '2026-11-22T12:00:00.000Z',
    layoutsRead: true,
    fields: [...LEADS.filter(({ apiName }) => !changed.has(apiName)), ...changes],
    ...more,
  };
}

/** Metadata of Leads without some of its fields. */
export function metadataWithout(...apiNames: readonly string[]): ModuleMetadata {
  return someMetadata([], { fields: LEADS.filter(({ apiName }) => !apiNames.includes(apiName)) });
}
