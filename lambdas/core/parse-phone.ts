import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';

/** A number as the numbering plans read it. */
export interface ParsedPhone {
  /** `+` and 15 digits at most (ITU-T E.164). */
  readonly e164: string;
  /** Digits to dial once the call is answered. */
  readonly extension?: string;
  /** Its length is one that numbers of its country have. */
  readonly isPossible: boolean;
  /** Its digits too are of a pattern that its country has handed out. */
  readonly isValid: boolean;
}

/** At most 15 digits (ITU-T E.164). */
const E164 = /^\+[1-9]\d{1,14}$/;

/**
 * Reads a number by the numbering plans of all countries.
 *
 * This module is most of what intake could ever load: import it dynamically, as `normalize-phone.ts` does, so that
 * only an instance that meets a phone number reads it. It alone imports the library, so that what is not used
 * of that stays out of the bundle.
 *
 * A national number that the country does not have, but that starts with the country's calling code, is read
 * as if the `+` had been forgotten: `6552467291` in Singapore is +65 5246 7291, not +65 6552 467291.
 *
 * @param text the number alone, 250 characters at most; words around it are an extension, or make it unreadable
 * @param country where it is dialled, by alpha-2 code; `undefined` for a number with `+`
 * @returns `undefined` when it is no number
 */
export function parsePhone(text: string, country: string | undefined): ParsedPhone | undefined {
  if (country === undefined) return parse(text);
  if (!isSupportedCountry(country)) return undefined;
  const national = parse(text, country);
  if (national?.isValid === true) return national;
  const isWithoutPlus = text.replaceAll(/\D/g, '').startsWith(getCountryCallingCode(country));
  const international = isWithoutPlus ? parse(`+${text}`) : undefined;
  return international?.isPossible === true ? international : national;
}

function parse(text: string, defaultCountry?: CountryCode): ParsedPhone | undefined {
  // Else it would take a number out of any text: one of two, or a date.
  const options = { extract: false } as const;
  const typed = parsePhoneNumberFromString(
    text,
    defaultCountry === undefined ? options : { ...options, defaultCountry },
  );
  if (typed === undefined || !E164.test(typed.number)) return undefined;

  // What counts is how the whole number reads. Nonsense such as +4400000000000 loses a zero with every reading, and
  // a local number without its area code is possible only where it is dialled.
  const whole = parsePhoneNumberFromString(typed.number, options);
  if (whole?.number !== typed.number) return undefined;
  return {
    e164: whole.number,
    ...(typed.ext === undefined ? {} : { extension: typed.ext }),
    isPossible: whole.isPossible(),
    isValid: whole.isValid(),
  };
}
