import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutMember } from '../../../lambdas/providers/reading/without-member.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const redact = (text: string): string => decode(withoutMember(encode(text), 'google_key'));

/** A JSON text with every number as the digits that stand there, in a form that no text has. */
function parseDigits(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? { digits: context?.source } : value,
  );
}

/** Whether the member's value is long enough for a secret, and stands in the rest. */
function repeats(rest: object, value: unknown): boolean {
  const digits = typeof value === 'object' && value !== null ? (value as { digits?: unknown }) : {};
  const secret = JSON.stringify(digits.digits ?? value ?? '').slice(1, -1);
  return secret.length >= 16 && JSON.stringify(rest).includes(secret);
}

const NUMBER = fc.oneof(
  fc.stringMatching(/^-?(0|[1-9]\d{0,30})$/),
  fc.stringMatching(/^-?(0|[1-9]\d{0,20})\.\d{1,20}$/),
  fc.stringMatching(/^[1-9]\d{0,3}[eE][+-]?\d{1,3}$/),
  fc.constantFrom('9007199254740993', '18446744073709551615', '-0', '1.50', '1e400'),
);
const KEY = fc.oneof(
  fc.constantFrom('google_key', '__proto__', 'constructor', 'lead_id', '', '1', '10'),
  fc.string({ unit: 'binary' }),
);
const { value: VALUE } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.oneof(NUMBER, fc.constantFrom('true', 'false', 'null')),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
    fc.array(fc.tuple(KEY, tie('value')), { maxLength: 4 }).map(objectOf),
  ),
}));
const OBJECT = fc.array(fc.tuple(KEY, VALUE), { maxLength: 6 }).map(objectOf);

function objectOf(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(',\n')}}`;
}

describe('any JSON object', () => {
  it('stays the same without the member, every number with its digits', () => {
    fc.assert(
      fc.property(OBJECT, (text) => {
        const members = Object.entries(parseDigits(text) as object);
        const expected = Object.fromEntries(members.filter(([key]) => key !== 'google_key'));
        // A secret that stands elsewhere, too, is removed there: that is another test.
        fc.pre(!repeats(expected, members.find(([key]) => key === 'google_key')?.[1]));

        expect(parseDigits(redact(text))).toEqual(expected);
      }),
      {
        numRuns: 1_000,
        examples: [['{"10": {"": 18446744073709551615}, "google_key": 18446744073709551615}']],
      },
    );
  });

  it('comes back byte by byte when it does not have the member', () => {
    fc.assert(
      fc.property(OBJECT, (text) => {
        fc.pre(!Object.hasOwn(JSON.parse(text) as object, 'google_key'));

        expect(redact(text)).toBe(text);
      }),
    );
  });
});

describe('the member', () => {
  it('that is a long number is removed from other numbers as well', () => {
    expect(redact('{"google_key":18446744073709551615,"a":{"b":18446744073709551615}}')).toBe(
      '{"a":{"b":"[redacted]"}}',
    );
  });

  it.each([
    ['comes twice', '{"google_key":"a","lead_id":1,"google_key":"b"}'],
    ['is written with escapes', String.raw`{"google\u005fkey":"a","lead_id":1}`],
    ['is no text', '{"google_key":{"b":["a"]},"lead_id":1}'],
    ['is null', '{"google_key":null,"lead_id":1}'],
    ['stands behind a byte order mark', '\uFEFF{"google_key":"a","lead_id":1}'],
  ])('is removed when it %s', (_, text) => {
    expect(redact(text)).toBe('{"lead_id":1}');
  });

  it('is removed at the outside only: a form may ask for what has its name', () => {
    expect(redact('{"google_key":"a","form":{"google_key":"b"}}')).toBe(
      '{"form":{"google_key":"b"}}',
    );
  });
});

describe('the secret in the member', () => {
  const text = (secret: string, place: unknown) =>
    redact(JSON.stringify({ google_key: secret, place }));

  it('is removed from wherever it is repeated, and the rest stays', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 16, maxLength: 40 }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (secret, before, after) => {
          fc.pre(!before.includes(secret) && !after.includes(secret));
          const repeated = before + secret + after;
          fc.pre(repeated.indexOf(secret) === before.length);
          const place = [repeated, { [repeated]: [before] }, 7];

          const redacted = JSON.parse(text(secret, place)) as { place: unknown };

          const clean = repeated.replaceAll(secret, '[redacted]');
          expect(redacted).toEqual({ place: [clean, { [clean]: [before] }, 7] });
        },
      ),
    );
  });

  it('may have the digits of a number', () => {
    const body =
      '{"google_key":"1234567890123456","id":1234567890123456,"other":91234567890123456789}';

    expect(redact(body)).toBe('{"id":"[redacted]","other":"[redacted]"}');
  });

  it('is not seen in an escape of another text', () => {
    const secret = 'nothing-but-a-secret';

    expect(JSON.parse(text(secret, 'a\nothing-but-a-secret-too'))).toEqual({
      place: 'a\nothing-but-a-secret-too',
    });
  });

  it('leaves the rest alone when it is too short to be one', () => {
    expect(text('a', 'banana')).toBe('{"place":"banana"}');
  });
});

it.each([
  ['no JSON', '{"google_key":"a"'],
  ['a list', '[{"google_key":"a"}]'],
  ['a text', '"google_key"'],
  ['nothing', ''],
  ['nested without end', `{"google_key":"a","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
])('a body that is %s comes back as it is, without throwing', (_, text) => {
  expect(redact(text)).toBe(text);
});

it('bytes that are not UTF-8 come back as they are', () => {
  const bytes = Uint8Array.of(0x7b, 0xff, 0x7d);

  expect(withoutMember(bytes, 'google_key')).toBe(bytes);
});
