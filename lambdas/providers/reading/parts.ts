import type { Json } from './json.ts';

/** Submissions that one request may hold: each is stored before the answer. */
export const PARTS_MAX = 1_000;

/** A body that holds this value alone: what is kept of a request with one of its many submissions. */
export function bodyOf(value: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
