import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findLeaks } from '../../support/telemetry/leak-search.ts';

const EMAIL = { what: 'the e-mail address', value: 'Ana.Ng+news@example.com' };
const NAME = { what: 'the name', value: 'Ünal "Ray" Çelik' };
const PHONE = { what: 'the phone number', value: '+1 (202) 555-0143' };
const SECRET = { what: 'the secret', value: 'wh/sec+ret?of=16letters' };

const line = (text: string) => [{ where: 'a log line', text }];
const inBase64 = (before: string, value: string, encoding: 'base64' | 'base64url' = 'base64') =>
  Buffer.from(`${before}${value} and more`).toString(encoding);

describe('the search for leaks', () => {
  it.each([
    ['as it is', EMAIL, 'sent to Ana.Ng+news@example.com today'],
    ['in another case', EMAIL, 'ANA.NG+NEWS@EXAMPLE.COM'],
    ['inside JSON', NAME, JSON.stringify({ name: NAME.value })],
    ['inside JSON inside JSON', NAME, JSON.stringify(JSON.stringify({ name: NAME.value }))],
    ['inside JSON of plain ASCII', NAME, String.raw`{"n":"\u00dcnal \"Ray\" \u00c7elik"}`],
    ['in a URL', EMAIL, `https://x.test/?e=${encodeURIComponent(EMAIL.value)}`],
    ['in a form', NAME, new URLSearchParams({ name: NAME.value }).toString()],
    ['in base64 at its start', EMAIL, inBase64('', EMAIL.value)],
    ['in base64 one byte later', EMAIL, inBase64('x', EMAIL.value)],
    ['in base64 two bytes later', EMAIL, inBase64('xy', EMAIL.value)],
    ['in base64 for URLs', SECRET, inBase64('xyz', SECRET.value, 'base64url')],
    ['in hex', SECRET, Buffer.from(SECRET.value).toString('hex')],
    ['as a hash without a key', EMAIL, createHash('sha256').update(EMAIL.value).digest('hex')],
    [
      'as a hash of its small letters',
      EMAIL,
      createHash('md5').update(EMAIL.value.toLowerCase()).digest('hex'),
    ],
    ['as bare digits', PHONE, 'dialled 12025550143'],
    ['without the country’s code', PHONE, 'dialled 2025550143'],
  ])('finds a value %s', (_, forbidden, text) => {
    expect(findLeaks(line(text), [forbidden])).toEqual([
      expect.stringMatching(new RegExp(`^a log line tells ${forbidden.what}, `)),
    ]);
  });

  it('says where, what, how and which', () => {
    expect(findLeaks(line(`to ${PHONE.value}`), [EMAIL, PHONE, SECRET])).toEqual([
      'a log line tells the phone number, as it is: +1 (202) 555-0143',
    ]);
  });

  it('finds nothing in what tells nothing', () => {
    const text = JSON.stringify({ message: 'Lead delivered', source: 'demo', identity: 'hf_0a1b' });

    expect(findLeaks(line(text), [EMAIL, NAME, PHONE, SECRET])).toEqual([]);
  });

  it('leaves out values that are too short to mean anybody', () => {
    expect(findLeaks(line('the key'), [{ what: 'a word', value: 'key' }])).toEqual([]);
  });
});
