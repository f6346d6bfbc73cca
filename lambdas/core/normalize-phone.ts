import { cleanLine } from './normalize-text.ts';

/**
 * A phone number as far as it can be told without knowing the caller's country.
 *
 * - `e164`: it was written internationally, `+` and 8–15 digits (ITU-T E.164 allows 15 at most)
 * - `raw`: anything else that has a digit, as it was typed
 */
export type Phone =
  | { readonly kind: 'e164'; readonly value: string }
  | { readonly kind: 'raw'; readonly value: string };

/** Longer than any number with the words that people put around it. */
const FIELD_LENGTH_MAX = 200;

const INTERNATIONAL = /^\+[\d\s().\-/\u2010-\u2015]+$/;
const E164 = /^\+[1-9]\d{7,14}$/;

/**
 * Reads a phone number.
 *
 * Only numbers that already start with `+` become E.164: a national number means different people in
 * different countries, and default countries come in a later release. Until then it stays as typed,
 * for a person to call.
 *
 * @returns `undefined` when there is no digit in it, or too much else
 */
export function normalizePhone(raw: string): Phone | undefined {
  const typed = cleanLine(raw);
  if (typed === undefined || typed.length > FIELD_LENGTH_MAX) return undefined;

  const plain = westernDigits(typed.normalize('NFKC')).replace(/^tel:\s*/i, '');
  if (!/\d/.test(plain)) return undefined;
  if (!INTERNATIONAL.test(plain)) return { kind: 'raw', value: typed };

  // "+44 (0)20 …": the zero is dialled inside the country only.
  const number = `+${plain.replace(/\(0\)/, '').replaceAll(/\D/g, '')}`;
  return E164.test(number) ? { kind: 'e164', value: number } : { kind: 'raw', value: typed };
}

/** Arabic-Indic and Persian digits, which NFKC leaves alone. */
function westernDigits(text: string): string {
  return text.replaceAll(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) =>
    String((digit.codePointAt(0) ?? 0) & 0xf),
  );
}
