import { isObject, type Json, member, parseJson } from './json.ts';

// Not in TypeScript's library yet. V8 has it since 11.4; Node 24 has 13.6.
type RawJson = typeof JSON & { rawJSON(text: string): unknown };

/** No source takes a shorter secret; a word that happens to be the member's value is left alone. */
const SECRET_LENGTH_MIN = 16;
const REDACTED = '[redacted]';

/**
 * A JSON body without one of its outermost members, for a secret that a sender puts there, and without
 * that secret wherever a form repeats it. Never throws.
 *
 * Every other member stays as it was sent: numbers that a double cannot hold keep their digits. A body that
 * is not JSON, or does not have the member, comes back as it is.
 */
export function withoutMember(body: Uint8Array, name: string): Uint8Array {
  // Looks at the nesting, too, before anything recurses into it.
  const parsed = parseJson(body);
  const secret = parsed.kind === 'parsed' ? member(parsed.value, name) : undefined;
  if (secret === undefined) return body;

  const text = new TextDecoder().decode(body);
  const exact = JSON.parse(text, exactWithout(secret, name)) as Readonly<Record<string, unknown>>;
  const rest = Object.fromEntries(Object.entries(exact).filter(([key]) => key !== name));
  return new TextEncoder().encode(JSON.stringify(rest));
}

/**
 * Keeps numbers as they are written, and the secret out of texts and names. Value by value: in the text of
 * the body, a piece of an escape or of a number could look like a secret.
 */
function exactWithout(secret: Json, name: string): Parameters<typeof JSON.parse>[1] {
  const isSecret = typeof secret === 'string' && secret.length >= SECRET_LENGTH_MIN;
  const redact = (text: string): string => (isSecret ? text.replaceAll(secret, REDACTED) : text);

  return (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value === 'string') return redact(value);
    if (typeof value === 'number') {
      const digits = context?.source ?? String(value);
      return redact(digits) === digits ? (JSON as RawJson).rawJSON(digits) : REDACTED;
    }
    return isObject(value as Json)
      ? Object.fromEntries(
          Object.entries(value as object).map(([key, inner]) => [
            key === name ? key : redact(key),
            inner as unknown,
          ]),
        )
      : value;
  };
}
