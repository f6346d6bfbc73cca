import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitAnswers, jsonBytes } from '../../../lambdas/core/normalize-answers.ts';
import { nameBasisOf, normalizeName } from '../../../lambdas/core/normalize-name.ts';
import { cleanLine, cleanText, cutText } from '../../../lambdas/core/normalize-text.ts';
import { occurrenceOf, parseTimeMs } from '../../../lambdas/core/normalize-time.ts';
import { attributionOf, stripUrl } from '../../../lambdas/core/normalize-url.ts';

const ANY_TEXT = fc.string({ unit: 'binary' });

describe('cleanText', () => {
  it.each([
    ['  a  b ', 'a  b'],
    ['a\u0000b\u0007c\u007F', 'abc'],
    ['a\u200Bb\uFEFFc\u202E', 'abc'],
    ['a\uD800b\uDC00', 'ab'],
    ['\uD83D\u0000\uDE00', undefined],
    ['😀', '😀'],
    ['👩\u200D👧', '👩\u200D👧'],
    ['e\u0301', 'é'],
    ['a\r\nb\rc\td', 'a\nb\nc\td'],
    [' \u00A0\n', undefined],
  ])('makes %j %j', (raw, clean) => {
    expect(cleanText(raw)).toBe(clean);
  });

  // Bringing marks into order takes the square of their number: without a limit, the test would run out
  // of its time.
  it('takes no more marks on a letter than a language has', () => {
    const marks = '\u0316\u0301'.repeat(240_000);

    expect(cleanText(`a${marks}b`)).toMatch(/^á\p{M}{1,30}b$/u);
    expect(cleanText('e\u0316\u0301')).toBe('e\u0316\u0301'.normalize('NFC'));
    expect(stripUrl(`http://a${marks}.example/x`)?.length).toBeLessThan(100);
  });

  it('changes nothing the second time, however many marks there are', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ae][\u0344\u0301\u0316\u0F73]{25,40}a?$/), (raw) => {
        const once = cleanText(raw) ?? '';

        expect(cleanText(once)).toBe(once);
        expect(once.normalize('NFC')).toBe(once);
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(ANY_TEXT, (raw) => {
        for (const clean of [cleanText, cleanLine]) {
          const once = clean(raw);
          expect(clean(once ?? '')).toBe(once);
          expect(once?.isWellFormed() ?? true).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('cutText', () => {
  it('never splits a character', () => {
    expect(cutText('ab😀', 3)).toBe('ab');
    expect(cutText('ab😀', 4)).toBe('ab😀');
    expect(cutText('😀ab', 3)).toBe('😀a');
  });

  it('leaves no white space where it cuts, and a text that fits as it is', () => {
    expect(cutText('ab cd', 3)).toBe('ab');
    expect(cutText(' ab', 2)).toBe(' a');
    expect(cutText('ab ', 3)).toBe('ab ');
    expect(cutText('ab ', 4)).toBe('ab ');
  });
});

describe('normalizeName', () => {
  it.each([
    ['Ana María de la Cruz', 'Ana', 'María de la Cruz'],
    ['Ng, Ana', 'Ana', 'Ng'],
    ['Dr. Ana  Ng', 'Ana', 'Ng'],
    ['Madonna', undefined, 'Madonna'],
    ['王小明', undefined, '王小明'],
    ['Dr', undefined, 'Dr'],
    ['ANA NG', 'ANA', 'NG'],
    ['Ng,Ana', 'Ana', 'Ng'],
    ['Ng , Ana', 'Ana', 'Ng'],
    ['Ng, Ana, PhD', 'Ng,', 'Ana, PhD'],
    ['M.R Ng', 'M.R', 'Ng'],
    ['Sir Madam', 'Sir', 'Madam'],
    ['Ana 王', 'Ana', '王'],
    ['王 Ana', '王', 'Ana'],
    ['Ana Ng, PhD', 'Ana', 'Ng, PhD'],
    ['Ana Ng, Ph.D.', 'Ana', 'Ng, Ph.D.'],
    ['Dr. Ng, Ana', 'Ana', 'Ng'],
    ['Frau Müller', undefined, 'Müller'],
  ])('splits %j into %j and %j', (full, first, last) => {
    const name = normalizeName({ full_name: full });

    expect(name.first_name).toBe(first);
    expect(name.last_name).toBe(last);
    expect(name.full_name).toBe(full.replaceAll(/\s+/g, ' '));
  });

  it('prefers what was given', () => {
    const given = { full_name: 'Ana Ng', first_name: 'Anna', last_name: ' Ong ' };

    expect(normalizeName(given)).toEqual({ ...given, last_name: 'Ong' });
  });

  it('fills in only what is missing', () => {
    expect(normalizeName({ full_name: 'Ana Ng', first_name: 'Ana' }).last_name).toBe('Ng');
    expect(normalizeName({ full_name: 'Ana', first_name: 'Ana' }).last_name).toBeUndefined();
    expect(normalizeName({ first_name: 'Inés' })).toStrictEqual({ first_name: 'Inés' });
    expect(normalizeName({ last_name: 'Ng' })).toStrictEqual({ last_name: 'Ng' });
    expect(normalizeName({ full_name: 'Ana Maria Ng', last_name: 'Ng' }).first_name).toBe(
      'Ana Maria',
    );
    expect(normalizeName({ full_name: 'Ana', last_name: 'Ng' }).first_name).toBeUndefined();
    expect(normalizeName({ full_name: 'Dr. Ana Ng', last_name: 'Ng' }).first_name).toBe('Ana');
    expect(normalizeName({ full_name: 'Dr. Ng', last_name: 'Ng' }).first_name).toBeUndefined();
    expect(normalizeName({ full_name: 'Mary Ann Ng', first_name: 'Mary Ann' }).last_name).toBe(
      'Ng',
    );
    expect(normalizeName({})).toStrictEqual({});
  });

  it('changes nothing the second time', () => {
    const word = fc.constantFrom(
      'Dr.',
      'Mrs',
      'Ana',
      'Ng',
      'Ng,',
      'de',
      '王小明',
      ',',
      'PhD',
      'Jr.',
    );
    const words = fc.array(word, { maxLength: 5 }).map((chosen) => chosen.join(' '));
    const text = fc.oneof(ANY_TEXT, words);
    fc.assert(
      fc.property(text, fc.option(text), fc.option(text), (full, first, last) => {
        const once = normalizeName({
          full_name: full,
          first_name: first ?? '',
          last_name: last ?? '',
        });

        expect(normalizeName(once)).toEqual(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [{ first_name: 'Ana', last_name: 'Ng' }, 'given'],
    [{ last_name: 'Ng' }, 'given'],
    [{ first_name: 'Ana' }, 'given'],
    [{ full_name: 'Ana Ng', first_name: 'Ana', last_name: 'Ng' }, 'given'],
    [{ full_name: 'Ana Ng' }, 'split'],
    [{ full_name: 'Ana Ng', first_name: 'Ana' }, 'split'],
    [{ full_name: 'Ana Ng', last_name: 'Ng' }, 'split'],
    [{ full_name: 'Madonna', first_name: ' ' }, 'single'],
    [{ full_name: ' ' }, undefined],
  ] as const)('tells what %j is made of: %s', (given, basis) => {
    expect(nameBasisOf(given, normalizeName(given))).toBe(basis);
  });
});

describe('page addresses', () => {
  it.each([
    ['https://www.example.com/contato/?fbclid=abc#top', 'https://www.example.com/contato/'],
    ['https://user:pass@www.example.com/a', 'https://www.example.com/a'],
    ['/contact?token=x', '/contact'],
    ['//user@www.example.com/a', '//www.example.com/a'],
    ['?a=b', undefined],
    ['', undefined],
    ['HTTP://WWW.Example.com/A', 'http://www.example.com/A'],
    ['HTTPS://WWW.Example.com/A', 'https://www.example.com/A'],
    ['about:blank', 'about:blank'],
    ['https://example.com/unsubscribe/ana@example.com', 'https://example.com/unsubscribe/removed'],
    ['https://example.com/u/ana%40example.com/edit', 'https://example.com/u/removed/edit'],
    ['/u/ana@example.com', '/u/example.com'],
    ['/u/ana%40example.com', '/u/example.com'],
    ['mailto:ana@example.com', 'example.com'],
    [
      'https://example.com/confirm/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sig',
      'https://example.com/confirm/removed.removed.sig',
    ],
    [
      'https://example.com/reset/0123456789abcdef0123456789abcdef/now',
      'https://example.com/reset/removed/now',
    ],
    ['https://blog.example.com/@ana/a-page', 'https://blog.example.com/@ana/a-page'],
    [
      'https://example.com/how-to-prepare-your-home-for-winter-2026',
      'https://example.com/how-to-prepare-your-home-for-winter-2026',
    ],
    [
      'https://example.com/f/018f3c2e-7b1a-7c3d-9e4f-0a1b2c3d4e5f',
      'https://example.com/f/018f3c2e-7b1a-7c3d-9e4f-0a1b2c3d4e5f',
    ],
    ['https://example.com/internationalization', 'https://example.com/internationalization'],
    ['x@http://www.example.com/a', 'http://www.example.com/a'],
  ])('%j is kept as %j', (raw, kept) => {
    expect(stripUrl(raw)).toBe(kept);
  });

  it('keep nothing behind a question mark, whatever they are', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const stripped = stripUrl(url) ?? '';

        expect(stripped).not.toMatch(/[?#]/);
        expect(stripUrl(stripped)).toBe(stripped);
      }),
    );
  });

  it('change no more the second time, whatever they are', () => {
    const part = fc.constantFrom(
      'http:',
      '/',
      '//',
      '@',
      'a',
      'é',
      '%',
      '%40',
      ':',
      '\\',
      ' ',
      'a1'.repeat(12),
    );
    const parts = fc.array(part, { maxLength: 12 }).map((chosen) => chosen.join(''));
    const long = fc.nat(900).map((length) => `http://example.com/${'é'.repeat(length)}`);
    fc.assert(
      fc.property(fc.oneof(ANY_TEXT, parts, long), (raw) => {
        const once = stripUrl(raw);

        expect(stripUrl(once ?? '')).toBe(once);
        expect(once?.length ?? 0).toBeLessThanOrEqual(2_000);
      }),
      { numRuns: 5_000 },
    );
  });

  it('tell campaigns and click ids, the first of each', () => {
    const url =
      'https://www.example.com/?UTM_Source=ig&utm_source=later&gclid=Cj0EXAMPLE&email=x&utm_term=#utm_medium=no';

    expect(attributionOf(url)).toStrictEqual({ utm_source: 'ig', gclid: 'Cj0EXAMPLE' });
    expect(attributionOf('/x?utm_term=&utm_term=a')).toStrictEqual({ utm_term: 'a' });
    expect(
      attributionOf('/x?campaign_id=1&adset_id=2&ad_id=3&utm_id=4&platform=ios'),
    ).toStrictEqual({
      campaign_id: '1',
      adset_id: '2',
      ad_id: '3',
      utm_id: '4',
    });
    expect(attributionOf('nonsense')).toStrictEqual({});
    expect(attributionOf('/x?%E0%A4%A=1&gclid=%00a')).toEqual({ gclid: 'a' });
  });
});

describe('times', () => {
  it.each([
    ['2026-11-22T03:58:41Z', '2026-11-22T03:58:41.000Z'],
    ['2026-11-22T03:59:50.344522Z', '2026-11-22T03:59:50.344Z'],
    ['2026-11-22T04:59:50+01:00', '2026-11-22T03:59:50.000Z'],
    ['2026-11-22T03:59:58+0000', '2026-11-22T03:59:58.000Z'],
    ['2026-11-22 03:59Z', '2026-11-22T03:59:00.000Z'],
    [' 2026-11-22T03:59:50Z ', '2026-11-22T03:59:50.000Z'],
    ['1795319990', '2026-11-22T03:59:50.000Z'],
    ['1795319990123', '2026-11-22T03:59:50.123Z'],
  ])('reads %s as %s', (raw, iso) => {
    expect(new Date(parseTimeMs(raw) ?? 0).toISOString()).toBe(iso);
  });

  it.each([
    '',
    '2026-11-22',
    '2026-11-22T03:58:41',
    '22/11/2026',
    '2026-13-22T03:58:41Z',
    '179531999',
    '17953199901234',
    '1795319990123x',
    'x1795319990123',
    'now',
  ])('takes %j for no moment', (raw) => {
    expect(parseTimeMs(raw)).toBeUndefined();
  });

  it('of a submission are the sender’s as long as they can be true', () => {
    const receivedAtMs = Date.parse('2026-11-22T04:00:00Z');
    const basis = (given: string | undefined) => occurrenceOf(given, receivedAtMs).basis;

    expect(basis('2026-11-22T03:00:00Z')).toBe('provider');
    expect(basis('2026-11-22T04:05:00Z')).toBe('provider');
    expect(basis('2026-11-22T04:05:01Z')).toBe('received');
    expect(basis('2000-01-01T00:00:00Z')).toBe('provider');
    expect(basis('1999-12-31T23:59:59Z')).toBe('received');
    expect(basis('1970-01-01T00:00:00Z')).toBe('received');
    expect(basis('yesterday')).toBe('received');
    expect(occurrenceOf(undefined, receivedAtMs)).toEqual({
      occurredAt: '2026-11-22T04:00:00.000Z',
      basis: 'received',
    });
  });
});

describe('fitAnswers', () => {
  it('keeps answers that fit as they are', () => {
    const answers = [
      { key: 'a', value: 'x' },
      { key: 'b', label: 'B', value: ['y', 'z'] },
    ];

    expect(fitAnswers(answers, 1_000)).toEqual(answers);
  });

  it('never takes more room than there is, but for the mark', () => {
    const answer = fc.record({
      key: fc.string(),
      value: fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.array(fc.string())),
    });
    fc.assert(
      fc.property(fc.array(answer), fc.nat(2_000), (answers, bytesMax) => {
        const kept = fitAnswers(answers, bytesMax);
        const isCut = kept.at(-1)?.key === '_cut' && kept.length <= answers.length + 1;
        const own = isCut && kept.length > 0 ? kept.slice(0, -1) : kept;

        expect(own.reduce((sum, one) => sum + jsonBytes(one) + 1, 0)).toBeLessThanOrEqual(bytesMax);
        expect(own.map((one) => one.key)).toEqual(
          answers.slice(0, own.length).map((one) => one.key),
        );
      }),
    );
  });

  it('marks where it cut', () => {
    const kept = fitAnswers([{ key: 'a', value: 'x'.repeat(10_000) }], 1_000);

    expect(kept.map((answer) => answer.key)).toEqual(['a', '_cut']);
    // 978 bytes are left beside `{"key":"a","value":""}`, and a character may take 6.
    expect(kept[0]?.value).toBe('x'.repeat(163));
    expect(kept[1]?.value).toContain('the raw event holds all of them');
  });

  it('keeps an answer whole that fits to the byte', () => {
    const answer = { key: 'a', value: 'x'.repeat(500) };
    const bytes = jsonBytes(answer) + 1;

    expect(fitAnswers([answer], bytes)).toEqual([answer]);
    expect(fitAnswers([answer], bytes - 1)).toHaveLength(2);
  });

  it('cuts an answer down to one character, and drops it when there is no room for that', () => {
    const answer = { key: 'a', value: 'x'.repeat(500) };
    const bytes = jsonBytes({ key: 'a', value: '' });

    expect(fitAnswers([answer], bytes + 6)[0]).toEqual({ key: 'a', value: 'x' });
    expect(fitAnswers([answer], bytes + 5).map(({ key }) => key)).toEqual(['_cut']);
  });

  it('keeps what stands before an answer that it cannot cut', () => {
    const answers = [
      { key: 'a', value: 'x' },
      { key: 'b', value: Array.from({ length: 100 }, () => 'y') },
      { key: 'c', value: 'z' },
    ];

    expect(fitAnswers(answers, 200).map(({ key }) => key)).toEqual(['a', '_cut']);
  });
});
