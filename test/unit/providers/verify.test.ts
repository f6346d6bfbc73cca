import { createHash, createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import type { WebhookRequest } from '../../../lambdas/providers/provider.ts';
import {
  type Authentication,
  hmacScheme,
} from '../../../lambdas/providers/verification/authentication.ts';
import { needsSecret, verify } from '../../../lambdas/providers/verification/verify.ts';
import { aRequest, NOW_MS, SECRET, signatureVector } from '../../support/webhook-builders.ts';

const PREVIOUS = 'the-secret-that-was-before';
const SECRETS = { current: SECRET, previous: PREVIOUS };

const refused = (reason: string) => ({ kind: 'refused', reason });

function verifyBy(authentication: Authentication, request: WebhookRequest, secrets = SECRETS) {
  return verify(request, authentication, secrets, NOW_MS);
}

describe('a header that lists members', () => {
  const NOW_SECONDS = String(NOW_MS / 1_000);
  const authentication: Authentication = {
    kind: 'hmac',
    variants: {
      only: hmacScheme({
        header: 'x-signature',
        member: 'v1',
        template: '{timestamp}.{body}',
        timestamp: { member: 't', unit: 'seconds', toleranceSeconds: 300 },
      }),
    },
  };
  const sign = (timestamp: string, secret = SECRET) =>
    createHmac('sha256', secret).update(`${timestamp}.body`).digest('hex');
  const verifyHeader = (header: string) =>
    verifyBy(authentication, aRequest({ headers: { 'x-signature': header }, body: 'body' }));

  it('is verified in either order, with blanks, and with members that are not known', () => {
    const signature = sign(NOW_SECONDS);

    for (const header of [
      `t=${NOW_SECONDS},v1=${signature}`,
      `v1=${signature}, t=${NOW_SECONDS}`,
      `t=${NOW_SECONDS},v0=abc,v1=${signature}`,
    ]) {
      expect(verifyHeader(header)).toEqual({ kind: 'verified', secretUsed: 'current' });
    }
  });

  it('may hold a signature for each of two secrets', () => {
    const other = sign(NOW_SECONDS, 'another-secret-of-theirs');

    expect(verifyHeader(`t=${NOW_SECONDS},v1=${other},v1=${sign(NOW_SECONDS)}`).kind).toBe(
      'verified',
    );
    expect(verifyHeader(`t=${NOW_SECONDS},v1=${sign(NOW_SECONDS, PREVIOUS)}`)).toEqual({
      kind: 'verified',
      secretUsed: 'previous',
    });
  });

  it.each([
    [
      'its timestamp came twice',
      (t: string) => `t=${t},v1=${sign(t)},t=${t},v1=${sign(t)}`,
      'duplicate_header',
    ],
    ['it has no timestamp', (t: string) => `v1=${sign(t)}`, 'missing'],
    ['it has no signature', (t: string) => `t=${t}`, 'malformed'],
    ['it is something else', () => 'sha256', 'malformed'],
    ['its timestamp was changed', (t: string) => `t=${Number(t) + 1},v1=${sign(t)}`, 'mismatch'],
    [
      'it is too old',
      (t: string) => `t=${Number(t) - 301},v1=${sign(String(Number(t) - 301))}`,
      'stale',
    ],
    [
      'it is from the future',
      (t: string) => `t=${Number(t) + 301},v1=${sign(String(Number(t) + 301))}`,
      'stale',
    ],
  ])('is refused when %s', (_, header, reason) => {
    expect(verifyHeader(header(NOW_SECONDS))).toEqual(refused(reason));
  });

  it.each(['calendly-3p-body', 'calendly-3p-empty'])('verifies the vector %s', (id) => {
    const vector = signatureVector(id);
    const headers = { 'x-signature': vector.header_value ?? '' };
    const request = aRequest({ headers, body: vector.body });
    const secrets = { current: vector.secret };

    const verification = verify(request, authentication, secrets, Number(vector.timestamp) * 1_000);

    expect(verification.kind).toBe('verified');
  });

  it('reads the header of the documentation, and refuses it without its secret', () => {
    const vector = signatureVector('calendly-doc-header-shape');
    const headers = { 'x-signature': vector.header_value ?? '' };

    const verification = verify(aRequest({ headers }), authentication, SECRETS, 1_492_774_577_000);

    expect(verification).toEqual(refused('mismatch'));
  });
});

describe('a sender that can be read in several ways', () => {
  const sure: Authentication = {
    kind: 'hmac',
    variants: {
      plain: hmacScheme({ header: 'x-signature' }),
      escaped: hmacScheme({ header: 'x-signature', template: '{body_ascii}' }),
    },
  };
  const unsure: Authentication = { ...sure, isUnconfirmed: true };
  const signed = (content: string, body: string) =>
    aRequest({
      headers: { 'x-signature': createHmac('sha256', SECRET).update(content).digest('hex') },
      body,
    });

  it('is verified in each, and the one that fitted is told only while nobody knows', () => {
    const escaped = signed('{"a":"\\u00e4\\ud83e\\udd80"}', '{"a":"ä🦀"}');

    expect(verifyBy(unsure, signed('{"a":"ä"}', '{"a":"ä"}'))).toMatchObject({ variant: 'plain' });
    expect(verifyBy(unsure, escaped)).toMatchObject({ kind: 'verified', variant: 'escaped' });
    expect(verifyBy(sure, escaped)).toEqual({ kind: 'verified', secretUsed: 'current' });
  });

  it('is refused in all for another body, and a mismatch is told rather than a form', () => {
    expect(verifyBy(unsure, signed('one', 'other'))).toEqual(refused('mismatch'));
    expect(verifyBy(unsure, aRequest({}))).toEqual(refused('missing'));
  });

  it('does not count a way that another header rules out', () => {
    const authentication: Authentication = {
      kind: 'hmac',
      variants: { old: hmacScheme({ header: 'x-signature', absentHeader: 'x-new' }) },
    };
    const request = signed('body', 'body');
    const withNew = { ...request, headers: { ...request.headers, 'x-new': 'anything' } };

    expect(verifyBy(authentication, request).kind).toBe('verified');
    expect(verifyBy(authentication, withNew)).toEqual(refused('missing'));
  });

  it('signs the method where the template says so', () => {
    const authentication: Authentication = {
      kind: 'hmac',
      variants: {
        only: hmacScheme({ header: 'x-signature', template: '{method}https://x.example/{body}' }),
      },
    };
    const request = signed('POSThttps://x.example/body', 'body');

    expect(verifyBy(authentication, request).kind).toBe('verified');
    expect(verifyBy(authentication, { ...request, method: 'PUT' })).toEqual(refused('mismatch'));
  });
});

describe('a shared secret', () => {
  const header: Authentication = { kind: 'shared_secret', header: 'x-lead-secret' };
  const url: Authentication = { kind: 'url_token' };
  const body: Authentication = { kind: 'body_member', member: 'key' };

  it.each([
    ['in its header', header, aRequest({ headers: { 'x-lead-secret': SECRET } })],
    ['in the URL of a source with a header', header, { ...aRequest({}), token: SECRET }],
    ['in the URL', url, { ...aRequest({}), token: SECRET }],
    ['in the body', body, aRequest({ body: JSON.stringify({ key: SECRET }) })],
  ])('is accepted %s', (_, authentication, request) => {
    expect(verifyBy(authentication, request)).toEqual({ kind: 'verified', secretUsed: 'current' });
    expect(verifyBy(authentication, request, { current: PREVIOUS, previous: SECRET })).toEqual({
      kind: 'verified',
      secretUsed: 'previous',
    });
  });

  it.each([
    ['a header that did not come', header, aRequest({}), 'missing'],
    [
      'a header that came twice',
      header,
      aRequest({ headers: { 'x-lead-secret': `${SECRET},${SECRET}` } }),
      'duplicate_header',
    ],
    [
      'another header value',
      header,
      aRequest({ headers: { 'x-lead-secret': `${SECRET} ` } }),
      'mismatch',
    ],
    [
      'a wrong URL beside a right header',
      header,
      { ...aRequest({ headers: { 'x-lead-secret': SECRET } }), token: 'x' },
      'mismatch',
    ],
    ['no URL token', url, aRequest({ headers: { 'x-lead-secret': SECRET } }), 'missing'],
    ['another URL token', url, { ...aRequest({}), token: SECRET.slice(1) }, 'mismatch'],
    ['a body without it', body, aRequest({ body: '{}' }), 'missing'],
    ['a body in which it is no text', body, aRequest({ body: '{"key":["x"]}' }), 'missing'],
    ['a body that is not JSON', body, aRequest({ body: `key=${SECRET}` }), 'missing'],
    ['a nested one', body, aRequest({ body: JSON.stringify({ a: { key: SECRET } }) }), 'missing'],
  ])('is refused for %s', (_, authentication, request, reason) => {
    expect(verifyBy(authentication, request)).toEqual(refused(reason));
  });

  it('is never anything but itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(text !== SECRET);
        expect(
          verifyBy(url, { ...aRequest({}), token: text }, { current: SECRET } as never).kind,
        ).toBe('refused');
      }),
    );
  });
});

