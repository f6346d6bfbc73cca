import { describe, expect, it } from 'vitest';
import { valuesOf } from '../../support/telemetry/text-values.ts';

describe('the values of a text', () => {
  it.each([
    [
      'JSON',
      '{"lead":{"email":"ana@example.com","tags":["northern","southern"],"n":12345678}}',
      'all',
    ],
    ['a form', 'email=ana%40example.com&tag=northern&tag=southern&n=12345678', 'all'],
    [
      'a form field that holds JSON',
      `rawRequest=${encodeURIComponent('{"email":"ana@example.com","t":["northern","southern"],"n":12345678}')}`,
      'all',
    ],
    [
      'a multipart body',
      ['ana@example.com', 'northern', 'southern', '12345678']
        .map((value) => `--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n${value}\r\n`)
        .join('')
        .concat('--x--\r\n'),
      'all',
    ],
  ])('are all that %s holds', (_, text) => {
    expect(valuesOf(text).toSorted()).toEqual([
      '12345678',
      'ana@example.com',
      'northern',
      'southern',
    ]);
  });

  it('are what can be told apart in a body that was cut', () => {
    expect(valuesOf('{"name":"Ana Ng","email":ana@example.com,"com')).toEqual([
      'Ana Ng',
      'ana@example.com',
    ]);
  });

  it('are the whole of a text in which nothing can be told apart', () => {
    expect(valuesOf('Please call me')).toEqual(['Please call me']);
  });

  it('are neither times, nor a few digits, nor short words', () => {
    expect(
      valuesOf(
        '["2026-11-22","2026-11-22T04:00:00.000Z",1795360307,1795360307123,"yes","text",4711,"beef01"]',
      ),
    ).toEqual([]);
  });
});
