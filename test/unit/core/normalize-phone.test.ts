import * as fc from 'fast-check';
import { getCountries } from 'libphonenumber-js/min';
import { describe, expect, it } from 'vitest';
import { COUNTRY_CODES, countryOf } from '../../../lambdas/core/countries.ts';
import { normalizePhone } from '../../../lambdas/core/normalize-phone.ts';

describe('a number that was typed with +', () => {
  it.each([
    ['+34600123456', '+34600123456'],
    [' +1 (202) 555-0143 ', '+12025550143'],
    ['tel:+12025550143', '+12025550143'],
    ['+49.30/123\u2011456', '+4930123456'],
    ['\uFF0B12025550143', '+12025550143'],
    ['+٩٦٦ ٥٠١٢٣٤٥٦٧', '+966501234567'],
    ['+39 02 12345678', '+390212345678'],
    ['+800 1234 5678', '+80012345678'],
    ['+683 4002', '+6834002'],
  ])('%j is read as %s, whatever the country', async (typed, value) => {
    const read = { kind: 'e164', value, status: 'valid', basis: 'international' };

    expect(await normalizePhone(typed)).toStrictEqual(read);
    expect(await normalizePhone(typed, 'SG')).toStrictEqual(read);
  });

  it.each([
    ['+44 (0)20 7946 0018', '+442079460018'],
    ['+54 11 15 1234 5678', '+5491112345678'],
  ])('%j is kept beside %s, which has other digits', async (typed, value) => {
    expect(await normalizePhone(typed)).toMatchObject({ kind: 'e164', value, raw: typed });
  });

  it('keeps the zero in brackets where it belongs to the number', async () => {
    expect(await normalizePhone('+39 (0)2 12345678')).toMatchObject({ value: '+390212345678' });
  });

  it.each(['+1 202 555 0143 ext. 23', '+12025550143 x23', '+12025550143;ext=23'])(
    '%j has an extension',
    async (typed) => {
      expect(await normalizePhone(typed)).toStrictEqual({
        kind: 'e164',
        value: '+12025550143',
        status: 'valid',
        basis: 'international',
        extension: '23',
      });
    },
  );

  it('is possible, not valid, when only its length is right', async () => {
    expect(await normalizePhone('+15550000000')).toMatchObject({
      value: '+15550000000',
      status: 'possible',
    });
  });

  it.each([
    '+1234567',
    '+1234567890123456',
    '+0201234567',
    '+999 1234 5678',
    '+1 202 555 0143 or +1 202 555 0144',
    '++12025550143',
    '+tel:12025550143',
  ])('%j stays as it was typed', async (typed) => {
    expect(await normalizePhone(typed, 'US')).toStrictEqual({ kind: 'raw', value: typed });
  });
});

describe('a number without +', () => {
  it.each([
    ['415-555-2671', 'US', '+14155552671', 'valid'],
    ['(020) 7946 0018', 'GB', '+442079460018', 'valid'],
    ['0049 30 123456', 'DE', '+4930123456', 'valid'],
    ['0044 20 7946 0018', 'DE', '+442079460018', 'valid'],
    ['٠٥٠١٢٣٤٥٦٧', 'SA', '+966501234567', 'valid'],
    ['15550000000', 'US', '+15550000000', 'possible'],
    ['6552467291', 'SG', '+6552467291', 'possible'],
    ['65 6123 4567', 'SG', '+6561234567', 'valid'],
    ['34600123456', 'ES', '+34600123456', 'valid'],
  ])('%j in %s is %s', async (typed, country, value, status) => {
    expect(await normalizePhone(typed, country)).toStrictEqual({
      kind: 'e164',
      value,
      status,
      basis: 'default_country',
      raw: typed,
    });
  });

  it('is a national one when a zero says so, though it goes on like the calling code', async () => {
    expect(await normalizePhone('04930 1234', 'DE')).toMatchObject({ value: '+4949301234' });
  });

  it('has an extension', async () => {
    expect(await normalizePhone('(202) 555-0143 ext. 23', 'US')).toMatchObject({
      value: '+12025550143',
      extension: '23',
    });
  });

  it.each(['020 7946 0018', '0044 20 7946 0018', '15550000000', '415-555-2671'])(
    '%j stays as it was typed without a country',
    async (typed) => {
      expect(await normalizePhone(typed)).toStrictEqual({ kind: 'raw', value: typed });
    },
  );

  it.each([
    ['0049 30 123456', 'US'],
    ['555-0143, evenings', 'US'],
    ['2026-11-22 or 202 555 0143', 'US'],
    ['1-800-FLOWERS', 'US'],
    ['5', 'DE'],
    ['415-555-2671', 'ZZ'],
    ['1'.padEnd(200, 'x'), 'US'],
    // Japan has numbers of 16 digits, which cannot be dialled from elsewhere.
    ['00650000000000', 'JP'],
    // Without its area code it can be dialled from next door only.
    ['5550143', 'US'],
    // Each reading would take another zero away.
    ['4400000000000', 'GB'],
  ])('%j in %s stays as it was typed', async (typed, country) => {
    expect(await normalizePhone(typed, country)).toStrictEqual({ kind: 'raw', value: typed });
  });

  it.each(['', '-', 'n/a', 'none', `1${'x'.repeat(200)}`])('%j is none', async (typed) => {
    expect(await normalizePhone(typed, 'US')).toBeUndefined();
  });
});

