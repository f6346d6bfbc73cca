import { createHmac } from 'node:crypto';
import { sign as octokitSigns, verify as octokitVerifies } from '@octokit/webhooks-methods';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SignatureScheme, signatureSchema } from '../../../lambdas/core/source-settings.ts';
import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import { verifyHmac } from '../../../lambdas/providers/verification/verify-hmac.ts';
import { aRequest, NOW_MS, SECRET, signatureVector } from '../../support/webhook-builders.ts';

const NOW_SECONDS = NOW_MS / 1_000;

function aScheme(overrides: Partial<SignatureScheme> = {}): SignatureScheme {
  return signatureSchema.parse({
    header: 'x-signature',
    template: '{body}',
    timestamp: 'none',
    ...overrides,
  });
}

function hmac(body: string | Uint8Array, secret = SECRET): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

function verify(
  headers: Record<string, string>,
  body: string | Uint8Array = 'body',
  scheme = aScheme(),
  secrets: { current: string; previous?: string } = { current: SECRET },
) {
  return verifyHmac(aRequest({ headers, body }), scheme, secrets, NOW_MS);
}

const refused = (reason: string) => ({ kind: 'refused', reason });

describe('published vectors', () => {
  it.each([
    ['octokit-sign', {}],
    ['github-docs-hello', {}],
    ['meta-3p-body', {}],
    ['meta-3p-empty', {}],
    ['meta-3p-unicode', {}],
    ['typeform-3p-body', {}],
    ['typeform-3p-empty', {}],
    ['tally-3p-body', {}],
    ['tally-3p-empty', {}],
    ['rfc4231-tc2', { header: 'x-signature' }],
    ['linkedin-own-A', {}],
    ['linkedin-own-B', {}],
  ])('%s is verified, and refused with any other body', (id, overrides) => {
    const vector = { header: '', prefix: '', ...signatureVector(id), ...overrides };
    const scheme = aScheme({
      header: vector.header,
      prefix: vector.prefix,
      encoding: vector.encoding as 'hex' | 'base64',
      template: vector.signed ?? '',
    });
    const headers = { [vector.header]: vector.expected ?? '' };

    const verified = verify(headers, vector.body, scheme, { current: vector.secret });
    const altered = verify(headers, `${vector.body} `, scheme, { current: vector.secret });

    expect(verified).toEqual({ kind: 'verified', secretUsed: 'current' });
    expect(altered).toEqual(refused('mismatch'));
  });

  it.each(['calendly-3p-body', 'calendly-3p-empty'])('%s signs its timestamp', (id) => {
    const vector = signatureVector(id);
    const timestamp = vector.timestamp ?? '';
    const scheme = aScheme({
      prefix: 'v1=',
      template: vector.signed ?? '',
      timestamp: { header: 'x-timestamp', unit: 'seconds', toleranceSeconds: 300 },
    });
    const request = aRequest({
      headers: { 'x-signature': `v1=${vector.expected}`, 'x-timestamp': timestamp },
      body: vector.body,
    });
    const secrets = { current: vector.secret };

    const inTime = verifyHmac(request, scheme, secrets, Number(timestamp) * 1_000);
    const tooLate = verifyHmac(request, scheme, secrets, (Number(timestamp) + 301) * 1_000);

    expect(inTime).toEqual({ kind: 'verified', secretUsed: 'current' });
    expect(tooLate).toEqual(refused('stale'));
  });
});

