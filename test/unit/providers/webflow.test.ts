import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anIntake } from '../../support/intake-harness.ts';
import {
  aRequest,
  aSource,
  NOW_MS,
  readAs,
  readOneAs,
  SECRET,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SOURCE = aSource('webflow');

function headers(
  body: string,
  {
    at = NOW_MS,
    key = SECRET,
    sign = ':',
  }: { at?: number; key?: string | Buffer; sign?: string } = {},
) {
  const signature = createHmac('sha256', key).update(`${at}${sign}${body}`).digest('hex');
  return { 'x-webflow-signature': signature, 'x-webflow-timestamp': String(at) };
}

function verify(given: Record<string, string>, secret = SECRET) {
  return verifyAs(aRequest({ headers: given, body: '{}' }), SOURCE, { current: secret }, NOW_MS);
}

/** As in the vendor's own example, in which the phone is a number. */
function aBody(payload: Record<string, unknown> = {}) {
  return {
    triggerType: 'form_submission',
    payload: {
      name: 'Contact Us',
      siteId: '65427cf400e02b306eaa049c',
      data: {
        'First Name': 'Zaphod',
        'Last Name': 'Example',
        email: 'zaphod@example.com',
        'Phone Number': 15_550_000_000,
      },
      schema: [
        { fieldName: 'email', fieldType: 'FormTextInput', fieldElementId: 'element-3' },
        { fieldName: 'Phone Number', fieldType: 'FormTextInput', fieldElementId: 'element-4' },
      ],
      submittedAt: '2024-07-30T20:07:15.220Z',
      id: '66a947f3e16c64f74dbd91a1',
      formId: '65429eadebe8a9f3a30f62d0',
      formElementId: '4e038d2c-6a1e-4953-7be9-a59a2b453177',
      ...payload,
    },
  };
}

describe('the signature', () => {
  it('is over the timestamp in milliseconds, a colon and the body', () => {
    expect(verify(headers('{}'))).toEqual({ kind: 'verified', secretUsed: 'current' });
  });

  it('is made with the key as a text, though it looks like hex', () => {
    const key = 'ab'.repeat(32);

    expect(verify(headers('{}', { key }), key).kind).toBe('verified');
    expect(verify(headers('{}', { key: Buffer.from(key, 'hex') }), key).kind).toBe('refused');
  });

  it.each([
    ['of another body', headers('{ }'), 'mismatch'],
    ['with a dot for the colon', headers('{}', { sign: '.' }), 'mismatch'],
    ['of a time in seconds', headers('{}', { at: NOW_MS / 1_000 }), 'malformed'],
    ['that is too old', headers('{}', { at: NOW_MS - 300_001 }), 'stale'],
    ['that is too new', headers('{}', { at: NOW_MS + 300_001 }), 'stale'],
    ['without its time', { 'x-webflow-signature': 'a'.repeat(64) }, 'missing'],
    ['of another time', { ...headers('{}'), 'x-webflow-timestamp': `${NOW_MS + 1}` }, 'mismatch'],
    ['that is missing', {}, 'missing'],
  ])('%s is refused', (_, given, reason) => {
    expect(verify(given as Record<string, string>)).toEqual({ kind: 'refused', reason });
  });

  it('counts to the last millisecond of its five minutes', () => {
    expect(verify(headers('{}', { at: NOW_MS - 300_000 })).kind).toBe('verified');
  });
});

describe('a webhook that was made in the dashboard', () => {
  const sources = { site: { provider: 'webflow', auth: 'url_token' } } as const;

  it('is taken at the secret address only, which is stored nowhere', async () => {
    const intake = anIntake({ sources });
    const body = JSON.stringify(aBody());

    const taken = await intake.post(`/hooks/site/${SECRET}`, body);
    const bare = await intake.post('/hooks/site', body);
    const wrong = await intake.post('/hooks/site/another-token-of-length', body);

    expect([taken.status, bare.status, wrong.status]).toEqual([200, 401, 401]);
    expect(intake.stored).toHaveLength(1);
    expect(JSON.stringify([intake.stored, intake.log.lines])).not.toContain(SECRET);
  });

  it('is not taken by a source that expects a signature', async () => {
    const intake = anIntake({ sources: { site: { provider: 'webflow' } } });

    const answer = await intake.post('/hooks/site', JSON.stringify(aBody()));

    expect(answer.status).toBe(401);
  });
});

describe('a submission', () => {
  it('is read with its own id, not that of the form', async () => {
    const submission = await readOneAs(SOURCE, aBody());

    expect(submission).toMatchObject({
      eventType: 'form_submission',
      sourceEventId: '66a947f3e16c64f74dbd91a1',
      occurredAt: '2024-07-30T20:07:15.220Z',
      email: 'zaphod@example.com',
      phone: '15550000000',
      attributes: {
        first_name: 'Zaphod',
        last_name: 'Example',
        form_id: '65429eadebe8a9f3a30f62d0',
        form_name: 'Contact Us',
      },
    });
    expect(submission.answers[3]).toEqual({
      key: 'Phone Number',
      label: 'Phone Number',
      type: 'FormTextInput',
      value: '15550000000',
    });
  });

  it('may have fields whose type says what they are', async () => {
    const submission = await readOneAs(
      SOURCE,
      aBody({
        data: { 'Où écrire ?': 'ana@example.com', 'Où appeler ?': '+12025550143', email: 'no' },
        schema: [
          { fieldName: 'Où écrire ?', fieldType: 'FormEmailInput' },
          { fieldName: 'Où appeler ?', fieldType: 'phone' },
        ],
      }),
    );

    expect(submission).toMatchObject({ email: 'ana@example.com', phone: '+12025550143' });
  });

  it('has fields that can be configured by label and by the id of the element', async () => {
    const fields = { 'element-9': 'company', 'label:Wer sind Sie?': 'full_name' };
    const source = aSource('webflow', { fields });

    const { attributes } = await readOneAs(
      source,
      aBody({
        data: { Firma: 'Example Ltd', 'Wer sind Sie?': 'Ana Ng' },
        schema: [{ fieldName: 'Firma', fieldType: 'x', fieldElementId: 'element-9' }],
      }),
    );

    expect(attributes).toMatchObject({ company: 'Example Ltd', full_name: 'Ana Ng' });
  });

  it('records consent by a box that was ticked, which is no field of the person', async () => {
    const submission = await readOneAs(SOURCE, aBody({ data: { Newsletter: true, Phone: true } }));

    expect(submission.consent).toEqual([{ key: 'Newsletter', granted: true }]);
    expect(submission.phone).toBeUndefined();
  });

  it.each([undefined, null, {}, [null, 7, { fieldName: 7 }, { fieldType: 'x' }]])(
    'does not need its schema: %j',
    async (schema) => {
      expect((await readOneAs(SOURCE, aBody({ schema }))).email).toBe('zaphod@example.com');
    },
  );

  it('keeps lists and objects among its answers, and leaves out what is null', async () => {
    const { answers } = await readOneAs(
      SOURCE,
      aBody({ data: { a: ['x', 1], b: { c: 1 }, d: null, __proto__x: '' } }),
    );

    expect(answers.map(({ key, value }) => [key, value])).toEqual([
      ['a', ['x', '1']],
      ['b', '{"c":1}'],
      ['__proto__x', ''],
    ]);
  });
});

it.each([
  ['another trigger', { ...aBody(), triggerType: 'page_created' }],
  ['no payload', { triggerType: 'form_submission' }],
  ['no data', aBody({ data: null })],
  ['the older edition', { name: 'x', site: 'x', data: { email: 'a' }, d: 'x', _id: 'x' }],
])('a body with %s has an unknown shape', async (_, body) => {
  expect(await readAs(SOURCE, body)).toMatchObject({ failure: { code: 'unknown_shape' } });
});
