import { compactVerify } from 'jose';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { WebhookRequest } from '../../../../lambdas/providers/provider.ts';
import {
  type Authentication,
  hmacScheme,
  signedBy,
} from '../../../../lambdas/providers/verification/authentication.ts';
import { verify } from '../../../../lambdas/providers/verification/verify.ts';
import { makeSecret } from '../../../../local/make-secret.ts';
import { proofOf, signSample } from '../../../../local/samples/sample-signing.ts';

const NOW_MS = Date.parse('2026-11-22T04:00:00.000Z');
const SECRET = 'a-secret-of-example-length';
const inSeconds = { unit: 'seconds', toleranceSeconds: 300 } as const;

const KINDS: Record<string, Authentication> = {
  'an HMAC of the body': signedBy({ header: 'x-signature', prefix: 'sha256=', encoding: 'base64' }),
  'an HMAC with a time in a header': signedBy({
    header: 'x-signature',
    template: '{method}:{timestamp}:{body}',
    timestamp: { header: 'x-time', unit: 'milliseconds', toleranceSeconds: 300 },
  }),
  'an HMAC with a time beside it': signedBy({
    header: 'x-signature',
    member: 'v1',
    template: '{timestamp}.{body}',
    timestamp: { member: 't', ...inSeconds },
  }),
  'an HMAC of the body in ASCII': signedBy({ header: 'x-signature', template: '{body_ascii}' }),
  'an HMAC in hex, keyed in hex, by SHA-512': signedBy({
    header: 'x-signature',
    algorithm: 'sha512',
    keyEncoding: 'hex',
  }),
  'an HMAC over another header': signedBy({
    header: 'x-signature',
    template: '{header:x-id}.{timestamp}.{body}',
    timestamp: { header: 'x-time', ...inSeconds },
  }),
  'a list of HMACs': {
    kind: 'hmac',
    variants: {
      only: hmacScheme({
        header: 'webhook-signature',
        list: true,
        prefix: 'v1,',
        encoding: 'base64',
        keyPrefix: 'whsec_',
        keyEncoding: 'base64',
        keyBytes: { min: 24, max: 64 },
        template: '{header:x-id}.{timestamp}.{body}',
        timestamp: { header: 'webhook-timestamp', ...inSeconds },
      }),
    },
  },
  'a JWS': { kind: 'jws', header: 'x-jws', issuer: 'sender', bodyHashClaim: 'sha256' },
  'a secret in a header': { kind: 'shared_secret', header: 'x-secret' },
  'a secret address': { kind: 'url_token' },
  'a secret in the body': { kind: 'body_member', member: 'key' },
  'the page it is on': { kind: 'origin', allowed: ['https://www.example.com'] },
};

function signedRequest(
  authentication: Authentication,
  secret: string,
  nowMs = NOW_MS,
): WebhookRequest {
  const body = JSON.stringify({ key: secret, name: 'Zoë $& {timestamp}', '😀': 1 });
  const headers = { 'x-id': 'msg_1' };
  const proof = proofOf(authentication, secret, headers, body);
  const { signing, token } = proof;
  const request = { headers: { ...headers, ...proof.headers }, body };
  return {
    method: 'POST',
    headers: signSample({ ...request, ...(signing === undefined ? {} : { signing }) }, nowMs),
    body: new TextEncoder().encode(body),
    ...(token === undefined ? {} : { token }),
  };
}

describe.each(Object.entries(KINDS))('a sample that is proven by %s', (kind, authentication) => {
  const secret = makeSecret(authentication);
  const request = signedRequest(authentication, secret);
  const decide = (given: string) => verify(request, authentication, { current: given }, NOW_MS);

  it('is verified with a secret that was made for it', () => {
    expect(decide(secret)).toEqual({
      kind: 'verified',
      secretUsed: kind === 'the page it is on' ? 'none' : 'current',
    });
  });

  it.runIf(kind !== 'the page it is on')('is refused with another one', () => {
    expect(decide(makeSecret(authentication))).toEqual({ kind: 'refused', reason: 'mismatch' });
  });
});

describe('a sample', () => {
  it('is signed as of the moment when it is sent', () => {
    const authentication = KINDS['an HMAC with a time beside it']!;
    const request = signedRequest(authentication, SECRET, NOW_MS - 301_000);

    expect(verify(request, authentication, { current: SECRET }, NOW_MS)).toEqual({
      kind: 'refused',
      reason: 'stale',
    });
  });

  it('is a Standard Webhook to the library of that name', () => {
    const authentication = KINDS['a list of HMACs']!;
    const secret = makeSecret(authentication);
    const { headers, body } = signedRequest(authentication, secret, Date.now());

    const read = new Webhook(secret).verify(Buffer.from(body).toString(), {
      ...headers,
      'webhook-id': headers['x-id'] ?? '',
    });

    expect(read).toMatchObject({ key: secret });
  });

  it('holds a JWS that another library takes', async () => {
    const { headers } = signedRequest(KINDS['a JWS']!, SECRET);

    const { payload } = await compactVerify(headers['x-jws']!, Buffer.from(SECRET), {
      algorithms: ['HS256'],
    });

    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ iss: 'sender' });
  });
});
