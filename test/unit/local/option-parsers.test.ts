import { describe, expect, it } from 'vitest';
import { parseDuration, parsePort } from '../../../local/option-parsers.ts';

describe('a span of time, as it is typed', () => {
  it.each([
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('%s is read', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '0h', '-1h', '2', '2 h', 'h', '1.5h', '2w', '100000d', '2h30m'])(
    '"%s" is refused, and it is said what is meant',
    (text) => {
      expect(() => parseDuration(text)).toThrow('30m, 2h or 1d');
    },
  );
});

describe('the port of a pipeline', () => {
  it('leaves room for the others above it', () => {
    expect(parsePort('65520')).toBe(65_520);
    expect(() => parsePort('65521')).toThrow('0 to 65520');
  });
});
