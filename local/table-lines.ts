/**
 * Rows as lines of text: columns of one width, the last one as long as it is. The first row has every column.
 *
 * @param columns how wide it may be: the last column is wrapped, below its own beginning or, where little room is
 *   left, below the line
 */
export function tableLines(
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  );
  const indent = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const isRoomy = columns - indent >= LAST_COLUMN_MIN;
  const hanging = isRoomy ? indent : NARROW_INDENT;
  return rows.flatMap((row) => {
    const cells = row.slice(0, -1).map((cell, at) => cell.padEnd((widths[at] ?? 0) + 2));
    const start = cells.join('');
    const last = row.at(-1) ?? '';
    if (start.length + last.length <= columns) return [`${start}${last}`.trimEnd()];
    const [first = '', ...others] = wrap(last, columns - hanging);
    const below = (isRoomy ? others : [first, ...others]).map(
      (line) => `${' '.repeat(hanging)}${line}`,
    );
    return [(isRoomy ? `${start}${first}` : start).trimEnd(), ...below];
  });
}

/** With fewer characters than that a line, sentences are hard to read. */
const LAST_COLUMN_MIN = 40;
const NARROW_INDENT = 4;

/** Breaks a text between words; a word that is too long has a line of its own. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
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
