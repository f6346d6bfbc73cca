import { describe, expect, it } from 'vitest';
import { mentionIn } from '../../../../lambdas/operations/person/mentions.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const emails = new Set(['ana+news@example.com']);
const phones = new Set(['+353871234567']);
const in_ = (text: string) => mentionIn(bytes(text), { emails, phones });

describe('a search in a request', () => {
  it.each([
    ['JSON', '{"email":"ana+news@example.com"}'],
    ['other letters', 'ANA+News@Example.COM'],
    ['JSON with escapes', String.raw`{"email":"ana\u002Bnews\u0040example.com"}`],
    ['a form', 'a=1&email=ana%2Bnews%40example.com&b=%ZZ'],
    ['text', 'Write to <ana+news@example.com>.'],
    ['JSON in JSON', String.raw`{"data":"{\"email\":\"ana+news@example.com\"}"}`],
  ])('finds an address in %s', (_, text) => {
    expect(in_(text)).toBe('email');
  });

  it.each([
    'joana+news@example.com',
    'ana+news@example.com.au',
    'ana+news@example.community',
    'ana+news@example.com-old.example',
    'ana@example.com',
    '',
  ])('does not take %s for it', (text) => {
    expect(in_(text)).toBeUndefined();
  });

  it.each([
    '+353 87 123 4567',
    '087-123 4567',
    '00353 (87) 123.45.67',
    '{"phone":"+353871234567"}',
    '{"phone":353871234567}',
    'tel=%2B353%2087%20123%204567',
  ])('finds a number as %s', (text) => {
    expect(in_(text)).toBe('phone');
  });

  it.each(['4567', '123 4567', '+353 87 123 4568', '1353871234567'])(
    'does not take %s for it',
    (text) => {
      expect(in_(text)).toBeUndefined();
    },
  );

  it('finds nothing where nobody is looked for, and takes bytes that are no text', () => {
    const nobody = { emails: new Set<string>(), phones: new Set<string>() };
    expect(mentionIn(bytes('ana+news@example.com'), nobody)).toBeUndefined();
    expect(mentionIn(new Uint8Array([0xff, 0xfe, 0x00]), { emails, phones })).toBeUndefined();
  });
});
