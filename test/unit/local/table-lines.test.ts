import { describe, expect, it } from 'vitest';
import { tableLines, textColumns } from '../../../local/table-lines.ts';

const HEAD = ['source', 'known since', 'last seen', 'flags'];
const ROW = [
  'a_source_with_a_rather_long_name_of_its_own',
  '2026-11-22 04:00:05 UTC',
  '2026-11-22 05:00:05 UTC',
  'new, missing',
];

const words = (lines: readonly string[]) => lines.join(' ').split(/\s+/).toSorted();

describe('a table of text', () => {
  it('has one line a row where there is room, and none for its empty cells', () => {
    expect(tableLines([HEAD, ['a', 'b', 'c', '']])).toEqual([
      'source  known since  last seen  flags',
      'a       b            c',
    ]);
  });

  it('that is too wide makes the widest columns narrower, and wraps their cells', () => {
    const lines = tableLines([HEAD, ROW], 80);

    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.join('').replaceAll(/\s+/g, '')).toContain('flags');
    expect(lines.join('\n')).toContain('2026-11-22 04:00:05');
  });

  it.each([40, 60, 80])('in %i columns loses no character of a cell', (columns) => {
    const lines = tableLines([HEAD, ROW], columns);

    const letters = (each: readonly string[]) =>
      each.join('').replaceAll(/\s/g, '').split('').toSorted().join('');
    expect(letters(lines)).toBe(letters([...HEAD, ...ROW]));
  });

  it('wraps sentences of its last column below their beginning', () => {
    const sentence =
      'This is a sentence that is by far too long for what is left of a line of text.';

    const lines = tableLines(
      [
        ['what', 'why'],
        ['a', sentence],
      ],
      60,
    );

    expect(lines[2]).toMatch(/^ {6}\S/);
    expect(words(lines)).toEqual(words(['what why a', sentence]));
  });

  it('is as wide as the terminal, within what can be read, and 100 where there is none', () => {
    expect([60, 90, 200, undefined].map((each) => textColumns(each))).toEqual([80, 90, 120, 100]);
  });
});