describe('the signature', () => {
  it('verifies any bytes, and no alteration of them', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (body, at, change) => {
          const headers = { 'x-signature': hmac(body) };
          const altered =
            body.length === 0
              ? Uint8Array.of(change)
              : body.map((byte, index) => (index === at % body.length ? byte ^ change : byte));

          expect(verify(headers, body).kind).toBe('verified');
          expect(verify(headers, altered)).toEqual(refused('mismatch'));
        },
      ),
    );
  });

  it('agrees with the reference implementation of sha256= about any body, secret and signature', async () => {
    const scheme = aScheme({ header: 'x-hub-signature-256', prefix: 'sha256=' });
    const secret = fc.string({ unit: 'binary', minLength: 16, maxLength: 40 });
    const alteration = fc.constantFrom(
      (right: string) => right,
      (right: string) => right.slice(0, -1),
      (right: string) => `${right}0`,
      (right: string) => right.replace('sha256=', 'sha1='),
      (right: string) => right.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.json(),
        secret,
        secret,
        fc.boolean(),
        alteration,
        async (body, own, other, isOwn, alter) => {
          const signature = alter(await octokitSigns(isOwn ? own : other, body));
          const expected = await octokitVerifies(own, body, signature);

          const { kind } = verify({ 'x-hub-signature-256': signature }, body, scheme, {
            current: own,
          });

          expect(kind === 'verified').toBe(expected);
        },
      ),
    );
  });

  it('refuses every other text in its place', () => {
    const right = hmac('body');
    fc.assert(
      fc.property(fc.string(), fc.nat(64), (text, at) => {
        const wrong = right.slice(0, at) + text + right.slice(at + text.length);
        fc.pre(wrong.toLowerCase() !== right);

        expect(verify({ 'x-signature': wrong }).kind).toBe('refused');
      }),
    );
  });

  it.each([
    ['missing', {}, 'missing'],
    ['empty', { 'x-signature': '' }, 'missing'],
    ['cut short', { 'x-signature': hmac('body').slice(0, 62) }, 'malformed'],
    ['with junk that a decoder would skip', { 'x-signature': `${hmac('body')}zz` }, 'malformed'],
    ['sent twice', { 'x-signature': `${hmac('body')},${hmac('body')}` }, 'duplicate_header'],
    ['made with another secret', { 'x-signature': hmac('body', 'x'.repeat(16)) }, 'mismatch'],
  ])('is refused when %s', (_, headers, reason) => {
    expect(verify(headers as Record<string, string>)).toEqual(refused(reason));
  });

  it('is refused without its prefix', () => {
    const scheme = aScheme({ prefix: 'sha256=' });

    expect(verify({ 'x-signature': hmac('body') }, 'body', scheme)).toEqual(refused('malformed'));
  });

  it('takes upper-case hex', () => {
    expect(verify({ 'x-signature': hmac('body').toUpperCase() }).kind).toBe('verified');
  });

  it('refuses base64 that decodes to the right bytes but is written otherwise', () => {
    const scheme = aScheme({ encoding: 'base64' });
    const right = Buffer.from(hmac('body'), 'hex').toString('base64');
    // The last letter before the padding has two bits that a decoder ignores.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = alphabet.indexOf(right.at(-2) ?? '');
    const sloppy = `${right.slice(0, -2)}${alphabet[last + 1]}=`;

    expect(Buffer.from(sloppy, 'base64')).toEqual(Buffer.from(right, 'base64'));
    expect(verify({ 'x-signature': right }, 'body', scheme).kind).toBe('verified');
    expect(verify({ 'x-signature': sloppy }, 'body', scheme)).toEqual(refused('malformed'));
  });

  it('may be SHA-512', () => {
    const scheme = aScheme({ algorithm: 'sha512' });
    const signature = createHmac('sha512', SECRET).update('body').digest('hex');

    expect(verify({ 'x-signature': signature }, 'body', scheme).kind).toBe('verified');
    expect(verify({ 'x-signature': hmac('body') }, 'body', scheme)).toEqual(refused('malformed'));
  });
});

