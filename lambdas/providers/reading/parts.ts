import type { Json } from './json.ts';

/** A body that holds this value alone: what is kept of a request with one of its many submissions. */
export function bodyOf(value: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
