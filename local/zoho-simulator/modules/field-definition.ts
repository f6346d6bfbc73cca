/** The kinds of field that the simulator knows, by Zoho's `data_type`. */
export const FIELD_TYPES = [
  'text',
  'email',
  'phone',
  'website',
  'textarea',
  'picklist',
  'multiselectpicklist',
  'integer',
  'currency',
  'boolean',
  'date',
  'datetime',
  'lookup',
  'ownerlookup',
] as const;

/** One of `FIELD_TYPES`. */
export type FieldType = (typeof FIELD_TYPES)[number];

/** One field of a module. */
export interface FieldDefinition {
  /** Case-sensitive name in the API. */
  readonly apiName: string;
  readonly label: string;
  readonly type: FieldType;
  /** Characters; digits for numbers. */
  readonly length: number;
  /** No record can do without it. */
  readonly mandatory: boolean;
  /** The standard layout asks for it: enforced only when a row names a layout. */
  readonly layoutMandatory: boolean;
  /** Set by Zoho; a row may carry it to no effect. */
  readonly readOnly: boolean;
  readonly custom: boolean;
  /** External field of the organisation: one value, one record. */
  readonly external: boolean;
  /** "Do not allow duplicate values", as it was created. Of the other fields, a knob tells. */
  readonly unique: boolean;
  /** Known values. Zoho takes others too. */
  readonly pickList: readonly string[];
}

const DEFAULT_LENGTH: Readonly<Record<FieldType, number>> = {
  text: 255,
  email: 100,
  phone: 30,
  website: 450,
  textarea: 32_000,
  picklist: 120,
  multiselectpicklist: 100,
  integer: 9,
  currency: 16,
  boolean: 5,
  date: 10,
  datetime: 25,
  lookup: 20,
  ownerlookup: 20,
};

/**
 * Builds a field, with the length that its type has by default.
 *
 * @see Zoho CRM v8, Create Custom Field (lengths of types), and Insert Records, read 2026-11-22
 */
export function field(
  type: FieldType,
  apiName: string,
  more: Partial<Omit<FieldDefinition, 'type' | 'apiName'>> = {},
): FieldDefinition {
  return {
    apiName,
    type,
    label: apiName.replaceAll('_', ' '),
    length: DEFAULT_LENGTH[type],
    mandatory: false,
    layoutMandatory: false,
    readOnly: false,
    custom: false,
    external: false,
    unique: false,
    pickList: [],
    ...more,
  };
}

/** Whether search by word looks into a field, and `equals` means "contains" in it. */
export function isText(definition: FieldDefinition): boolean {
  return (
    definition.type === 'text' ||
    definition.type === 'email' ||
    definition.type === 'phone' ||
    definition.type === 'website' ||
    definition.type === 'textarea'
  );
}
