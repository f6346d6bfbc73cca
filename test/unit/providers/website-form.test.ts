import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { Reading, Submission } from '../../../lambdas/providers/provider.ts';
import { websiteForm } from '../../../lambdas/providers/website-form.ts';
import { aRequest, aSource, NOW_MS, verifyAs } from '../../support/webhook-builders.ts';

const SOURCE = aSource('website_form', { honeypotField: 'website' });
const FORM = 'application/x-www-form-urlencoded';

async function readAll(body: string | Uint8Array, type = 'application/json'): Promise<Reading> {
  return await websiteForm.read(aRequest({ body, headers: { 'content-type': type } }), SOURCE);
}

async function read(body: string | Uint8Array | object, type?: string): Promise<Submission> {
  const isBody = typeof body === 'string' || body instanceof Uint8Array;
  const reading = await readAll(isBody ? body : JSON.stringify(body), type);
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  return reading.submissions[0]!;
}

describe('origins', () => {
  const verify = (headers: Record<string, string>) =>
    verifyAs(aRequest({ headers }), SOURCE, undefined, NOW_MS);

  it('are accepted when they are allowed, and when there is none', () => {
    expect(verify({ origin: 'https://www.example.com' }).kind).toBe('verified');
    expect(verify({})).toEqual({ kind: 'verified', secretUsed: 'none' });
  });

  it.each([
    'https://example.com',
    'http://www.example.com',
    'https://www.example.com.attacker.example',
    'https://www.example.com:8443',
    'https://www.example.com,https://www.example.com',
    'null',
    '',
  ])('of %j are refused', (origin) => {
    expect(verify({ origin })).toEqual({ kind: 'refused', reason: 'origin' });
  });
});

const FIELDS = {
  submission_id: '1b9d6bcd-0000-4000-8000-000000000001',
  form_id: 'contact',
  name: 'Ana Ng',
  email: 'ana@example.com',
  phone: '',
  message: 'Hi',
  page_url: 'https://www.example.com/contact?gclid=x',
  consent: { marketing: true, text: 'I agree …' },
  rendered_at: 1_795_319_900,
  website: '',
  'cf-turnstile-response': 'token',
};

describe('JSON', () => {
  it('is read with its id, its person and its consent', async () => {
    const submission = await read(FIELDS);

    expect(submission).toMatchObject({
      eventType: 'form_submission',
      sourceEventId: '1b9d6bcd-0000-4000-8000-000000000001',
      email: 'ana@example.com',
      attributes: {
        full_name: 'Ana Ng',
        message: 'Hi',
        form_id: 'contact',
        page_url: 'https://www.example.com/contact?gclid=x',
      },
      consent: [{ key: 'marketing', granted: true, text: 'I agree …' }],
    });
    expect(submission.suppression).toBeUndefined();
    expect(submission.attributes.website).toBeUndefined();
    expect(submission.occurredAt).toBeUndefined();
  });

  it('has equal content when the page is sent again with a new captcha', async () => {
    const again = { ...FIELDS, rendered_at: 1, 'cf-turnstile-response': 'other' };

    expect((await read(again)).content).toEqual((await read(FIELDS)).content);
  });

  it.each(['', 'text/plain;charset=UTF-8', FORM])('is recognized as %j, too', async (type) => {
    expect((await read(FIELDS, type)).email).toBe('ana@example.com');
  });

  it.each(['[]', '"x"', '7', 'null'])('%s has an unknown shape', async (body) => {
    expect(await readAll(body)).toMatchObject({ failure: { code: 'unknown_shape' } });
  });
});

describe('urlencoded', () => {
  it('is read the same way', async () => {
    const body =
      'submission_id=s1&name=Ana+Ng&email=ana%40example.com&consent%5Bmarketing%5D=on&website=';

    expect(await read(body, FORM)).toMatchObject({
      sourceEventId: 's1',
      email: 'ana@example.com',
      attributes: { full_name: 'Ana Ng' },
      consent: [{ key: 'marketing', granted: true }],
    });
  });

  it('keeps all values of a key that repeats', async () => {
    const submission = await read(
      'topic=a&email=x%40example.com&topic=b&topic=c',
      `${FORM}; charset=UTF-8`,
    );

    expect(submission.answers).toEqual([
      { key: 'topic', value: ['a', 'b', 'c'] },
      { key: 'email', value: 'x@example.com' },
    ]);
  });

  it('counts the last value of a consent that repeats', async () => {
    expect((await read('consent=0&consent=1', FORM)).consent).toEqual([
      { key: 'consent', granted: true },
    ]);
  });

  it('of a page in another encoding still brings its address', async () => {
    const submission = await read('name=Jos%E9&email=jose%40example.com', FORM);

    expect(submission.email).toBe('jose@example.com');
    expect(submission.attributes.full_name).toBe('Jos\uFFFD');
  });

  it('cannot reach the prototype of anything', async () => {
    const submission = await read(
      '__proto__=a&__proto__=b&constructor=c&email=x%40example.com',
      FORM,
    );

    expect(submission.answers[0]).toEqual({ key: '__proto__', value: ['a', 'b'] });
    expect(Object.getPrototypeOf(submission.attributes)).toBe(Object.prototype);
  });
});

describe('the trap', () => {
  it.each(['http://spam.example', 1, true, ['', 'x'], { a: 1 }])(
    'catches whoever fills it in with %j',
    async (website) => {
      expect((await read({ ...FIELDS, website })).suppression).toBe('spam_trap');
    },
  );

  it.each(['', '  ', null, false, 0, [], {}])(
    'lets pass whoever leaves it at %j',
    async (website) => {
      expect((await read({ ...FIELDS, website })).suppression).toBeUndefined();
    },
  );

  it('is set only by configuration: a form may well ask for a website', async () => {
    const reading = await websiteForm.read(
      aRequest({ body: JSON.stringify({ ...FIELDS, website: 'https://customer.example.com' }) }),
      aSource('website_form'),
    );

    expect(reading).toMatchObject({
      submissions: [{ attributes: { website: 'https://customer.example.com' } }],
    });
    expect(reading).not.toHaveProperty('submissions.0.suppression');
  });

  it('is no answer', async () => {
    const submission = await read({ ...FIELDS, website: 'x' });
    const keys = submission.answers.map((answer) => answer.key);

    expect(keys).not.toContain('website');
  });
});

describe('Turnstile', () => {
  it('makes the source one with a secret, which vouches for nobody', () => {
    const plain = bindProvider(SOURCE);
    const checked = bindProvider(aSource('website_form', { turnstile: {} }));

    expect(plain).toMatchObject({ hasSecret: false, provesSender: false });
    expect(plain.humanCheck).toBeUndefined();
    expect(checked).toMatchObject({
      hasSecret: true,
      provesSender: false,
      humanCheck: { field: 'cf-turnstile-response', whenDown: 'quarantine' },
    });
  });

  it('leaves its token out of the answers and the content', async () => {
    const source = aSource('website_form', { turnstile: { field: 'proof' } });
    const read = async (body: object) =>
      await websiteForm.read(aRequest({ body: JSON.stringify(body) }), source);

    const first = await read({ email: 'ana@example.com', proof: 'a-token' });

    expect(first).toMatchObject({ submissions: [{ answers: [{ key: 'email' }] }] });
    expect(first).toEqual(await read({ email: 'ana@example.com', proof: 'another-token' }));
  });
});
