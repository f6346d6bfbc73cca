import { VALUE_LENGTH_MIN } from './leak-search.ts';

/** Bodies in bodies: a form field that holds JSON, which names a field that holds JSON. */
const DEPTH_MAX = 4;

/** The day or the moment of something, as text: it names nobody, and logs hold many. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-][\d:]+)?)?$/;

/** The same in seconds, milliseconds or microseconds since 1970, in this decade or the next. */
const EPOCH = /^[12]\d{9}(?:\d{3}){0,2}$/;

/** Digits, hexadecimal ones too, so few that times and random ids hold them by chance. */
const FEW_DIGITS = /^[0-9a-f]{1,7}$/i;

/** A short word in small letters: what a form calls its fields and choices, and every log and stack is full of. */
const SHORT_WORD = /^[a-z]{1,5}$/;

/**
 * Every value that a request or an answer holds: the leaves of JSON, the fields of a form or of a multipart body, and
 * those of texts that are one of these themselves. Of a text that is none of these: what stands in quotes behind a colon, and addresses.
 * Names of members are not values, and neither are times, a few
 * digits, or short words in small letters.
 *
 * @returns each once; shorter ones than are looked for are left out
 */
export function valuesOf(text: string): readonly string[] {
  const leaves = leavesOf(text, 0).flatMap((leaf) => (leaf === text ? piecesOf(leaf) : [leaf]));
  return [...new Set(leaves)].filter(
    (value) =>
      value.trim().length >= VALUE_LENGTH_MIN &&
      ![TIME, EPOCH, FEW_DIGITS, SHORT_WORD].some((pattern) => pattern.test(value)),
  );
}

function leavesOf(text: string, depth: number): readonly string[] {
  if (depth > DEPTH_MAX) return [text];
  const json = parse(text);
  if (typeof json === 'string') return [json];
  if (typeof json === 'object' && json !== null) return leavesOfJson(json, depth);
  const parts = partsOf(text);
  if (parts.length > 0) return parts.flatMap((part) => leavesOf(part, depth + 1));
  return [text];
}

function leavesOfJson(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return leavesOf(value, depth + 1);
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => leavesOfJson(inner, depth));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function partsOf(text: string): readonly string[] {
  if (text.startsWith('--')) {
    return [...text.matchAll(/\r\n\r\n([\s\S]*?)\r\n--/g)].map(([, value = '']) => value);
  }
  return /^[^\s=&]+=[^\s]*$/.test(text) && !text.startsWith('http')
    ? [...new URLSearchParams(text).values()]
    : [];
}

/** Of a body that was cut or bent: what can be told apart in it. */
function piecesOf(text: string): readonly string[] {
  const quoted = [...text.matchAll(/:\s*"((?:[^"\\]|\\.)*)"/g)].map(([, inner = '']) => inner);
  const addresses = text.match(/[\w.+-]+@[\w-]+\.[\w.-]+/g) ?? [];
  return quoted.length + addresses.length === 0 ? [text] : [...quoted, ...addresses];
}
