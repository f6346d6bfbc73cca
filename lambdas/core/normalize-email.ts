import { cleanLine } from './normalize-text.ts';

/** Zoho CRM v8 stores e-mail fields of 1–100 characters (custom fields, read 2026-11-22). */
const EMAIL_LENGTH_MAX = 100;

/** Longer than any list of addresses that a person types; anything longer holds no address. */
const FIELD_LENGTH_MAX = 1_000;

/**
 * The addresses that Zoho CRM takes. Zoho publishes a pattern that backtracks without end on hostile
 * input (insert records, read 2026-11-22); this one accepts the same addresses in linear time, since
 * no two neighbours in it can match the same character.
 */
const ZOHO_EMAIL =
  /^[+\-\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~.]*@(?=.{4,256}$)(?:[\p{L}\p{N}\p{M}]+(?:[-_]+[\p{L}\p{M}\p{N}]+)*\.)+[\p{L}\p{M}]{2,22}$/u;

/**
 * Finds the e-mail address in what a person typed.
 *
 * `mailto:`, angle brackets, a display name and trailing punctuation are removed; of several
 * addresses the first good one is taken. The whole address is lower-cased and an international domain
 * becomes ASCII. Dots and `+tags` stay: to strip them would merge people who are not one.
 *
 * @returns `undefined` when there is no address that Zoho CRM would take
 */
export function normalizeEmail(raw: string): string | undefined {
  if (raw.length > FIELD_LENGTH_MAX) return undefined;
  const text = cleanLine(raw.replaceAll(/[\u200C\u200D]/g, '')) ?? '';

  for (const word of text.split(/[\s,;<>()"]+/)) {
    const address = addressOf(word);
    if (address !== undefined) return address;
  }
  return undefined;
}

function addressOf(word: string): string | undefined {
  const isLink = /^mailto:/i.test(word);
  const bare = (isLink ? (word.slice('mailto:'.length).split('?')[0] ?? '') : word)
    .toLowerCase()
    .normalize('NFC')
    .replace(/^'+/, '')
    .replace(/[.!?:']+$/, '');
  const at = bare.lastIndexOf('@');
  if (at < 1) return undefined;

  const local = bare.slice(0, at);
  const domain = bare.slice(at + 1);
  // Zoho takes letters only after the last dot. A country code such as .рф has none in ASCII, so an
  // address of such a domain is kept in its own letters.
  const candidates = [`${local}@${asciiDomain(domain) ?? domain}`, `${local}@${domain}`];
  return candidates.find((address) => isDeliverable(address));
}

function isDeliverable(address: string): boolean {
  return address.length <= EMAIL_LENGTH_MAX && ZOHO_EMAIL.test(address);
}

function asciiDomain(domain: string): string | undefined {
  if (/^[\p{ASCII}]*$/u.test(domain)) return domain;
  if (!/^[\p{L}\p{M}\p{N}\-_.]+$/u.test(domain)) return undefined;
  // The URL parser applies IDNA to a host name (WHATWG URL, domain to ASCII).
  return URL.parse(`http://${domain}`)?.hostname;
}
