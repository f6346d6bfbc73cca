import type { FieldLimit } from './field-limits.ts';

/**
 * Zoho's pattern of an e-mail address, rewritten to run in linear time: the published one backtracks
 * without end on hostile input.
 *
 * @see Zoho CRM v7, Insert records, read 2026-11-22
 */
const EMAIL =
  /^[+\-\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~.]*@(?=.{4,256}$)(?:[\p{L}\p{N}\p{M}]+(?:[-_]+[\p{L}\p{M}\p{N}]+)*\.)+[\p{L}\p{M}]{2,22}$/u;

/**
 * Phone numbers that Zoho certainly takes: letters and digits in groups, one separator between two of
 * them, at most one group in parentheses. Zoho's own pattern takes a few more forms.
 *
 * @see Zoho CRM v7, Insert records, read 2026-11-22
 */
const PHONE =
  /^\+?(?:[0-9A-Za-z]+ ?)?(?:\([0-9A-Za-z]+\)[ -]?)?[0-9A-Za-z]+(?:[ .-][0-9A-Za-z]+)*$/;

/** A URL needs a scheme or `www.` (Zoho CRM v7, Insert records, read 2026-11-22). */
const WEBSITE = /^(?:https?:\/\/|www\.)[^\s.]\S*$/i;

/** A host name, perhaps with a path: what people type into a website field. */
const BARE_HOST = /^[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+(?:[/?#]\S*)?$/i;

const CUT_MARK = '\n[cut off here: longer than Zoho takes]';

/** What a value becomes in one field; `rest` is the value itself where the field can't hold it whole. */
export interface FittedValue {
  readonly value?: string;
  readonly rest?: string;
}

/**
 * Fits a value into a field, so that no oddity of one value costs the lead.
 *
 * Text stays text: nothing is escaped, and a value that looks like a formula is sent as it is. What
 * Zoho would refuse is left out or cut, and given back whole as `rest`.
 *
 * @param raw as submitted, of any length and content
 * @returns neither part for a value that is empty
 */
export function fitValue(raw: string, limit: FieldLimit): FittedValue {
  const text = withoutControls(raw);
  if (text === '') return {};
  if (limit.kind === 'no_text') return { rest: text };
  if (limit.kind === 'text') return { value: cutWithMark(text, limit.lengthMax) };

  const line = text.replace(/[\r\n\t]+/g, ' ');
  switch (limit.kind) {
    case 'email':
      return isEmail(line, limit.lengthMax) ? { value: line } : { rest: text };
    case 'phone':
      return fitPhone(line, limit.lengthMax);
    case 'website':
      return fitWebsite(line, limit.lengthMax);
    case 'line':
      return line.length <= limit.lengthMax
        ? { value: line }
        : { value: clamp(line, limit.lengthMax).trimEnd(), rest: text };
  }
}

/** The first `lengthMax` UTF-16 units of a text, without half a character at the end. */
export function clamp(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const cut = text.slice(0, lengthMax);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** A text of at most `lengthMax` UTF-16 units, with a plain mark where it was cut, if there is room for it. */
export function cutWithMark(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  if (lengthMax < CUT_MARK.length) return clamp(text, Math.max(0, lengthMax));
  return `${clamp(text, lengthMax - CUT_MARK.length)}${CUT_MARK}`;
}

/** Without what no field can show: control characters and halves of characters. */
function withoutControls(raw: string): string {
  return raw
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n\r]/gu, '')
    .trim();
}

function isEmail(text: string, lengthMax: number): boolean {
  return text.length <= lengthMax && EMAIL.test(text);
}

function isPhone(text: string, lengthMax: number): boolean {
  return text.length <= lengthMax && PHONE.test(text);
}

/** A number with an extension fills the field without it, so that it can be dialled; the rest is for a person. */
function fitPhone(text: string, lengthMax: number): FittedValue {
  const [, number, extension] = /^(\+\d+);ext=(\d+)$/.exec(text) ?? [];
  if (number !== undefined && isPhone(number, lengthMax)) {
    return { value: number, rest: `${number} ext. ${extension}` };
  }
  return isPhone(text, lengthMax) ? { value: text } : { rest: text };
}

function fitWebsite(text: string, lengthMax: number): FittedValue {
  if (text.length > lengthMax) return { rest: text };
  if (WEBSITE.test(text)) return { value: text };
  const url = `https://${text}`;
  return BARE_HOST.test(text) && url.length <= lengthMax ? { value: url } : { rest: text };
}