describe('the timestamp', () => {
  const scheme = (unit: 'seconds' | 'milliseconds') =>
    aScheme({
      template: '{timestamp}.{body}',
      timestamp: { header: 'x-timestamp', unit, toleranceSeconds: 300 },
    });
  const signed = (timestamp: string) => ({
    'x-timestamp': timestamp,
    'x-signature': hmac(`${timestamp}.body`),
  });

  it.each([
    ['now', NOW_SECONDS, 'verified'],
    ['old to the limit', NOW_SECONDS - 300, 'verified'],
    ['new to the limit', NOW_SECONDS + 300, 'verified'],
    ['too old', NOW_SECONDS - 301, 'refused'],
    ['too new', NOW_SECONDS + 301, 'refused'],
  ])('%s: %i is %s', (_, timestamp, kind) => {
    expect(verify(signed(String(timestamp)), 'body', scheme('seconds')).kind).toBe(kind);
  });

  it('may count milliseconds', () => {
    const at = (ms: number) => verify(signed(String(ms)), 'body', scheme('milliseconds')).kind;

    expect(at(NOW_MS - 300_000)).toBe('verified');
    expect(at(NOW_MS - 300_001)).toBe('refused');
    expect(at(NOW_SECONDS)).toBe('refused');
  });

  it.each(['', ' 1795320000', '1795320000.0', '0x6B02B200', '1e9', '-795320000', '17953200000'])(
    'is refused as %j',
    (timestamp) => {
      expect(verify(signed(timestamp), 'body', scheme('seconds')).kind).toBe('refused');
    },
  );

  it('is refused when its header came twice', () => {
    const twice = `${NOW_SECONDS},${NOW_SECONDS}`;

    expect(verify(signed(twice), 'body', scheme('seconds'))).toEqual(refused('duplicate_header'));
  });

  it('cannot be changed once signed', () => {
    const headers = { ...signed(String(NOW_SECONDS)), 'x-timestamp': String(NOW_SECONDS + 1) };

    expect(verify(headers, 'body', scheme('seconds'))).toEqual(refused('mismatch'));
  });
});

describe('the template', () => {
  it('signs named headers as they are', () => {
    const scheme = aScheme({ template: '{header:x-id}|{body}' });
    const signature = hmac('42|body');

    expect(verify({ 'x-id': '42', 'x-signature': signature }, 'body', scheme).kind).toBe(
      'verified',
    );
    expect(verify({ 'x-id': '43', 'x-signature': signature }, 'body', scheme).kind).toBe('refused');
    expect(verify({ 'x-signature': signature }, 'body', scheme)).toEqual(refused('missing'));
  });

  it('takes a body that looks like a token for a body', () => {
    const body = '{timestamp}{header:x-id}{body}';

    expect(verify({ 'x-signature': hmac(body) }, body).kind).toBe('verified');
  });
});

describe('the secrets', () => {
  const both = { current: 'the-current-secret', previous: 'the-previous-secret' };

  it('are tried both, and the answer says which one matched', () => {
    const withPrevious = verify(
      { 'x-signature': hmac('body', both.previous) },
      'body',
      aScheme(),
      both,
    );
    const withCurrent = verify(
      { 'x-signature': hmac('body', both.current) },
      'body',
      aScheme(),
      both,
    );

    expect(withPrevious).toEqual({ kind: 'verified', secretUsed: 'previous' });
    expect(withCurrent).toEqual({ kind: 'verified', secretUsed: 'current' });
  });

  it.each(['hex', 'base64'] as const)('may be %s', (keyEncoding) => {
    const key = Buffer.from('a key of twenty-four bytes');
    const signature = createHmac('sha256', key).update('body').digest('hex');
    const secrets = { current: key.toString(keyEncoding) };

    const verification = verify(
      { 'x-signature': signature },
      'body',
      aScheme({ keyEncoding }),
      secrets,
    );

    expect(verification.kind).toBe('verified');
  });

  it.each(['hex', 'base64'] as const)('are our fault when they are not %s', (keyEncoding) => {
    const act = () =>
      verify({ 'x-signature': hmac('body') }, 'body', aScheme({ keyEncoding }), {
        current: 'not-so-encoded!!!',
      });

    expect(act).toThrow(SecretUnavailableError);
  });
});
