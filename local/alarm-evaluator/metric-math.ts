/**
 * Metric math, as far as alarms here use it: numbers, ids, `+ - * /`, comparisons (1 or 0), `IF(condition, then,
 * else)`, `FILL(value, otherwise)` and parentheses. Anything else is an error, so that no alarm is evaluated by half.
 *
 * @see Amazon CloudWatch, "Using math expressions with CloudWatch metrics", read 2026-11-22
 */

/** The value of an expression at one time; `undefined` where a metric that it needs has none. */
export type MathValue = (
  values: Readonly<Record<string, number | undefined>>,
) => number | undefined;

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
};

/** Reads an expression. @throws {Error} it has something that is not known here */
export function parseMath(expression: string): MathValue {
  const tokens = expression.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|>=|<=|==|!=|[-+*/()<>,]|\S/g) ?? [];
  const reader = { tokens, next: 0 };
  const value = readComparison(reader);
  if (reader.next < tokens.length) throw unexpected(reader);
  return value;
}

interface Reader {
  readonly tokens: readonly string[];
  next: number;
}

function readComparison(reader: Reader): MathValue {
  const left = readSum(reader);
  const compare = COMPARISONS[reader.tokens[reader.next] ?? ''];
  if (compare === undefined) return left;
  reader.next += 1;
  const right = readSum(reader);
  return both(left, right, (one, other) => (compare(one, other) ? 1 : 0));
}

function readSum(reader: Reader): MathValue {
  let value = readProduct(reader);
  for (;;) {
    if (take(reader, '+')) value = both(value, readProduct(reader), (one, other) => one + other);
    else if (take(reader, '-'))
      value = both(value, readProduct(reader), (one, other) => one - other);
    else return value;
  }
}

function readProduct(reader: Reader): MathValue {
  let value = readAtom(reader);
  for (;;) {
    if (take(reader, '*')) value = both(value, readAtom(reader), (one, other) => one * other);
    else if (take(reader, '/')) value = both(value, readAtom(reader), divide);
    else return value;
  }
}

function readAtom(reader: Reader): MathValue {
  const token = reader.tokens[reader.next] ?? '';
  if (take(reader, '(')) {
    const value = readComparison(reader);
    expectToken(reader, ')');
    return value;
  }
  if (take(reader, 'IF')) return readIf(reader);
  if (take(reader, 'FILL')) return readFill(reader);
  reader.next += 1;
  if (/^\d/.test(token)) return () => Number(token);
  // Ids begin with a lower-case letter; functions are upper case.
  if (/^[a-z]\w*$/.test(token)) return (values) => values[token];
  reader.next -= 1;
  throw unexpected(reader);
}

function readIf(reader: Reader): MathValue {
  expectToken(reader, '(');
  const condition = readComparison(reader);
  expectToken(reader, ',');
  const then = readComparison(reader);
  expectToken(reader, ',');
  const otherwise = readComparison(reader);
  expectToken(reader, ')');
  return (values) => {
    const met = condition(values);
    if (met === undefined) return undefined;
    return met === 0 ? otherwise(values) : then(values);
  };
}

function readFill(reader: Reader): MathValue {
  expectToken(reader, '(');
  const value = readComparison(reader);
  expectToken(reader, ',');
  const otherwise = readComparison(reader);
  expectToken(reader, ')');
  return (values) => value(values) ?? otherwise(values);
}

/** A missing value makes the result missing. */
function both(
  left: MathValue,
  right: MathValue,
  combine: (one: number, other: number) => number | undefined,
): MathValue {
  return (values) => {
    const [one, other] = [left(values), right(values)];
    return one === undefined || other === undefined ? undefined : combine(one, other);
  };
}

function divide(one: number, other: number): number | undefined {
  return other === 0 ? undefined : one / other;
}

function take(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.next] !== token) return false;
  reader.next += 1;
  return true;
}

function expectToken(reader: Reader, token: string): void {
  if (!take(reader, token)) throw unexpected(reader);
}

function unexpected({ tokens, next }: Reader): Error {
  return new Error(
    `The expression "${tokens.join(' ')}" has "${tokens[next] ?? 'an end'}" where it is not known`,
  );
}
