import { lazyPart } from './lazy-part.ts';
import { cleanLine } from './normalize-text.ts';
import type { ParsedPhone } from './parse-phone.ts';

/**
 * A phone number as far as it can be told.
 *
 * - `e164`: it is of a length that its country's numbers have
 * - `raw`: anything else that has a digit, as it was typed
 */
export type Phone =
  | {
      readonly kind: 'e164';
      /** `+` and 15 digits at most (ITU-T E.164). */
      readonly value: string;
      /** `valid`: of a pattern that its country has handed out; `possible`: of the right length only. */
      readonly status: 'valid' | 'possible';
      /** Whether it was typed with `+`, or a default country had to complete it. */
      readonly basis: 'international' | 'default_country';
      /** Digits to dial once the call is answered. */
      readonly extension?: string;
      /** As it was typed, where a country had to be assumed, or its digits are not those of `value` and `extension`. */
      readonly raw?: string;
    }
  | { readonly kind: 'raw'; readonly value: string };

/** Longer than any number with the words that people put around it. */
const FIELD_LENGTH_MAX = 200;

/** The numbering plans. */
const readParser = lazyPart(async () => await import('./parse-phone.ts'));

/**
 * Reads a phone number.
 *
 * A number that starts with `+` says itself where it is. Any other is read as it would be dialled in `country`;
 * what is no number there, but starts with that country's calling code, is read as if the `+` had been forgotten.
 * Without a country it stays as typed, for a person to call.
 *
 * @param country ISO 3166-1 alpha-2, one of `COUNTRY_CODES`
 * @returns `undefined` when there is no digit in it, or too much else
 */
export async function normalizePhone(raw: string, country?: string): Promise<Phone | undefined> {
  const typed = cleanLine(raw);
  if (typed === undefined || typed.length > FIELD_LENGTH_MAX) return undefined;
  const plain = westernDigits(typed.normalize('NFKC')).replace(/^tel:\s*/i, '');
  if (!/\d/.test(plain)) return undefined;
  const isInternational = plain.startsWith('+');
  if (!isInternational && country === undefined) return { kind: 'raw', value: typed };

  const parser = await readParser();
  const parsed = parser.parsePhone(plain, isInternational ? undefined : country);
  if (parsed?.isPossible !== true) return { kind: 'raw', value: typed };
  return {
    kind: 'e164',
    value: parsed.e164,
    status: parsed.isValid ? 'valid' : 'possible',
    basis: isInternational ? 'international' : 'default_country',
    ...(parsed.extension === undefined ? {} : { extension: parsed.extension }),
    ...(isInternational && hasDigitsOf(plain, parsed) ? {} : { raw: typed }),
  };
}

function hasDigitsOf(plain: string, { e164, extension = '' }: ParsedPhone): boolean {
  return plain.replaceAll(/\D/g, '') === `${e164.slice(1)}${extension}`;
}

/** Arabic-Indic and Persian digits, which NFKC leaves alone. */
function westernDigits(text: string): string {
  return text.replaceAll(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) =>
    String((digit.codePointAt(0) ?? 0) & 0xf),
  );
}
