import type { Json } from '../reading/json.ts';

/** The id in the URN of a response to a form. One of dots alone would lead to another path of the API. */
export function responseIdOf(urn: string): string | undefined {
  return /^urn:li:lead(?:Gen)?FormResponse:(?!\.+$)([A-Za-z0-9_.~=-]{1,200})$/.exec(urn)?.[1];
}

/** The number in a URN of this type, which may stand inside of another: `urn:li:a:(urn:li:b:7001,1)`. */
export function idOfUrn(type: string, urn: Json | undefined): string | undefined {
  if (typeof urn !== 'string') return undefined;
  const [, rest = ''] = urn.slice(0, 300).split(`urn:li:${type}:`);
  return /^\d{1,20}/.exec(rest)?.[0];
}
