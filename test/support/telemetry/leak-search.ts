import { createHash } from 'node:crypto';

/** Something that must not be told: what it is, and its value. */
export interface Forbidden {
  readonly what: string;
  readonly value: string;
}

/** A piece of telemetry: where it was found, and its text. */
export interface Told {
  readonly where: string;
  readonly text: string;
}

/** Shorter values (a country code, `yes`) stand everywhere by chance. */
export const VALUE_LENGTH_MIN = 4;

/** Shorter values have too few letters in base64 that are theirs alone. */
const ENCODED_LENGTH_MIN = 6;

/** Of a find, letters. */
const VALUE_SHOWN_MAX = 60;

/** A number that is dialled: digits, and what people write between them. */
const PHONE = /^\+?[\d\s().-]{9,24}$/;

/** Of bare digits: rows of zeros stand in account numbers and times. */
const DISTINCT_DIGITS_MIN = 4;

/**
 * Looks for values in telemetry, in each form in which a program may have written them: as they are and in any case,
 * escaped once or twice for JSON, in plain ASCII, encoded for a URL or a form, in base64 wherever in a text, in hex,
 * as a hash without a key, and phone numbers as bare digits.
 *
 * @returns a sentence a find; empty when nothing is told. It shows the value: whoever mends the leak has to look for it,
 *   and it stands for nobody
 */
export function findLeaks(told: readonly Told[], forbidden: readonly Forbidden[]): string[] {
  const texts = told.map(({ where, text }) => ({ where, text, folded: text.toLowerCase() }));
  const leaks = new Set<string>();
  for (const { what, value } of forbidden) {
    if (value.length < VALUE_LENGTH_MIN) continue;
    for (const { form, needle, isFolded } of formsOf(value)) {
      for (const { where, text, folded } of texts) {
        if ((isFolded ? folded : text).includes(needle)) {
          leaks.add(`${where} tells ${what}, ${form}: ${value.slice(0, VALUE_SHOWN_MAX)}`);
        }
      }
    }
  }
  return [...leaks];
}

interface Form {
  readonly form: string;
  readonly needle: string;
  /** Whether it is looked for in any case. */
  readonly isFolded: boolean;
}

function formsOf(value: string): readonly Form[] {
  const folded = (form: string, needle: string): Form => ({
    form,
    needle: needle.toLowerCase(),
    isFolded: true,
  });
  const exact = (form: string, needle: string): Form => ({ form, needle, isFolded: false });
  const once = escaped(value);
  const forms = [
    folded('as it is', value),
    folded('escaped', once),
    folded('escaped twice', escaped(once)),
    folded('in ASCII', asciiOf(once)),
    folded('encoded for a URL', encodeURIComponent(value.toWellFormed())),
    folded('encoded for a form', new URLSearchParams({ v: value }).toString().slice('v='.length)),
    ...hashesOf(value),
    ...(value.length < ENCODED_LENGTH_MIN
      ? []
      : [
          folded('in hex', Buffer.from(value).toString('hex')),
          ...base64Of(value).map((needle) => exact('in base64', needle)),
        ]),
    ...digitsOf(value).map((digits) => folded('in digits', digits)),
  ];
  // The plainest form of those that are written alike.
  return [...new Map(forms.toReversed().map((form) => [form.needle, form])).values()];
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function asciiOf(text: string): string {
  return text.replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Whoever guesses the value can tell that it is this one: only a key makes a hash mean nothing. A whole body, bent or cut,
 * is nothing that anybody guesses, and where it lies is named after its hash.
 */
function hashesOf(value: string): readonly Form[] {
  if (/[{}[\]"]/.test(value)) return [];
  return [value, value.toLowerCase()].flatMap((text) =>
    ['sha256', 'sha1', 'md5'].map((algorithm) => ({
      form: `as ${algorithm}`,
      needle: createHash(algorithm).update(text).digest('hex'),
      isFolded: true,
    })),
  );
}

/** The letters that stand for nothing but the value, wherever it begins in what is encoded. */
function base64Of(value: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
    const skipped = Math.ceil((before * 8) / 6);
    const whole = Math.floor((bytes.byteLength * 8) / 6);
    const plain = bytes.toString('base64').slice(skipped, whole);
    return [plain, plain.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function digitsOf(value: string): readonly string[] {
  if (!PHONE.test(value)) return [];
  const digits = value.replaceAll(/\D/g, '');
  // With the country's code, and without one of up to three digits.
  return [digits, digits.slice(1), digits.slice(2), digits.slice(3)].filter(
    (each) => each.length >= 9 && new Set(each).size >= DISTINCT_DIGITS_MIN,
  );
}
