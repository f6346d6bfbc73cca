import { cleanLine } from './normalize-text.ts';

/** A person's name, in parts that may each be missing. */
export interface PersonName {
  readonly full_name?: string;
  readonly first_name?: string;
  readonly last_name?: string;
}

const HONORIFICS = new Set(
  'mr mrs ms miss mx dr prof sir madam herr frau sr sra srta señor señora monsieur madame mme'.split(
    ' ',
  ),
);

/** Scripts that write a name without spaces, family name first: to split it would be a guess. */
const UNSPACED_SCRIPT =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}・ー]+$/u;

/**
 * Completes a name: what was given stays, and a missing part is taken from the full name.
 *
 * A full name splits as "Last, First", else into its first word and the rest. One word is a last name,
 * since Zoho CRM requires that one. Capital letters stay as they were typed.
 */
export function normalizeName(given: PersonName): PersonName {
  const fullName = cleanLine(given.full_name ?? '');
  const firstName = cleanLine(given.first_name ?? '');
  const lastName = cleanLine(given.last_name ?? '');
  const split = fullName === undefined ? {} : splitName(fullName, lastName);
  const first = firstName ?? split.first_name;
  // With a first name given, a full name of one word adds nothing but a repetition of it.
  const last = lastName ?? (split.last_name === firstName ? undefined : split.last_name);

  return {
    ...(fullName === undefined ? {} : { full_name: fullName }),
    ...(first === undefined ? {} : { first_name: first }),
    ...(last === undefined ? {} : { last_name: last }),
  };
}

/** @param lastName given beside the full name: the rest of that is then the first name */
function splitName(fullName: string, lastName: string | undefined): PersonName {
  if (lastName !== undefined) {
    const end = ` ${lastName}`;
    return fullName.endsWith(end) ? { first_name: fullName.slice(0, -end.length) } : {};
  }
  const comma = /^([^,]+), ?([^,]+)$/.exec(fullName);
  if (comma?.[1] !== undefined && comma[2] !== undefined) {
    return { first_name: comma[2], last_name: comma[1].trim() };
  }

  const words = withoutHonorifics(fullName.split(' '));
  const [first, ...rest] = words;
  if (first === undefined || rest.length === 0 || UNSPACED_SCRIPT.test(fullName)) {
    return { last_name: words.join(' ') };
  }
  return { first_name: first, last_name: rest.join(' ') };
}

function withoutHonorifics(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !HONORIFICS.has(word.toLowerCase().replace(/\.$/, '')));
  return start === -1 ? words : words.slice(start);
}
