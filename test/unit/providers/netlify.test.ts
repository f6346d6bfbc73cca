import { createHash, createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { type JWTPayload, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  aRequest,
  aSource,
  NOW_MS,
  readAs,
  readOneAs,
  SECRET,
  signatureVector,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SOURCE = aSource('netlify');
const BODY = '{"id":"1","data":{}}';
const NOW_SECONDS = NOW_MS / 1_000;
const KEY = new TextEncoder().encode(SECRET);

const sha256 = (body: string): string => createHash('sha256').update(body).digest('hex');
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function verify(token: string, body = BODY) {
  const headers = { 'x-webhook-signature': token };
  return verifyAs(aRequest({ headers, body }), SOURCE, { current: SECRET }, NOW_MS);
}

/** What Netlify documents, in the words of a library that is none of ours. */
async function verifyByJose(token: string, body = BODY): Promise<boolean> {
  try {
    const { payload } = await jwtVerify(token, KEY, {
      algorithms: ['HS256'],
      issuer: 'netlify',
      currentDate: new Date(NOW_MS),
    });
    return payload['sha256'] === sha256(body);
  } catch {
    return false;
  }
}

/** A token with any head and claims, signed rightly. */
function aToken(head: unknown, claims: unknown, algorithm = 'sha256', secret = SECRET): string {
  const signed = `${encode(head)}.${encode(claims)}`;
  return `${signed}.${createHmac(algorithm, secret).update(signed).digest('base64url')}`;
}

function netlifySigns(claims: JWTPayload, secret = KEY): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(secret);
}

const RIGHT = { iss: 'netlify', sha256: sha256(BODY) };

describe('the signature', () => {
  it('of the vector is verified', () => {
    const vector = signatureVector('netlify-own-jws');
    const headers = { 'x-webhook-signature': vector.expected ?? '' };
    const request = aRequest({ headers, body: vector.body });

    expect(verifyAs(request, SOURCE, { current: vector.secret }, NOW_MS).kind).toBe('verified');
  });

  it('that jose makes is verified, over this body and with this secret only', async () => {
    const token = await netlifySigns(RIGHT);
    const other = await netlifySigns(RIGHT, new TextEncoder().encode('another-secret-of-length'));

    expect(verify(token)).toEqual({ kind: 'verified', secretUsed: 'current' });
    expect(verify(token, `${BODY} `)).toEqual({ kind: 'refused', reason: 'mismatch' });
    expect(verify(other)).toEqual({ kind: 'refused', reason: 'mismatch' });
  });

  it.each([
    ['none', new UnsecuredJWT(RIGHT).encode()],
    ['none, with a signature', aToken({ alg: 'none' }, RIGHT)],
    ['HS512', aToken({ alg: 'HS512' }, RIGHT, 'sha512')],
    ['HS384', aToken({ alg: 'HS384' }, RIGHT, 'sha384')],
    ['HS512 in name only', aToken({ alg: 'HS512' }, RIGHT)],
    ['RS256 in name only', aToken({ alg: 'RS256' }, RIGHT)],
    ['None', aToken({ alg: 'None' }, RIGHT)],
    ['no text', aToken({ alg: ['HS256'] }, RIGHT)],
  ])('with the algorithm %s is refused, as jose refuses it', async (_, token) => {
    expect(verify(token).kind).toBe('refused');
    expect(await verifyByJose(token)).toBe(false);
  });

  it('agrees with jose about any claims, heads and bodies', async () => {
    const mostly = (usual: unknown, other: fc.Arbitrary<unknown>) =>
      fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
    const odd = fc.constantFrom<unknown>('1795320001', null, 0, [], true);
    const around = (least: number) => fc.integer({ min: least, max: least + 3 });
    const claims = fc.record(
      {
        iss: mostly('netlify', fc.jsonValue()),
        sha256: mostly(RIGHT.sha256, fc.jsonValue()),
        exp: fc.oneof({ weight: 8, arbitrary: around(NOW_SECONDS) }, odd),
        nbf: fc.oneof({ weight: 8, arbitrary: around(NOW_SECONDS - 2) }, odd),
        other: fc.jsonValue(),
      },
      { requiredKeys: ['iss', 'sha256'] },
    );
    const head = fc.record(
      {
        alg: mostly('HS256', fc.constantFrom<unknown>('none', 'HS512', 'hs256', null)),
        typ: fc.constantFrom('JWT', 'x'),
        crit: mostly(undefined, fc.constantFrom<unknown>(['exp'], [], 'b64')),
      },
      { requiredKeys: ['alg'] },
    );
    let verified = 0;
    await fc.assert(
      fc.asyncProperty(head, claims, fc.boolean(), async (someHead, someClaims, isSame) => {
        const token = aToken(someHead, someClaims);
        const body = isSame ? BODY : '{}';
        const expected = await verifyByJose(token, body);

        expect(verify(token, body).kind === 'verified').toBe(expected);
        verified += Number(expected);
      }),
      { numRuns: 1_000 },
    );
    expect(verified).toBeGreaterThan(50);
  });

  it('is refused with any character of the token changed, as jose refuses it', async () => {
    const token = await netlifySigns(RIGHT);
    const character = fc.constantFrom(
      'A',
      'Q',
      'z',
      '0',
      '9',
      '-',
      '_',
      '.',
      '+',
      '/',
      '=',
      ' ',
      ',',
      'é',
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), character, async (at, other) => {
        const altered = token.slice(0, at) + other + token.slice(at + 1);
        fc.pre(altered !== token);

        expect(verify(altered).kind).toBe('refused');
        // jose decodes as leniently as Buffer does: some bits of the last character, and another alphabet.
        if (at < token.length - 1 && !'+/= '.includes(other))
          expect(await verifyByJose(altered)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

function aBody(overrides: Record<string, unknown> = {}, data: Record<string, unknown> = {}) {
  return {
    number: 7,
    email: 'ana@example.com',
    name: 'Ana María de la Cruz',
    first_name: 'Ana',
    last_name: 'María de la Cruz',
    data: {
      name: 'Ana María de la Cruz',
      email: 'ana@example.com',
      ip: '203.0.113.9',
      user_agent: 'Mozilla/5.0',
      referrer: 'https://www.example.com/contact/?utm_source=google',
      ...data,
    },
    created_at: '2026-11-22T03:58:41.324Z',
    ordered_human_fields: [
      { title: 'Ihr Name', name: 'name', value: 'Ana María de la Cruz' },
      { title: 'E-Mail', name: 'email', value: 'ana@example.com' },
    ],
    id: '651f00000000000000000001',
    form_id: 'form-1',
    form_name: 'contact',
    site_url: 'https://www.example.com',
    ...overrides,
  };
}

describe('a submission', () => {
  it('is read with its ids, its time, its form and its page', async () => {
    const submission = await readOneAs(SOURCE, aBody());

    expect(submission).toMatchObject({
      eventType: 'form_submission',
      sourceEventId: '651f00000000000000000001',
      occurredAt: '2026-11-22T03:58:41.324Z',
      email: 'ana@example.com',
      attributes: {
        form_id: 'form-1',
        form_name: 'contact',
        page_url: 'https://www.example.com/contact/?utm_source=google',
      },
    });
    expect(submission.answers.slice(0, 2)).toEqual([
      { key: 'name', label: 'Ihr Name', value: 'Ana María de la Cruz' },
      { key: 'email', label: 'E-Mail', value: 'ana@example.com' },
    ]);
  });

  it('is the same when a function got it and sends it on', async () => {
    const wrapped = { payload: aBody(), site: { id: 's', url: 'https://www.example.com' } };

    expect(await readOneAs(SOURCE, wrapped)).toEqual(await readOneAs(SOURCE, aBody()));
  });

  it('has equal content from another address and browser, which are no answers', async () => {
    const again = await readOneAs(SOURCE, aBody({}, { ip: '203.0.113.10', user_agent: 'curl' }));
    const first = await readOneAs(SOURCE, aBody());

    expect(again.content).toEqual(first.content);
    expect(again.answers.map(({ key }) => key)).toEqual(['name', 'email', 'referrer']);
  });

  it('without a referrer is on the site', async () => {
    const { attributes } = await readOneAs(SOURCE, aBody({}, { referrer: undefined }));

    expect(attributes.page_url).toBe('https://www.example.com');
  });

  it('has what stands in the list of fields only, or in the readable fields only', async () => {
    const listed = aBody({ ordered_human_fields: [{ title: 'Telefon', value: '+12025550143' }] });
    const readable = aBody({ data: undefined, human_fields: { 'E-Mail': 'bo@example.com' } });

    expect(await readOneAs(SOURCE, listed)).toMatchObject({ phone: '+12025550143' });
    expect(await readOneAs(SOURCE, readable)).toMatchObject({ email: 'bo@example.com' });
  });

  it('has fields that are known by their label, where their name says nothing', async () => {
    const listed = [{ title: 'Telefon', name: 'field1', value: '+12025550143' }];
    const body = aBody({ ordered_human_fields: listed }, { field1: '+12025550143' });

    expect(await readOneAs(SOURCE, body)).toMatchObject({ phone: '+12025550143' });
  });

  it('keeps an uploaded file by what is said of it', async () => {
    const file = { filename: 'a.pdf', url: 'https://files.example.com/a', size: 7 };
    const { answers } = await readOneAs(SOURCE, aBody({}, { brief: file }));

    expect(answers).toContainEqual({ key: 'brief.url', value: 'https://files.example.com/a' });
  });
});

describe('names', () => {
  const named = async (overrides: object, data: object, settings: object = {}) => {
    const source = aSource('netlify', { ...settings });
    const body = aBody({ ordered_human_fields: [], ...overrides }, { name: undefined, ...data });
    const { attributes } = await readOneAs(source, body);
    return [attributes.full_name, attributes.first_name, attributes.last_name];
  };

  it('that were given whole are not split by Netlify', async () => {
    expect(await named({}, { name: 'Cruz, Ana' })).toEqual(['Cruz, Ana', undefined, undefined]);
  });

  it('that were given in parts are taken as they were given', async () => {
    const data = { first_name: 'Ana María', last_name: 'de la Cruz' };

    expect(await named({}, data)).toEqual([undefined, 'Ana María', 'de la Cruz']);
  });

  it('that are configured count before those that Netlify found', async () => {
    const fields = { wer: 'full_name' };

    expect(await named({}, { wer: 'Bo Li' }, { fields })).toEqual(['Bo Li', undefined, undefined]);
  });

  it('that only Netlify found are taken whole, or in parts where there is nothing else', async () => {
    expect(await named({}, {})).toEqual(['Ana María de la Cruz', undefined, undefined]);
    expect(await named({ name: null }, {})).toEqual([undefined, 'Ana', 'María de la Cruz']);
    expect(await named({ name: '', first_name: null, last_name: 7 }, {})).toEqual([
      undefined,
      undefined,
      '7',
    ]);
  });

  it('and addresses that only Netlify found are taken', async () => {
    const { email } = await readOneAs(SOURCE, aBody({}, { email: undefined }));

    expect(email).toBe('ana@example.com');
  });
});

it.each([
  ['a list', []],
  ['without data', { id: '1', form_name: 'contact' }],
  ['with data that is a list', aBody({ data: [] })],
  ['with an empty payload', { payload: {}, site: {} }],
])('a body that is %s has an unknown shape', async (_, body) => {
  expect(await readAs(SOURCE, body)).toMatchObject({ failure: { code: 'unknown_shape' } });
});
