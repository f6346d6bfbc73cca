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

/** What stands behind a comma without being a first name. */
const SUFFIXES = new Set('jr sr ii iii iv phd md mba esq dds cpa'.split(' '));

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
  const split = fullName === undefined ? {} : splitName(fullName, firstName, lastName);
  const first = firstName ?? split.first_name;
  // With a first name given, a full name of one word adds nothing but a repetition of it.
  const last = lastName ?? (split.last_name === firstName ? undefined : split.last_name);

  return {
    ...(fullName === undefined ? {} : { full_name: fullName }),
    ...(first === undefined ? {} : { first_name: first }),
    ...(last === undefined ? {} : { last_name: last }),
  };
}

/**
 * Where the parts of a completed name come from.
 *
 * - `given`: first and last name are as the form had them
 * - `split`: one of them was taken from the full name, which may be wrong
 * - `single`: there was one word only, which stands as last name
 *
 * @returns `undefined` where there is neither a first nor a last name
 */
export function nameBasisOf(
  given: PersonName,
  { first_name: first, last_name: last }: PersonName,
): 'given' | 'split' | 'single' | undefined {
  if (first === undefined && last === undefined) return undefined;
  const isSplit = (part: string | undefined, typed: string | undefined): boolean =>
    part !== undefined && cleanLine(typed ?? '') === undefined;
  if (!isSplit(first, given.first_name) && !isSplit(last, given.last_name)) return 'given';
  return first === undefined ? 'single' : 'split';
}

/** With one part given beside the full name, the rest of that is the other part. */
function splitName(
  fullName: string,
  firstName: string | undefined,
  lastName: string | undefined,
): PersonName {
  const words = withoutHonorifics(fullName.split(' '));
  const bare = words.join(' ');
  if (lastName !== undefined) {
    const end = ` ${lastName}`;
    return bare.endsWith(end) ? { first_name: bare.slice(0, -end.length) } : {};
  }
  if (firstName !== undefined && bare.startsWith(`${firstName} `)) {
    return { last_name: bare.slice(firstName.length + 1) };
  }
  const comma = /^([^,]+), ?([^,]+)$/.exec(bare);
  if (comma?.[1] !== undefined && comma[2] !== undefined && !isSuffix(comma[2])) {
    return { first_name: comma[2], last_name: comma[1].trim() };
  }

  const [first, ...rest] = words;
  if (first === undefined || rest.length === 0 || UNSPACED_SCRIPT.test(fullName)) {
    return { last_name: bare };
  }
  return { first_name: first, last_name: rest.join(' ') };
}

function isSuffix(text: string): boolean {
  return SUFFIXES.has(text.toLowerCase().replaceAll('.', ''));
}

function withoutHonorifics(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !HONORIFICS.has(word.toLowerCase().replace(/\.$/, '')));
  return start === -1 ? words : words.slice(start);
}
