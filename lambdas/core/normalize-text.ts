// One pass, so that removing a character never joins the halves of a surrogate pair into a new one.
// Zero-width joiners stay: Persian and Indic names, and emoji, are spelled with them.
const INVISIBLE =
  /(?![\n\t])\p{Cc}|[\p{Cs}\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;

/**
 * More marks on one letter than any language writes. Unicode's own limit for safe streams (UAX #15, Stream-Safe
 * Text Format, read 2026-11-22): to bring marks into order takes the square of their number, so that half a
 * megabyte of them would keep the function busy for minutes.
 */
const MARKS_MAX = 30;
const TOO_MANY_MARKS = new RegExp(`(\\p{M}{${MARKS_MAX}})\\p{M}+`, 'gu');

/**
 * Cleans a text for use: NFC, no control, zero-width or direction characters, no NUL, no lone
 * surrogates, no letter under a heap of marks, no white space around it. Line breaks and tabs inside it stay.
 *
 * Cleaning a clean text changes nothing. What the sender wrote stays untouched in the raw event.
 *
 * @returns `undefined` when nothing is left
 */
export function cleanText(raw: string): string | undefined {
  const visible = raw.replaceAll(/\r\n?/g, '\n').replaceAll(INVISIBLE, '');
  // Before, for the sake of time; after, since one mark may be two in normal form.
  const text = withoutExcessMarks(withoutExcessMarks(visible).normalize('NFC')).trim();
  return text === '' ? undefined : text;
}

/**
 * Cleans a text that belongs on one line, such as a name: as `cleanText`, and each run of white space
 * becomes one space.
 */
export function cleanLine(raw: string): string | undefined {
  return cleanText(raw)?.replaceAll(/\s+/g, ' ');
}

/**
 * Cuts a text to a length without splitting a character in two.
 *
 * @param lengthMax UTF-16 code units, 1 or more
 */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  return text
    .slice(0, lengthMax)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}

function withoutExcessMarks(text: string): string {
  return text.replaceAll(TOO_MANY_MARKS, '$1');
}
