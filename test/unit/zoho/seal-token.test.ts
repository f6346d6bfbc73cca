import { expect, test } from 'vitest';
import { createTokenSeal, sameFingerprint } from '../../../lambdas/zoho/seal-token.ts';

const CREDENTIALS = { clientId: 'id', clientSecret: 'secret', refreshToken: 'refresh' };

test('opens what it sealed, and shows nothing of it', () => {
  const seal = createTokenSeal(CREDENTIALS);

  const sealed = seal.seal('1000.access-token');

  expect(seal.open(sealed)).toBe('1000.access-token');
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('access-token');
  expect(seal.seal('1000.access-token')).not.toBe(sealed);
});

test.each([
  { name: 'another client secret', other: { ...CREDENTIALS, clientSecret: 'rotated' } },
  { name: 'another refresh token', other: { ...CREDENTIALS, refreshToken: 'rotated' } },
  {
    name: 'the same letters, divided otherwise',
    other: { ...CREDENTIALS, clientSecret: 'secretref', refreshToken: 'resh' },
  },
])('does not open, and does not recognise, a token of $name', ({ other }) => {
  const ours = createTokenSeal(CREDENTIALS);
  const theirs = createTokenSeal(other);

  expect(theirs.open(ours.seal('token'))).toBeUndefined();
  expect(theirs.fingerprint('token')).not.toBe(ours.fingerprint('token'));
});

test('does not open what was changed or cut', () => {
  const seal = createTokenSeal(CREDENTIALS);
  const bytes = Buffer.from(seal.seal('token'), 'base64url');

  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect(seal.open(changed.toString('base64url'))).toBeUndefined();
    expect(seal.open(bytes.subarray(0, at).toString('base64url'))).toBeUndefined();
  }
});

test('tells fingerprints apart, of any length', () => {
  const seal = createTokenSeal(CREDENTIALS);

  expect(sameFingerprint(seal.fingerprint('a'), seal.fingerprint('a'))).toBe(true);
  expect(sameFingerprint(seal.fingerprint('a'), seal.fingerprint('b'))).toBe(false);
  expect(sameFingerprint(seal.fingerprint('a'), '')).toBe(false);
});
