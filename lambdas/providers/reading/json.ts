import { type Failure, failure } from '../../core/failure.ts';

/** JSON data. Objects may have any keys, `__proto__` among them: read members with `member`. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object whose keys are the sender's. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A body as JSON, or why it is none. */
export type ParsedJson =
  | { readonly kind: 'parsed'; readonly value: Json }
  | { readonly kind: 'unreadable'; readonly failure: Failure };

/** No form nests deeper, and everything that walks a body may recurse. */
const DEPTH_MAX = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * Parses a JSON body, whatever its bytes; never throws.
 *
 * Numbers that a double cannot hold become text, digit by digit as they were sent: ids of 64 bits are
 * common, and a rounded id is another lead's.
 */
export function parseJson(body: Uint8Array): ParsedJson {
  const text = decodeUtf8(body);
  if (text === undefined) return unreadable('unreadable_body', 'it is not UTF-8');
  if (isTooDeep(body)) {
    return unreadable('unknown_shape', `it is nested more than ${DEPTH_MAX} levels deep`);
  }
  try {
    return { kind: 'parsed', value: JSON.parse(text, losslessNumber) as Json };
  } catch {
    // Says nothing of the place: a parser's message quotes the body.
    return unreadable('unreadable_body', 'it is not JSON');
  }
}

/** Whether a value is a JSON object: no array, no `null`. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON array. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The items of an array; none for anything else. */
export function itemsOf(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}

/** The items of an array by what names them; items without a name are left out, of equal names the last counts. */
export function itemsBy(
  list: Json | undefined,
  nameOf: (item: Json) => string | undefined,
): ReadonlyMap<string, Json> {
  const named = new Map<string, Json>();
  for (const item of itemsOf(list)) {
    const name = nameOf(item);
    if (name !== undefined) named.set(name, item);
  }
  return named;
}

/** An object's own member; `undefined` for a missing one and for anything that is no object. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** What a dotted path leads to, through objects only. */
export function atPath(value: Json, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((inner, key) => member(inner, key), value);
}

/** A scalar as text; `undefined` for null, arrays, objects and nothing. */
export function scalarText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** An identifier: a text that is not blank, or a number. */
export function idText(value: Json | undefined): string | undefined {
  if (typeof value === 'boolean') return undefined;
  const text = scalarText(value);
  return text === undefined || text.trim() === '' ? undefined : text;
}

/** An identifier that is a number of up to `lengthMax` digits, as text. */
export function digitsOf(value: Json | undefined, lengthMax = 30): string | undefined {
  const text = idText(value);
  return text !== undefined && text.length <= lengthMax && /^\d+$/.test(text) ? text : undefined;
}

function unreadable(code: 'unreadable_body' | 'unknown_shape', detail: string): ParsedJson {
  return { kind: 'unreadable', failure: failure(code, detail) };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function losslessNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  const isWhole = /^-?\d+$/.test(context.source);
  const isExact = Number.isFinite(value) && (!isWhole || Number.isSafeInteger(value));
  return isExact ? value : context.source;
}

/** Looks at brackets outside of strings, before anything recurses into them. */
function isTooDeep(body: Uint8Array): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) depth -= 1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}
