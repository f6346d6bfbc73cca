/**
 * Rows as lines of text: columns of one width, the last one as long as it is. The first row has every column.
 *
 * @param columns how wide it may be: the last column is wrapped, below its own beginning or, where little room is
 *   left, below the line. Where the others alone are too wide, the widest of them are made narrower, and their
 *   cells wrapped
 */
export function tableLines(
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  const natural = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  );
  const lastWidth = natural.at(-1) ?? 0;
  const isLastShort = lastWidth < LAST_COLUMN_MIN;
  const widths = squeezed(natural.slice(0, -1), columns - (isLastShort ? lastWidth : 0));
  const indent = totalOf(widths);
  const isRoomy = columns - indent >= (isLastShort ? lastWidth : LAST_COLUMN_MIN);
  const hanging = isRoomy ? indent : NARROW_INDENT;
  return rows.flatMap((row) => {
    const cells = widths.map((width, at) => wrap(row[at] ?? '', width, true));
    const lineOf = (line: number): string =>
      cells.map((cell, at) => (cell[line] ?? '').padEnd((widths[at] ?? 0) + GAP)).join('');
    const height = Math.max(1, ...cells.map(({ length }) => length));
    const last = row.at(-1) ?? '';
    if (height === 1 && indent + last.length <= columns) return [`${lineOf(0)}${last}`.trimEnd()];
    const wrapped = wrap(last, columns - hanging, false);
    const beside = isRoomy ? wrapped.slice(0, height) : [];
    return [
      ...Array.from({ length: height }, (_, line) =>
        `${lineOf(line)}${beside[line] ?? ''}`.trimEnd(),
      ),
      ...wrapped.slice(beside.length).map((line) => `${' '.repeat(hanging)}${line}`.trimEnd()),
    ].filter((line, at) => at === 0 || line !== '');
  });
}

/** With fewer characters than that a line, sentences are hard to read. */
const LAST_COLUMN_MIN = 40;
const NARROW_INDENT = 4;
const GAP = 2;
/** No column is made narrower: a time of the day stays in one piece. */
const CELL_MIN = 10;

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP, 0);
}

/** Takes from the widest column, one character at a time, until all fit or none can give more. */
function squeezed(natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  while (totalOf(widths) > room) {
    const widest = Math.max(...widths);
    if (widest <= CELL_MIN) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/**
 * Breaks a text between words. A word that is too long has a line of its own, or is broken, too.
 *
 * @param mayBreak whether a word may be broken
 */
function wrap(text: string, width: number, mayBreak: boolean): readonly string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ').flatMap((each) => (mayBreak ? pieces(each, width) : each))) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function pieces(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word];
  return Array.from({ length: Math.ceil(word.length / width) }, (_, at) =>
    word.slice(at * width, (at + 1) * width),
  );
}

/**
 * How wide a table may be, from what is known of the terminal.
 *
 * @param terminal `process.stdout.columns`; `undefined` where there is no terminal
 * @returns 80 to 120
 */
export function textColumns(terminal: number | undefined): number {
  return Math.min(120, Math.max(80, terminal ?? 100));
}
