import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { anIntake } from '../../support/intake-harness.ts';
import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import { standardWebhooks } from '../../../lambdas/providers/standard-webhooks.ts';
import {
  aRequest,
  aSource,
  headersOf,
  NOW_MS,
  providerRequest,
  signatureVector,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const SOURCE = aSource('standard_webhooks');

function sign(body: string, options: { id?: string; atMs?: number; secret?: string } = {}) {
  const { id = 'msg_1', atMs = NOW_MS, secret = SECRET } = options;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(atMs / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(atMs), body),
  };
}

function verify(headers: Record<string, string>, body: string | Uint8Array, previous?: string) {
  const secrets = { current: SECRET, ...(previous === undefined ? {} : { previous }) };
  return verifyAs(aRequest({ headers, body }), SOURCE, secrets, NOW_MS);
}

beforeEach(() => {
  // The reference implementation reads the machine's clock.
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('verification', () => {
  it.each(['standardwebhooks-js-sign', 'svix-js-sign'])('accepts the vector %s', (id) => {
    const vector = signatureVector(id);
    const request = aRequest({ headers: headersOf(vector.headers), body: vector.body });

    const verification = verifyAs(request, SOURCE, { current: vector.secret }, 1_614_265_330_000);

    expect(verification).toEqual({ kind: 'verified', secretUsed: 'current' });
  });

  it.each(['standardwebhooks-negative-wrong', 'standardwebhooks-negative-empty'])(
    'refuses the vector %s',
    (id) => {
      const vector = signatureVector(id);
      const request = aRequest({ headers: headersOf(vector.headers), body: vector.body });

      const verification = verifyAs(request, SOURCE, { current: vector.secret }, 1_614_265_330_000);

      expect(verification.kind).toBe('refused');
    },
  );

  it('agrees with the reference implementation about any JSON body and any alteration', () => {
    const alteration = fc.record({
      body: fc.option(fc.json(), { nil: undefined }),
      id: fc.option(fc.stringMatching(/^[a-z0-9_]{1,10}$/), { nil: undefined }),
      shiftSeconds: fc.constantFrom(0, 0, 0, 1, -300, -301, 300, 301),
      timestamp: fc.option(fc.constantFrom('0', '1795320001'), { nil: undefined }),
      signature: fc.option(
        fc.constantFrom('v1,', 'v2,AAAA', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(fc.json(), alteration, (json, altered) => {
        const signed = sign(json, { atMs: NOW_MS + altered.shiftSeconds * 1_000 });
        const headers = {
          'webhook-id': altered.id ?? signed['webhook-id'],
          'webhook-timestamp': altered.timestamp ?? signed['webhook-timestamp'],
          'webhook-signature': altered.signature ?? signed['webhook-signature'],
        };
        const body = altered.body ?? json;

        expect(verify(headers, body).kind === 'verified').toBe(referenceAccepts(headers, body));
      }),
      { numRuns: 400 },
    );
  });

  it('verifies a signed body that is not UTF-8, so that it can be kept', () => {
    const body = Uint8Array.of(0xff, 0x00, 0xfe);
    const toSign = Buffer.concat([Buffer.from(`msg_1.${NOW_MS / 1_000}.`), body]);
    const key = Buffer.from(SECRET.slice(6), 'base64');
    const signature = createHmac('sha256', key).update(toSign).digest('base64');
    const headers = { ...sign(''), 'webhook-signature': `v1,${signature}` };

    expect(verify(headers, body).kind).toBe('verified');
  });

  it('takes any signature of a list, and the previous secret', () => {
    const wrong = 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
    const { 'webhook-signature': right, ...ids } = sign('{}', { secret: OTHER_SECRET });
    const headers = { ...ids, 'webhook-signature': `v1a,xyz ${wrong} ${right}` };

    expect(verify(headers, '{}', OTHER_SECRET)).toEqual({
      kind: 'verified',
      secretUsed: 'previous',
    });
    expect(verify(headers, '{}')).toEqual({ kind: 'refused', reason: 'mismatch' });
  });

  it('refuses headers that came twice', () => {
    const headers = sign('{}');
    const twice = (name: keyof typeof headers) => ({
      ...headers,
      [name]: `${headers[name]},${headers[name]}`,
    });

    for (const name of Object.keys(headers) as (keyof typeof headers)[]) {
      expect(verify(twice(name), '{}')).toEqual({ kind: 'refused', reason: 'duplicate_header' });
    }
  });

  it('never mixes the headers of two families', () => {
    const { 'webhook-id': id, ...others } = sign('{}');

    expect(verify({ 'svix-id': id, ...others }, '{}')).toEqual({
      kind: 'refused',
      reason: 'missing',
    });
  });

  it.each([
    ['without its prefix', SECRET.slice(6)],
    ['of too few bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['of too many bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['that is not base64', 'whsec_*****************************'],
  ])('says that a secret %s is our fault', (_, current) => {
    const act = () =>
      verifyAs(aRequest({ headers: sign('{}'), body: '{}' }), SOURCE, { current }, NOW_MS);

    expect(act).toThrow(SecretUnavailableError);
    expect(act).not.toThrow(new RegExp(current.slice(8, 20).replaceAll('*', '\\*')));
  });
});

describe('reading', () => {
  it('names a message by what was signed, from the request and from what is kept of it', async () => {
    const secrets = JSON.stringify({ current: SECRET });
    const intake = anIntake({ sources: { partner: { provider: 'standard_webhooks' } } });
    intake.secrets.set('source/partner', secrets);
    const body = '{"type":"lead.created","data":{"email":"ana@example.com"}}';
    const own = sign(body);
    const headers = {
      'svix-id': own['webhook-id'],
      'svix-timestamp': own['webhook-timestamp'],
      'svix-signature': own['webhook-signature'],
      'webhook-id': 'made-up-by-another',
    };

    const response = await intake.post('/hooks/partner', body, headers);

    expect(response.status).toBe(200);
    const [event] = intake.stored;
    expect(event?.sourceEventId).toBe('msg_1');
    const kept = aRequest({ headers: { ...event?.raw.headers }, body: event!.raw.body });
    const again = await bindProvider(SOURCE).read(kept);
    expect(again).toMatchObject({ submissions: [{ sourceEventId: 'msg_1' }] });
  });

  it('reads the sample request', () => {
    const sample = providerRequest('standard-webhooks');
    const request = aRequest({ headers: headersOf(sample.headers), body: sample.body });
    const source = aSource('standard_webhooks', { externalIdPath: 'data.id' });

    const reading = standardWebhooks.read(request, source);

    expect(reading).toMatchObject({
      kind: 'read',
      submissions: [
        {
          eventType: 'lead.created',
          sourceEventId: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
          occurredAt: '2026-11-22T03:59:50.344522Z',
          email: 'ana@example.com',
          externalId: 'L-1',
          answers: [
            { key: 'id', value: 'L-1' },
            { key: 'email', value: 'ana@example.com' },
          ],
        },
      ],
    });
  });

  it.each([
    ['a list', '[]'],
    ['a body without type', '{"data":{}}'],
    ['a body without data', '{"type":"x"}'],
    ['a body whose data is a text', '{"type":"x","data":"y"}'],
  ])('does not know the shape of %s, but the message id', (_, body) => {
    const reading = standardWebhooks.read(aRequest({ headers: sign(body), body }), SOURCE);

    expect(reading).toMatchObject({
      kind: 'unreadable',
      sourceEventId: 'msg_1',
      failure: { code: 'unknown_shape' },
    });
  });
});

function referenceAccepts(headers: Record<string, string>, body: string): boolean {
  try {
    new Webhook(SECRET).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