describe('reading a number', () => {
  const country = fc.constantFrom(...COUNTRY_CODES, undefined);
  const typedNumber = fc.oneof(
    fc.stringMatching(/^\+?[0-9 ().-]{6,22}$/),
    fc.stringMatching(
      /^(?:\+|00|0)?(?:1|44|49|39|54|52|65|55|7|86)[0-9]{5,12}(?: ext\. [0-9]{1,4})?$/,
    ),
    fc.string({ unit: 'binary' }),
  );

  it('never throws, and gives + and at most 15 digits', async () => {
    await fc.assert(
      fc.asyncProperty(typedNumber, country, async (typed, where) => {
        const phone = await normalizePhone(typed, where);

        if (phone?.kind === 'e164') expect(phone.value).toMatch(/^\+[1-9]\d{4,14}$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives itself again when it is read again, wherever', async () => {
    await fc.assert(
      fc.asyncProperty(typedNumber, country, country, async (typed, where, elsewhere) => {
        const phone = await normalizePhone(typed, where);
        fc.pre(phone?.kind === 'e164');

        expect(await normalizePhone(phone.value, elsewhere)).toMatchObject({
          kind: 'e164',
          value: phone.value,
          status: phone.status,
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('never makes one number of two', async () => {
    const digits = (pattern: RegExp) => fc.stringMatching(pattern);
    const numbers = fc.oneof(
      digits(/^\+1[2-9]\d{2}[2-9]\d{6}$/),
      digits(/^\+447\d{9}$/),
      digits(/^\+4915\d{9}$/),
      digits(/^\+65[3689]\d{7}$/),
      digits(/^\+346\d{8}$/),
    );
    await fc.assert(
      fc.asyncProperty(numbers, numbers, country, async (one, other, where) => {
        fc.pre(one !== other);
        const [first, second] = [
          await normalizePhone(one, where),
          await normalizePhone(other, where),
        ];

        expect(first?.value).not.toBe(second?.value);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the countries', () => {
  it('are those of the numbering plans', () => {
    expect([...COUNTRY_CODES].toSorted()).toEqual(getCountries().toSorted());
  });

  it.each([
    ['DE', 'DE'],
    [' de ', 'DE'],
    ['Germany', 'DE'],
    ['GERMANY', 'DE'],
    ['United States', 'US'],
    ['USA', 'US'],
    ['U.S.A.', 'US'],
    ['United Kingdom', 'GB'],
    ['UK', 'GB'],
    ['Türkiye', 'TR'],
    ['Turkey', 'TR'],
    ['Côte d’Ivoire', 'CI'],
    ["Cote d'Ivoire", 'CI'],
    ['Trinidad and Tobago', 'TT'],
    ['Bosnia & Herzegovina', 'BA'],
    ['The Netherlands', 'NL'],
  ])('%j is %s', (typed, code) => {
    expect(countryOf(typed)).toBe(code);
  });

  it.each(['', 'ZZ', 'Deutschland', 'Germany or Austria', 'Unknown Region', '49', 'x'.repeat(61)])(
    '%j is none',
    (typed) => {
      expect(countryOf(typed)).toBeUndefined();
    },
  );

  it('have names that mean them', () => {
    const names = new Intl.DisplayNames(['en'], { type: 'region' });

    expect([...COUNTRY_CODES].filter((code) => countryOf(names.of(code) ?? '') !== code)).toEqual(
      [],
    );
  });
});
