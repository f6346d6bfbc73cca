import { isObject, type Json, member, parseJson } from './json.ts';

// Not in TypeScript's library yet. V8 has it since 11.4; Node 24 has 13.6.
type RawJson = typeof JSON & { rawJSON(text: string): unknown };

/**
 * A JSON body without one of its outermost members, for a secret that a sender puts there. Never throws.
 *
 * Every other member stays as it was sent: numbers that a double cannot hold keep their digits. A body that
 * is not JSON, or does not have the member, comes back as it is.
 */
export function withoutMember(body: Uint8Array, name: string): Uint8Array {
  // Looks at the nesting, too, before anything recurses into it.
  const parsed = parseJson(body);
  if (parsed.kind === 'unreadable' || member(parsed.value, name) === undefined) return body;

  const exact: unknown = JSON.parse(new TextDecoder().decode(body), exactNumber);
  const members = Object.entries(isObject(parsed.value) ? (exact as object) : {});
  const rest = Object.fromEntries(members.filter(([key]) => key !== name));
  return new TextEncoder().encode(withoutSecret(JSON.stringify(rest), member(parsed.value, name)));
}

/** A form that repeats the secret in another place must not keep it there either. */
function withoutSecret(json: string, secret: Json | undefined): string {
  return typeof secret === 'string' && secret.length >= SECRET_LENGTH_MIN
    ? json.replaceAll(JSON.stringify(secret).slice(1, -1), '[redacted]')
    : json;
}

/** No source takes a shorter secret; a word that happens to be a member's value is left alone. */
const SECRET_LENGTH_MIN = 16;

function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined
    ? (JSON as RawJson).rawJSON(context.source)
    : value;
}