describe('a JWS', () => {
  const authentication: Authentication = {
    kind: 'jws',
    header: 'x-webhook-signature',
    issuer: 'netlify',
    bodyHashClaim: 'sha256',
  };
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sha256 = createHash('sha256').update('body').digest('hex');
  const token = (claims: unknown, head: unknown = { alg: 'HS256' }, secret = SECRET) => {
    const signed = `${encode(head)}.${encode(claims)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  const verifyToken = (value: string, body = 'body') =>
    verifyBy(authentication, aRequest({ headers: { 'x-webhook-signature': value }, body }));

  it('is verified with either secret, over the hash of the body', () => {
    const claims = { iss: 'netlify', sha256 };

    expect(verifyToken(token(claims))).toEqual({ kind: 'verified', secretUsed: 'current' });
    expect(verifyToken(token(claims, { alg: 'HS256', typ: 'JWT' }, PREVIOUS))).toEqual({
      kind: 'verified',
      secretUsed: 'previous',
    });
    expect(verifyToken(token(claims), 'another body')).toEqual(refused('mismatch'));
  });

  it('verifies the vector', () => {
    const vector = signatureVector('netlify-own-jws');
    const headers = { 'x-webhook-signature': vector.expected ?? '' };

    const verification = verify(
      aRequest({ headers, body: vector.body }),
      authentication,
      { current: vector.secret },
      NOW_MS,
    );

    expect(verification.kind).toBe('verified');
  });

  it.each([
    ['names no algorithm', { iss: 'netlify', sha256 }, {}, 'malformed'],
    ['names the algorithm none', { iss: 'netlify', sha256 }, { alg: 'none' }, 'malformed'],
    ['names another algorithm', { iss: 'netlify', sha256 }, { alg: 'HS512' }, 'malformed'],
    ['writes the algorithm otherwise', { iss: 'netlify', sha256 }, { alg: 'hs256' }, 'malformed'],
    [
      'has critical extensions',
      { iss: 'netlify', sha256 },
      { alg: 'HS256', crit: ['b64'], b64: false },
      'malformed',
    ],
    ['names another issuer', { iss: 'somebody', sha256 }, { alg: 'HS256' }, 'mismatch'],
    ['names no issuer', { sha256 }, { alg: 'HS256' }, 'mismatch'],
    ['says nothing of the body', { iss: 'netlify' }, { alg: 'HS256' }, 'mismatch'],
    [
      'says of the body what is no hash',
      { iss: 'netlify', sha256: '' },
      { alg: 'HS256' },
      'mismatch',
    ],
  ])('is refused when it %s', (_, claims, head, reason) => {
    expect(verifyToken(token(claims, head))).toEqual(refused(reason));
  });

  it('is refused without its signature, with a second one, and in another encoding', () => {
    const right = token({ iss: 'netlify', sha256 });
    const [head, claims, signature = ''] = right.split('.');

    expect(verifyToken(`${head}.${claims}.`)).toEqual(refused('malformed'));
    expect(verifyToken(`${right}.${signature}`)).toEqual(refused('malformed'));
    expect(verifyToken(`${head}.${claims}.${signature}=`)).toEqual(refused('malformed'));
    expect(verifyToken('')).toEqual(refused('missing'));
    expect(verifyToken(`${right},${right}`)).toEqual(refused('duplicate_header'));
  });
});

describe('secrets', () => {
  it('are needed by all but browsers', () => {
    expect(needsSecret({ kind: 'origin', allowed: [] })).toBe(false);
    expect(needsSecret({ kind: 'url_token' })).toBe(true);
  });

  it('must have the form that their scheme names; that they do not is our fault', () => {
    const authentication: Authentication = {
      kind: 'hmac',
      variants: { only: hmacScheme({ header: 'x-signature', keyEncoding: 'hex' }) },
    };
    const headers = { 'x-signature': '0'.repeat(64) };

    const act = () => verifyBy(authentication, aRequest({ headers }));

    expect(act).toThrow(SecretUnavailableError);
    expect(act).not.toThrow(new RegExp(SECRET));
  });
});
