import type { Identifiers } from './person.ts';

/** A number is often written without its country: the code has three digits at most (ITU-T E.164). */
const COUNTRY_DIGITS_MAX = 3;

/** A run of digits as people write numbers: with spaces, dots, hyphens, slashes and brackets. */
const NUMBER = /\+?\d[\d\s().\-/\u00A0]{5,28}\d/g;

/** What a text says of a person. */
export type Mention = 'email' | 'phone';

/**
 * Looks for a person in a request that nobody has read, or in an answer of an API.
 *
 * The text is looked at as it is, with JSON's escapes resolved, and with percent-encoding resolved: so an
 * address is found in JSON, in a form and in plain text. Upper and lower case are the same. Numbers are compared
 * by their digits, with and without the country.
 *
 * @param body UTF-8; what is not stays out of the search
 */
export function mentionIn(
  body: Uint8Array,
  { emails, phones }: Pick<Identifiers, 'emails' | 'phones'>,
): Mention | undefined {
  if (emails.size === 0 && phones.size === 0) return undefined;
  const texts = spellingsOf(new TextDecoder().decode(body));
  if (texts.some((text) => [...emails].some((email) => hasAddress(text, email)))) return 'email';
  return texts.some((text) => hasNumber(text, phones)) ? 'phone' : undefined;
}

function spellingsOf(text: string): readonly string[] {
  const lower = text.toLowerCase();
  const unescaped = lower.includes('\\')
    ? lower
        .replaceAll(/\\u([0-9a-f]{4})/g, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        )
        .replaceAll('\\/', '/')
    : undefined;
  const decoded = lower.includes('%') ? percentDecoded(lower) : undefined;
  return [lower, unescaped, decoded].filter((each) => each !== undefined);
}

/** One bad escape must not keep the others from being read. */
function percentDecoded(text: string): string {
  return text.replaceAll('+', ' ').replaceAll(/(?:%[0-9a-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** The whole address: `ana@example.com` is not in `joana@example.com`, nor in `ana@example.community`. */
function hasAddress(text: string, email: string): boolean {
  let at = text.indexOf(email);
  while (at >= 0) {
    const before = text[at - 1] ?? ' ';
    const after = text.slice(at + email.length, at + email.length + 2);
    if (!/[\p{L}\p{N}._%+-]/u.test(before) && !/^(?:[\p{L}\p{N}-]|\.[\p{L}\p{N}])/u.test(after)) {
      return true;
    }
    at = text.indexOf(email, at + 1);
  }
  return false;
}

function hasNumber(text: string, phones: ReadonlySet<string>): boolean {
  if (phones.size === 0) return false;
  const wanted = [...phones].map((phone) => phone.replaceAll(/\D/g, ''));
  return [...text.matchAll(NUMBER)].some(([written]) => {
    const digits = written.replaceAll(/\D/g, '').replace(/^0+/, '');
    return wanted.some(
      (phone) => phone.endsWith(digits) && digits.length >= phone.length - COUNTRY_DIGITS_MAX,
    );
  });
}
