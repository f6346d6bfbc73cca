import { flatFields } from '../reading/flat-fields.ts';
import { type FormField, valueText } from '../reading/form-field.ts';
import type { JsonObject } from '../reading/json.ts';

/** What an entry tells of itself, beside the answers. */
const TECHNICAL = new Set(
  'id form_id date_created date_updated source_url ip user_agent status is_starred is_read is_approved is_fulfilled post_id created_by source_id'.split(
    ' ',
  ),
);

/** Of an order; nobody's company, name or address. */
const ORDER = /^(?:currency|payment_.+|transaction_.+)$/;

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * Reads the answers of an entry: keys are the numbers of the form's fields (`2`), with the number of an input behind a
 * dot (`1.3`). The labels are not sent, so that only two things are found without a mapping:
 *
 * - the one value that is an e-mail address, if there is only one
 * - first and last name, `N.3` and `N.6` of the one field that has both and can be no address or list of choices
 */
export function readEntryFields(entry: JsonObject): FormField[] {
  const fields = flatFields(
    Object.fromEntries(Object.entries(entry).filter(([key]) => !TECHNICAL.has(key))),
  );
  const named = nameFieldOf(fields.map(({ ids: [key] }) => key));
  const mailed = onlyAddress(fields);
  return fields.map((field) => {
    const [key] = field.ids;
    if (ORDER.test(key)) return { ...field, names: [] };
    if (key === mailed) return { ...field, means: 'email' };
    if (named !== undefined && key === `${named}.3`) return { ...field, means: 'first_name' };
    if (named !== undefined && key === `${named}.6`) return { ...field, means: 'last_name' };
    return field;
  });
}

/** A name has prefix, first, middle, last and suffix: 2, 3, 4, 6, 8. Addresses and choices have a 1 or a 5. */
function nameFieldOf(keys: readonly string[]): string | undefined {
  const inputs = new Map<string, Set<string>>();
  for (const key of keys) {
    const [, field, input] = /^(\d+)\.(\d+)$/.exec(key) ?? [];
    if (field === undefined || input === undefined) continue;
    inputs.set(field, (inputs.get(field) ?? new Set()).add(input));
  }
  const names = [...inputs].filter(
    ([, has]) =>
      has.has('3') && has.has('6') && [...has].every((n) => ['2', '3', '4', '6', '8'].includes(n)),
  );
  return names.length === 1 ? names[0]?.[0] : undefined;
}

function onlyAddress(fields: readonly FormField[]): string | undefined {
  const found = fields.filter(
    ({ ids: [key], value }) => /^\d+(?:\.\d+)?$/.test(key) && isAddress(valueText(value)),
  );
  const distinct = new Set(found.map(({ value }) => valueText(value).trim().toLowerCase()));
  return distinct.size === 1 ? found[0]?.ids[0] : undefined;
}

function isAddress(text: string): boolean {
  return text.length <= 254 && ADDRESS.test(text.trim());
}
