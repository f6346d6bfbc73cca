import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linePrinter, printable } from '../../../local/printable.ts';
import { holdfast } from '../../support/command-line.ts';

describe('a line for a terminal', () => {
  it.each([
    ['moves no cursor', '\u001b[2J\u001b[1;1HAll is well', '\\u001b[2J\\u001b[1;1HAll is well'],
    ['sets no title', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['begins no sequence in one character', '\u009b31m', '\\u009b31m'],
    ['does not overwrite itself', 'refused\rdelivered', 'refused\\u000ddelivered'],
    ['rubs nothing out', 'no\b\b\u007fyes', 'no\\u0008\\u0008\\u007fyes'],
    ['runs in one direction', 'ana\u202egro.elpmaxe@\u2066', 'ana\\u202egro.elpmaxe@\\u2066'],
  ])('%s', (_, line, shown) => {
    expect(printable(line)).toBe(shown);
  });

  it.each(['Zoë Ångström', '李雷', '👩‍👩‍👧', 'می‌خواهم', 'a\tb\nc', 'C:\\users'])(
    'leaves %j as it is',
    (line) => {
      expect(printable(line)).toBe(line);
    },
  );

  it('says the same, where it is JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = printable(JSON.stringify({ text }, undefined, 2));

        expect(JSON.parse(line)).toEqual({ text });
        expect(line.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });
});

describe('the command line', () => {
  it('prints no line that commands the terminal', () => {
    const written: string[] = [];

    linePrinter({ write: (text) => written.push(text) })('Ana \u001b[2J');

    expect(written).toEqual(['Ana \\u001b[2J\n']);
  });

  it('regression: shows the characters of what it was given, also when it runs by itself', async () => {
    const { err } = await holdfast('samples', 'a\u001b[2Jb');

    expect(err).toContain('There is no source a\\u001b[2Jb in holdfast.config.ts.');
    expect(err).not.toContain('\u001b');
  });
});
