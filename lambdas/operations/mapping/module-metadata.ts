import * as z from 'zod/mini';

const fieldSchema = z.strictObject({
  /** The name in the API; case counts. */
  apiName: z.string(),
  /** The name that people see. */
  label: z.string(),
  /** Zoho's `data_type`: `text`, `textarea`, `picklist`, … */
  dataType: z.string(),
  /** Characters; digits for numbers. Some kinds have none. */
  length: z.optional(z.number().check(z.int(), z.gte(1))),
  /** The API user may not write it. */
  readOnly: z.boolean(),
  /** "Do not allow duplicate values". */
  unique: z.boolean(),
  /** External field: one value space for the organisation, or one for each user of the API. */
  external: z.optional(z.enum(['org', 'user'])),
  /** Who asks for a value: Zoho itself, or one of the organisation's layouts. */
  mandatory: z.optional(z.enum(['system', 'layout'])),
  custom: z.boolean(),
  /** Of a picklist, the values as the API takes them. */
  pickListValues: z.array(z.string()),
});

const metadataSchema = z.strictObject({
  module: z.string(),
  /** ISO 8601. */
  takenAt: z.string(),
  /** Whether the layouts could be read; without them, only Zoho's own mandatory fields are known. */
  layoutsRead: z.boolean(),
  fields: z.array(fieldSchema),
});

/** What Zoho says of one field. */
export type FieldMetadata = z.output<typeof fieldSchema>;

/** What Zoho says of a module's fields, at one moment. It holds no value of any lead, and no secret. */
export type ModuleMetadata = z.output<typeof metadataSchema>;

/**
 * Reads saved metadata back.
 *
 * @param text as `formatMetadata` wrote it
 * @returns `undefined` when it is something else
 */
export function parseMetadata(text: string): ModuleMetadata | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = metadataSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/**
 * Metadata as a file: fields by name, members in one order, so that two of them show only what differs.
 */
export function formatMetadata({ module, takenAt, layoutsRead, fields }: ModuleMetadata): string {
  const sorted = fields.toSorted((a, b) => (a.apiName < b.apiName ? -1 : 1)).map(inOrder);
  return `${JSON.stringify({ module, takenAt, layoutsRead, fields: sorted }, undefined, 2)}\n`;
}

function inOrder(field: FieldMetadata): FieldMetadata {
  const { apiName, label, dataType, length, readOnly, unique } = field;
  const { external, mandatory, custom, pickListValues } = field;
  return {
    apiName,
    label,
    dataType,
    ...(length === undefined ? {} : { length }),
    readOnly,
    unique,
    ...(external === undefined ? {} : { external }),
    ...(mandatory === undefined ? {} : { mandatory }),
    custom,
    pickListValues,
  };
}
