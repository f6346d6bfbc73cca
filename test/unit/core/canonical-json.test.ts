import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../lambdas/core/canonical-json.ts';
import { bytesHash, payloadHash } from '../../../lambdas/core/payload-hash.ts';

describe('canonicalJson', () => {
  it.each([
    [{ b: 1, a: 2, B: 3 }, '{"B":3,"a":2,"b":1}'],
    [{ a: undefined, b: null }, '{"b":null}'],
    [[1, undefined, null, 'x'], '[1,null,null,"x"]'],
    [{ a: [{ c: 1, b: { e: true, d: false } }] }, '{"a":[{"b":{"d":false,"e":true},"c":1}]}'],
    [{ 'a"b': 'c\n' }, '{"a\\"b":"c\\n"}'],
    [[], '[]'],
    [{}, '{}'],
    ['\uD800', '"\\ud800"'],
    [null, 'null'],
    [undefined, 'null'],
    [0, '0'],
  ])('writes %j as %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('says what the value says, in one way only', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 }), (value) => {
        const entries = Object.entries(value);
        const text = canonicalJson(Object.fromEntries(entries));

        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(Object.fromEntries(entries.toReversed()))).toBe(text);
      }),
    );
  });
});

// Stored events carry these, and a repeated delivery is told by comparing: they never change.
describe('fingerprints', () => {
  it('are SHA-256 of the canonical text, and of the bytes', () => {
    expect(payloadHash({ b: 1, a: 'x' })).toBe(bytesHash(Buffer.from('{"a":"x","b":1}')));
    expect(bytesHash(Buffer.from('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
