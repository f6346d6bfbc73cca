import type { FormField } from './form-field.ts';
import { isArray, isObject, type Json, type JsonObject, scalarText } from './json.ts';
import { squashName } from './recognize-field.ts';

/** Objects that hold a lead's own fields. What lies in others (`owner.email`) is somebody else's. */
const LEAD_WRAPPERS = new Set(
  'lead contact person customer user profile attendee invitee registrant submitter address attribution tracking utm fields answers data hidden'.split(
    ' ',
  ),
);

/** Of one name, and of a whole dotted key, in UTF-16 units. The raw event has them whole. */
const NAME_LENGTH_MAX = 200;
const KEY_LENGTH_MAX = 500;

/**
 * Lists every value of an object in its order: nested objects under dotted keys, lists of plain values as
 * lists, lists of objects as JSON text. `null` and empty objects are no fields.
 *
 * A nested field is recognised by its own name where all objects around it hold a lead's fields.
 */
export function flatFields(data: JsonObject): FormField[] {
  return flatten(data, '', []);
}

/** Every value of an object as an answer that fills no field by its name: what it says is about no person. */
export function namelessFields(data: JsonObject): FormField[] {
  return flatFields(data).map((field) => ({ ...field, names: [] }));
}

function flatten(data: JsonObject, prefix: string, path: readonly string[]): FormField[] {
  return Object.entries(data).flatMap(([name, value]) => {
    // Each name stands in the key of everything below it: long ones would multiply the body.
    const short = name.slice(0, NAME_LENGTH_MAX);
    const key = `${prefix}${short}`.slice(0, KEY_LENGTH_MAX);
    if (isObject(value)) return flatten(value, `${key}.`, [...path, short]);
    const answer = fieldValue(value);
    return answer === undefined ? [] : [flatField(key, [...path, short], answer)];
  });
}

function flatField(
  key: string,
  path: readonly string[],
  value: string | readonly string[],
): FormField {
  // A key that a sender has dotted itself is a path as well.
  const names = path.flatMap((part) => part.split('.'));
  const name = names.pop() ?? '';
  return {
    ids: [key],
    value,
    names: names.every((part) => LEAD_WRAPPERS.has(squashName(part))) ? [name] : [],
    ...(names.length === 0 ? {} : { place: 'nested' as const }),
  };
}

/** A value as an answer; `undefined` for null. */
export function fieldValue(value: Json): string | string[] | undefined {
  if (!isArray(value)) return scalarText(value);
  const items = value.map((item) => scalarText(item));
  return items.every((item) => item !== undefined) ? items : JSON.stringify(value);
}

/** Any value as one answer, an object as JSON text; `undefined` for null and for nothing. */
export function anyValue(value: Json | undefined): string | string[] | undefined {
  if (value === undefined) return undefined;
  return isObject(value) ? JSON.stringify(value) : fieldValue(value);
}
