/**
 * The language of `criteria`:
 *
 * ```
 * expression  = part { ("and" | "or") part }        and binds as it is read, from the left
 * part        = "(" expression ")" | "(" field ":" operator ":" value ")"
 * value       = characters; "(" ")" "," and "\" after a backslash
 * ```
 *
 * @see Zoho CRM v8, Search Records, Criteria, read 2026-11-22
 */

const OPERATORS = ['equals', 'not_equal', 'starts_with', 'in'] as const;

/** Conditions that one search takes at most (prose of the page; an older text says 15). */
const CONDITIONS_MAX = 10;
const CHARACTERS_MAX = 3_000;

/** A search condition, read from Zoho's own notation. */
export type Criteria =
  | {
      readonly kind: 'condition';
      readonly field: string;
      readonly operator: (typeof OPERATORS)[number];
      /** More than one for `in` alone. */
      readonly values: readonly string[];
    }
  | {
      readonly kind: 'pair';
      readonly join: 'and' | 'or';
      readonly left: Criteria;
      readonly right: Criteria;
    };

/** Reads `criteria`. @returns `undefined` when Zoho would answer INVALID_QUERY */
export function parseCriteria(text: string): Criteria | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  const reader = { text: text.trim(), at: 0, conditions: 0 };
  const criteria = readExpression(reader);
  return reader.at === reader.text.length ? criteria : undefined;
}

interface Reader {
  readonly text: string;
  at: number;
  conditions: number;
}

function readExpression(reader: Reader): Criteria | undefined {
  let left = readPart(reader);
  while (left !== undefined) {
    const word = /^\s*(and|or)\s*(?=\()/i.exec(reader.text.slice(reader.at));
    if (word === null) return left;
    reader.at += word[0].length;
    const right = readPart(reader);
    if (right === undefined) return undefined;
    const join = word[1]?.toLowerCase() === 'or' ? 'or' : 'and';
    left = { kind: 'pair', join, left, right };
  }
  return undefined;
}

function readPart(reader: Reader): Criteria | undefined {
  if (reader.text[reader.at] !== '(') return undefined;
  reader.at += 1;
  const part = reader.text[reader.at] === '(' ? readExpression(reader) : readCondition(reader);
  if (part === undefined || reader.text[reader.at] !== ')') return undefined;
  reader.at += 1;
  return part;
}

function readCondition(reader: Reader): Criteria | undefined {
  reader.conditions += 1;
  if (reader.conditions > CONDITIONS_MAX) return undefined;
  const head = /^([A-Za-z][A-Za-z0-9_]*):([a-z_]+):/.exec(reader.text.slice(reader.at));
  const operator = OPERATORS.find((candidate) => candidate === head?.[2]);
  const field = head?.[1];
  if (head === null || field === undefined || operator === undefined) return undefined;
  reader.at += head[0].length;
  const values = readValues(reader);
  if (values.length > 1 && operator !== 'in') return undefined;
  return { kind: 'condition', field, operator, values };
}

/** Reads up to the parenthesis that closes the condition; a comma separates values. */
function readValues(reader: Reader): readonly string[] {
  const values: string[] = [];
  let value = '';
  while (reader.at < reader.text.length && reader.text[reader.at] !== ')') {
    const character = reader.text[reader.at] ?? '';
    if (character === '\\') {
      value += reader.text[reader.at + 1] ?? '';
      reader.at += 2;
      continue;
    }
    if (character === ',') {
      values.push(value);
      value = '';
    } else {
      value += character;
    }
    reader.at += 1;
  }
  return [...values, value];
}
