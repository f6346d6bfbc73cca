import { lazyPart } from '../../core/lazy-part.ts';
import type { WebhookRequest } from '../provider.ts';
import { isObject, type Json, type JsonObject, type ParsedJson, parseJson } from './json.ts';
import { FORM_MULTIPART, FORM_URLENCODED, mayBeJson, mediaTypeOf } from './media-type.ts';

const BRACE = 0x7b;

/** Few senders post such forms. */
const readFormReader = lazyPart(async () => await import('./read-multipart.ts'));

/** Whether a body of this type can be read as a form: JSON, a plain form, or one with several parts. */
export function mayBeForm(mediaType: string): boolean {
  return mediaType === FORM_MULTIPART || mayBeJson(mediaType);
}

/**
 * Reads a form, however it was posted: JSON, urlencoded, or multipart. A name that repeats has the list of
 * its values. Never throws.
 */
export async function readForm(request: WebhookRequest): Promise<ParsedJson> {
  const mediaType = mediaTypeOf(request);
  if (mediaType === FORM_MULTIPART) {
    const { readMultipart } = await readFormReader();
    return await readMultipart(request);
  }
  // curl calls JSON a form when it is not told otherwise. No form starts with a brace: browsers write %7B.
  return mediaType === FORM_URLENCODED && firstByteOf(request.body) !== BRACE
    ? { kind: 'parsed', value: parseUrlencoded(request.body) }
    : parseJson(request.body);
}

/** Puts the values of names together that may repeat; `__proto__` stays a plain name. */
export function collectPairs(pairs: Iterable<readonly [string, string]>): JsonObject {
  const form = new Map<string, string | string[]>();
  for (const [key, value] of pairs) {
    const before = form.get(key);
    if (before === undefined) form.set(key, value);
    else if (typeof before === 'string') form.set(key, [before, value]);
    else before.push(value);
  }
  return Object.fromEntries(form);
}

/** A text member of a form that is itself JSON; `undefined` when it is none. */
export function parseJsonText(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string') return undefined;
  const parsed = parseJson(new TextEncoder().encode(value));
  return parsed.kind === 'parsed' ? parsed.value : undefined;
}

/** A form's members; none for what is no object. */
export function membersOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The first byte of a body that is no white space; `undefined` when there is none. */
export function firstByteOf(body: Uint8Array): number | undefined {
  return body.find((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte));
}

/**
 * Reads a plain form. Bytes that are not UTF-8 become U+FFFD: an old page in another encoding still brings
 * an address that can be used, and the raw event has the bytes.
 */
function parseUrlencoded(body: Uint8Array): JsonObject {
  return collectPairs(new URLSearchParams(new TextDecoder().decode(body)));
}
