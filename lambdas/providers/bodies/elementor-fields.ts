import type { CanonicalField, Consent } from '../../core/lead-event.ts';
import { fieldValue } from '../reading/flat-fields.ts';
import { type FormField, meaningOf } from '../reading/form-field.ts';
import { isObject, type Json, type JsonObject, member, scalarText } from '../reading/json.ts';
import { recognizeField } from '../reading/recognize-field.ts';

/** What a form's own type says by itself. */
const MEANING_OF_TYPE: Readonly<Record<string, CanonicalField>> = { email: 'email', tel: 'phone' };

/** What a type mostly is, where neither id nor title tells. */
const FALLBACK: Readonly<Record<string, string>> = { url: 'website', textarea: 'message' };

/** The answers of these are tokens, not a person's. */
const CAPTCHA = /^(?:recaptcha|recaptcha_v3|turnstile|honeypot)$/;

/** One field of a form in advanced mode, and the consent that it gives if it is one. */
export interface ElementorField {
  readonly field: FormField;
  readonly consent?: Consent;
}

/**
 * Reads the fields of the advanced mode: by id, each with its type, title, value and raw value. What is no field is
 * skipped. Titles are in the site's language, and ids may be made up (`field_4c63868`), so the type counts first.
 */
export function readAdvancedFields(fields: Json | undefined): ElementorField[] {
  if (typeof fields !== 'object' || fields === null) return [];
  return Object.entries(fields as JsonObject).flatMap(([key, each]) => {
    if (!isObject(each)) return [];
    const type = scalarText(member(each, 'type')) ?? '';
    if (CAPTCHA.test(type)) return [];
    const id = scalarText(member(each, 'id')) ?? key;
    const title = scalarText(member(each, 'title')) ?? '';
    const value = valueOf(member(each, 'value')) ?? valueOf(member(each, 'raw_value')) ?? '';
    const ids = id === '' || id === key ? ([key] as const) : ([id, key] as const);
    const field: FormField = {
      ids,
      ...(title === '' ? {} : { label: title }),
      ...(type === '' ? {} : { type }),
      value,
      ...signsOf(type, [...ids, title]),
    };
    const isGiven = type === 'acceptance' && value !== '';
    const consent = { key: ids[0], granted: true, ...(title === '' ? {} : { text: title }) };
    return [isGiven ? { field, consent } : { field }];
  });
}

/** Of a list in a form, PHP writes the numbers: `value[0]`, `value[1]`. */
function valueOf(value: Json | undefined): string | readonly string[] | undefined {
  if (value === undefined) return undefined;
  return fieldValue(isObject(value) ? Object.values(value) : value);
}

function signsOf(
  type: string,
  names: readonly string[],
): Pick<FormField, 'means' | 'names' | 'place'> {
  const meant = meaningOf(MEANING_OF_TYPE, type);
  if (meant.means !== undefined) return meant;
  if (type === 'hidden') return { place: 'hidden' };
  // Ticking a box about "e-mail" gives no e-mail address.
  if (type === 'acceptance') return { names: [] };
  const fallback = Object.hasOwn(FALLBACK, type) ? FALLBACK[type] : undefined;
  const isNamed = names.some((name) => recognizeField(name) !== undefined);
  return fallback === undefined || isNamed ? {} : { names: [fallback], place: 'nested' };
}

/** What the plugin adds behind the answers in simple mode, under English titles. */
const SURE_META = new Set(['Page URL', 'User Agent', 'Remote IP', 'Powered by']);
const CLOCK = ['Date', 'Time'];
const FORM_NAMES = new Set(['form_id', 'form_name']);

/**
 * Reads the fields of the simple mode: one text for each label. A field without a label is called `No Label <id>`.
 *
 * What the plugin adds stands behind the answers and is left out. `Date` and `Time` are left out only where they stand
 * right before the rest of it: a form may ask for a date itself.
 */
export function readSimpleFields(form: JsonObject): FormField[] {
  const entries = Object.entries(form).filter(([label]) => !FORM_NAMES.has(label));
  const metaAt = metaStart(entries.map(([label]) => label));
  return entries.slice(0, metaAt).flatMap(([label, each]) => {
    const value = valueOf(each);
    if (value === undefined) return [];
    const id = /^No Label (.+)$/.exec(label)?.[1];
    return [{ ids: id === undefined ? ([label] as const) : ([label, id] as const), value }];
  });
}

function metaStart(labels: readonly string[]): number {
  let start = labels.length;
  while (start > 0 && SURE_META.has(labels[start - 1] ?? '')) start -= 1;
  const isClocked =
    start < labels.length && CLOCK.every((name, index) => labels[start - 2 + index] === name);
  return isClocked ? start - 2 : start;
}
