/**
 * Zoho's pattern of an e-mail address, rewritten so that it runs in linear time: the published one
 * backtracks without end on hostile input such as `a@aaaa.aaaa.aaaa.aaaa.1`.
 *
 * @see Zoho CRM v8, Insert Records, read 2026-11-22
 */
const EMAIL =
  /^[+\-\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~.]*@(?=.{4,256}$)(?:[\p{L}\p{N}\p{M}]+(?:[-_]+[\p{L}\p{M}\p{N}]+)*\.)+[\p{L}\p{M}]{2,22}$/u;

/**
 * Zoho's pattern of a phone number, rewritten without atomic groups (JavaScript has none) and so
 * that each character decides alone how to go on. The published page garbles the parentheses; they
 * are a reading of it.
 *
 * ```
 * +?  part  (separator part | part after ')')*  (,,;extension (#extension)*)?  [#;]?
 * part: letters or digits | '(' letters or digits, separated by one of ' ', '.', '-' ')'
 * ```
 *
 * @see Zoho CRM v8, Insert Records, read 2026-11-22
 */
const PHONE = new RegExp(
  [
    String.raw`^\+?(?![.-])`,
    String.raw`(?: ?[\da-z]+| ?\([ ]?[\da-z]+(?:[ .-][\da-z]+)*\)(?!\.))`,
    String.raw`(?:(?:[.-] ?| )[\da-z]+| ?\([ ]?[\da-z]+(?:[ .-][\da-z]+)*\)(?!\.)|(?<=\))[\da-z]+)*`,
    String.raw`(?:(?:(?:,+;?|;)[\da-z]+)+(?:#[\da-z]+)*)?[#;]?$`,
  ].join(''),
  'i',
);

const WEBSITE = /^(?:(?:https?|ftp):\/\/|www\.)[^\s.]\S*$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/;
const DATE_TIME_LENIENT =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Whether Zoho takes a text as an e-mail address. The caller limits its length first. */
export function isEmail(text: string): boolean {
  return EMAIL.test(text);
}

/** Whether Zoho takes a text as a phone number. The caller limits its length first. */
export function isPhone(text: string): boolean {
  return PHONE.test(text);
}

/** Whether Zoho takes a text as a URL: it needs a scheme or `www.`. */
export function isWebsite(text: string): boolean {
  return WEBSITE.test(text);
}

/** Whether a text is a calendar date, `yyyy-MM-dd`. */
export function isDate(text: string): boolean {
  return DATE.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

/**
 * Whether a text is a moment with an offset, `yyyy-MM-ddTHH:mm:ss±HH:mm`.
 *
 * @param format `lenient` takes milliseconds and `Z`, which Zoho does not document
 */
export function isDateTime(text: string, format: 'strict' | 'lenient'): boolean {
  const pattern = format === 'strict' ? DATE_TIME : DATE_TIME_LENIENT;
  return pattern.test(text) && !Number.isNaN(Date.parse(text));
}
