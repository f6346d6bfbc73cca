/**
 * The part of COQL that is spoken here:
 *
 * ```
 * select field {, field} from Module where condition {and condition} [order by id [asc|desc]]
 *   [limit n | limit offset, n] [offset n]
 * condition = field = literal | field in (literal {, literal}) | "(" condition {and condition} ")"
 * literal   = 'text' | number | true | false
 * ```
 *
 * How a quote inside a text is written is not documented, so a text has none here.
 *
 * @see Zoho CRM v8, COQL Overview, read 2026-11-22
 */

/** One query, parsed. A record is found when each condition has one of its values. */
export interface CoqlQuery {
  readonly fields: readonly string[];
  readonly module: string;
  readonly conditions: readonly { readonly field: string; readonly values: readonly string[] }[];
  readonly newestFirst: boolean;
  readonly limit: number;
  readonly offset: number;
}

const LIMIT_DEFAULT = 200;
const NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;
const TOKEN = /\s*('[^']*'|[A-Za-z_][A-Za-z0-9_.]*|-?\d+(?:\.\d+)?|[(),=])/y;

/** Reads a query. @returns `undefined` when it is not understood */
export function parseCoql(text: string): CoqlQuery | undefined {
  const tokens = tokenize(text.trim());
  if (tokens === undefined) return undefined;
  const reader = new TokenReader(tokens);
  if (!reader.word('select')) return undefined;
  const fields = reader.list(() => reader.name());
  if (!reader.word('from')) return undefined;
  const module = reader.name();
  if (!reader.word('where')) return undefined;
  const conditions = readConditions(reader);
  const newestFirst = readOrder(reader);
  const window = readWindow(reader);
  if (
    fields === undefined ||
    module === undefined ||
    conditions === undefined ||
    newestFirst === undefined ||
    window === undefined ||
    !reader.isAtEnd()
  ) {
    return undefined;
  }
  return { fields, module, conditions, newestFirst, ...window };
}

type Condition = CoqlQuery['conditions'][number];

function readConditions(reader: TokenReader): readonly Condition[] | undefined {
  const conditions: Condition[] = [];
  do {
    if (reader.word('(')) {
      const inner = readConditions(reader);
      if (inner === undefined || !reader.word(')')) return undefined;
      conditions.push(...inner);
      continue;
    }
    const condition = readCondition(reader);
    if (condition === undefined) return undefined;
    conditions.push(condition);
  } while (reader.word('and'));
  return conditions;
}

function readCondition(reader: TokenReader): Condition | undefined {
  const field = reader.name();
  if (field === undefined) return undefined;
  if (reader.word('=')) {
    const value = reader.literal();
    return value === undefined ? undefined : { field, values: [value] };
  }
  if (!reader.word('in') || !reader.word('(')) return undefined;
  const values = reader.list(() => reader.literal());
  return values === undefined || !reader.word(')') ? undefined : { field, values };
}

/** @returns whether the newest record comes first */
function readOrder(reader: TokenReader): boolean | undefined {
  if (!reader.word('order')) return false;
  if (!reader.word('by')) return undefined;
  const field = reader.name();
  if (field !== 'id' && field !== 'Created_Time') return undefined;
  if (reader.word('desc')) return true;
  reader.word('asc');
  return false;
}

function readWindow(reader: TokenReader): { limit: number; offset: number } | undefined {
  if (!reader.word('limit')) return { limit: LIMIT_DEFAULT, offset: 0 };
  const first = reader.count();
  if (first === undefined) return undefined;
  if (reader.word(',')) {
    const limit = reader.count();
    return limit === undefined ? undefined : { limit, offset: first };
  }
  const offset = reader.word('offset') ? reader.count() : 0;
  return offset === undefined ? undefined : { limit: first, offset };
}

function tokenize(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match?.[1] === undefined) return undefined;
    tokens.push(match[1]);
    at = TOKEN.lastIndex;
  }
  return tokens;
}

class TokenReader {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  /** Takes a keyword or a sign if it is next. */
  word(expected: string): boolean {
    if (this.tokens[this.at]?.toLowerCase() !== expected) return false;
    this.at += 1;
    return true;
  }

  name(): string | undefined {
    return this.take((token) => (NAME.test(token) ? token : undefined));
  }

  literal(): string | undefined {
    return this.take((token) => {
      if (token.startsWith("'")) return token.slice(1, -1);
      return /^(?:-?\d|true$|false$)/i.test(token) ? token : undefined;
    });
  }

  count(): number | undefined {
    return this.take((token) => (/^\d+$/.test(token) ? Number(token) : undefined));
  }

  list(readOne: () => string | undefined): readonly string[] | undefined {
    const items: string[] = [];
    do {
      const item = readOne();
      if (item === undefined) return undefined;
      items.push(item);
    } while (this.word(','));
    return items;
  }

  private take<T>(read: (token: string) => T | undefined): T | undefined {
    const token = this.tokens[this.at];
    const value = token === undefined ? undefined : read(token);
    if (value !== undefined) this.at += 1;
    return value;
  }
}
