import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { Reading, Submission } from '../../../lambdas/providers/provider.ts';
import type { Json } from '../../../lambdas/providers/reading/json.ts';
import { completed, pathsFor } from '../../support/thin-examples.ts';
import {
  aRequest,
  aSource,
  headersOf,
  NOW_MS,
  providerRequest,
  SECRET,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SOURCE = aSource('jotform');
const DETAILED = aSource('jotform', { readDetails: true });
const ID = '5123456789012345678';

function aForm(raw: unknown, more: Record<string, string> = {}): Record<string, string> {
  return {
    formID: '211000000000001',
    submissionID: ID,
    formTitle: 'Contact',
    pretty: 'Name:Wrong Person, E-mail:wrong@example.com',
    rawRequest: typeof raw === 'string' ? raw : JSON.stringify(raw),
    ...more,
  };
}

async function readAs(
  form: Record<string, string>,
  source = SOURCE,
  headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' },
  body = String(new URLSearchParams(form)),
): Promise<Reading> {
  return await bindProvider(source).read(aRequest({ headers, body }));
}

async function read(raw: unknown, settings: Record<string, unknown> = {}): Promise<Submission> {
  const reading = await readAs(aForm(raw), aSource('jotform', settings));
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  return reading.submissions[0]!;
}

describe('the sample request', async () => {
  const sample = providerRequest('jotform-multipart');
  const request = aRequest({ headers: headersOf(sample.headers), body: sample.bytes });

  it('is read with its id, its moment, its person and its answers', async () => {
    const reading = await bindProvider(SOURCE).read(request);

    expect(reading).toMatchObject({
      kind: 'read',
      submissions: [
        {
          eventType: 'submission',
          sourceEventId: ID,
          occurredAt: '2026-11-22T03:59:50.645Z',
          email: 'ana@example.com',
          phone: '(202) 555-0143',
          attributes: {
            first_name: 'Ana',
            last_name: 'Ng',
            form_id: '211000000000001',
            form_name: 'Contact',
          },
        },
      ],
    });
    expect(reading.kind === 'read' && reading.submissions[0]?.answers).toEqual([
      { key: 'q3', value: 'Ana Ng' },
      { key: 'q4', value: 'ana@example.com' },
      { key: 'q5', value: '(202) 555-0143' },
      { key: 'q6', value: ['SEO', 'Ads'] },
    ]);
  });

  it('is known by the last part of its address alone', () => {
    const secrets = { current: SECRET, previous: 'the-secret-that-was-there-before' };
    const verify = (token?: string) =>
      verifyAs(token === undefined ? request : { ...request, token }, SOURCE, secrets, NOW_MS);

    expect(verify(SECRET)).toEqual({ kind: 'verified', secretUsed: 'current' });
    expect(verify(secrets.previous)).toEqual({ kind: 'verified', secretUsed: 'previous' });
    expect(verify(`${SECRET}x`)).toEqual({ kind: 'refused', reason: 'mismatch' });
    expect(verify()).toEqual({ kind: 'refused', reason: 'missing' });
  });
});

describe('a form', () => {
  it('may be urlencoded or JSON as well, with rawRequest as a text or as an object', async () => {
    const raw = { q3_name: { first: 'Ana', last: 'Ng' }, q4_email: 'ana@example.com' };
    const json = { 'content-type': 'application/json' };
    const urlencoded = await readAs(aForm(raw));
    const asText = await readAs({}, SOURCE, json, JSON.stringify(aForm(raw)));
    const asObject = await readAs(
      {},
      SOURCE,
      json,
      JSON.stringify({ ...aForm(raw), rawRequest: raw }),
    );

    expect(urlencoded).toMatchObject({ submissions: [{ email: 'ana@example.com' }] });
    expect(asText).toEqual(urlencoded);
    expect(asObject).toEqual(urlencoded);
  });

  it('has its answers under the numbers of its questions, whatever becomes of their wording', async () => {
    const before = await read({ q7_whatNow: 'x' }, { fields: { q7: 'message' } });
    const after = await read({ q7_edited: 'x' }, { fields: { q7: 'message' } });
    const bySlug = await read({ q7_whatNow: 'x' }, { fields: { q7_whatNow: 'company' } });

    expect(before.attributes.message).toBe('x');
    expect(after.attributes.message).toBe('x');
    expect(before.answers).toEqual(after.answers);
    expect(bySlug.attributes.company).toBe('x');
  });

  it('never has the answers of `pretty`', async () => {
    const submission = await read({ q4_email: 'ana@example.com' });

    expect(JSON.stringify(submission)).not.toContain('rong');
  });

  it('has usual names even with the question’s number behind them', async () => {
    expect(
      await read({ q4_email4: 'ana@example.com', q5_phoneNumber5: '+12025550143' }),
    ).toMatchObject({ email: 'ana@example.com', phone: '+12025550143' });
  });

  it.each([
    [{ full: '(202) 555-0143' }, '(202) 555-0143'],
    [{ area: '202', phone: '555-0143' }, '(202) 555-0143'],
    [{ country: '1', area: '202', phone: '5550143' }, '+1 202 5550143'],
    [{ country: '+44', area: '20', phone: '79460018' }, '+44 20 79460018'],
    [{ phone: '5550143' }, '5550143'],
    [{ full: '', area: '', phone: '' }, undefined],
  ])('has a number whose parts are %j', async (parts, phone) => {
    expect((await read({ q5_call: parts })).phone).toBe(phone);
  });

  it('has a name of all its parts, and an address line by line', async () => {
    const submission = await read({
      q3_who: { prefix: 'Dr', first: ' Ana ', middle: 'María', last: 'Ng', suffix: 'PhD' },
      q7_where: { addr_line1: '1 Example Street', addr_line2: '', city: 'Leeds', postal: 'LS1' },
    });

    expect(submission.attributes).toMatchObject({
      first_name: 'Ana María',
      last_name: 'Ng',
      street: '1 Example Street',
      city: 'Leeds',
      postal_code: 'LS1',
    });
    expect(submission.answers).toEqual([
      { key: 'q3', value: 'Dr Ana María Ng PhD' },
      { key: 'q7', value: '1 Example Street, Leeds, LS1' },
    ]);
  });

  it('takes the first of two names, and mixes none', async () => {
    const submission = await read({
      q3_name: { first: 'Ana', last: '' },
      q4_referrer: { first: 'Ben', last: 'Okafor' },
    });

    expect(submission.attributes.first_name).toBe('Ana');
    expect(submission.attributes.last_name).toBeUndefined();
    expect(submission.answers).toContainEqual({ key: 'q4', value: 'Ben Okafor' });
  });

  it('keeps answers of any other shape, and what was filled in beside the questions', async () => {
    const { answers } = await read({
      slug: 'submit/1',
      jsExecutionTracker: 'x',
      q8_when: { month: '11', day: '22', other: { a: '1' } },
      q9_grid: [['a'], ['b']],
      q10_empty: '',
      q11_none: [],
      q12_null: null,
      resume: ['https://www.example.com/uploads/cv.pdf'],
      website: '',
    });

    expect(answers).toEqual([
      { key: 'q8.month', value: '11' },
      { key: 'q8.day', value: '22' },
      { key: 'q8.other.a', value: '1' },
      { key: 'q9', value: '[["a"],["b"]]' },
      { key: 'resume', value: ['https://www.example.com/uploads/cv.pdf'] },
    ]);
  });

  it('says what was agreed to, by the name of its question', async () => {
    const submission = await read({
      q10_newsletterConsent: 'Accepted',
      q11_consent: 'No',
      q12_message: 'yes',
    });

    expect(submission.consent).toEqual([
      { key: 'newsletterConsent', granted: true },
      { key: 'consent', granted: false },
    ]);
  });

  it.each([
    ['no moment', {}, undefined],
    ['a moment of another form', { event_id: 'abc_1795319990645' }, undefined],
    ['a moment in seconds', { event_id: '1795319990_1_x' }, undefined],
    ['a moment', { event_id: '1795319990645_1_x' }, '2026-11-22T03:59:50.645Z'],
  ])('with %s took place then', async (_, raw, occurredAt) => {
    expect((await read(raw)).occurredAt).toBe(occurredAt);
  });

  it('that is sent again says the same', async () => {
    const raw = { q4_email: 'ana@example.com', event_id: '1795319990645_1_x' };
    const first = await readAs(aForm(raw, { ip: '203.0.113.9' }));
    const again = await readAs(aForm(raw, { ip: '203.0.113.10', pretty: 'else' }));

    expect(again).toEqual(first);
  });

  it.each([
    ['no rawRequest', { submissionID: ID }],
    ['one that is no JSON', aForm('{"a"')],
    ['one that is a list', aForm('[]')],
  ])('with %s is of no known shape, and keeps its id', async (_, form) => {
    expect(await readAs(form)).toMatchObject({
      kind: 'unreadable',
      failure: { code: 'unknown_shape' },
      sourceEventId: ID,
    });
  });
});

describe('a submission that is read from the API', () => {
  const aThin = async (form = aForm({ q4_email: 'posted@example.com' })): Promise<Submission> => {
    const reading = await readAs(form, DETAILED);
    if (reading.kind !== 'read') throw new Error(reading.failure.message);
    return reading.submissions[0]!;
  };
  const anAnswer = (answers: Json, more: Record<string, Json> = {}): Json => ({
    responseCode: 200,
    content: { id: ID, form_id: '211000000000001', answers, ...more },
  });

  it('is only named by its webhook: anybody who knows the address could have posted the rest', async () => {
    const thin = await aThin();

    expect(thin).toMatchObject({ details: { submission_id: ID }, answers: [], consent: [] });
    expect(thin.email).toBeUndefined();
    expect(pathsFor(DETAILED, thin)).toEqual([`/submission/${ID}`]);
  });

  it('needs no rawRequest, but an id', async () => {
    expect((await aThin({ submissionID: ID })).details).toEqual({ submission_id: ID });
    expect(await readAs(aForm({}, { submissionID: '../user' }), DETAILED)).toMatchObject({
      failure: { code: 'unknown_shape' },
    });
  });

  it('is asked for with the key in a header, where the account is', () => {
    const source = aSource('jotform', { apiUrl: 'https://eu-api.jotform.com' });
    const api = bindProvider(source).detailsApi!;

    expect(api.origin).toBe('https://eu-api.jotform.com');
    expect(api.authorize('key')).toEqual({ APIKEY: 'key' });
    expect(bindProvider(SOURCE).detailsApi!.origin).toBe('https://api.jotform.com');
  });

  it('has types and wordings, in the order of the form', async () => {
    const answer = anAnswer({
      4: {
        name: 'a',
        order: '2',
        text: 'Reach me at',
        type: 'control_email',
        answer: 'a@example.com',
      },
      3: {
        name: 'b',
        order: '10',
        text: 'By voice',
        type: 'control_phone',
        answer: { full: '+12025550143' },
      },
      2: {
        name: 'c',
        order: '1',
        text: 'Who?',
        type: 'control_fullname',
        answer: { first: 'Ana', last: 'Ng' },
      },
      1: { name: 'd', order: '3', text: 'Send', type: 'control_button' },
      5: {
        name: 'utm_source',
        order: '4',
        text: 'utm_source',
        type: 'control_hidden',
        answer: 'x',
      },
      6: null,
    });

    const submission = await completed(DETAILED, await aThin(), [answer]);

    expect(submission).toMatchObject({
      sourceEventId: ID,
      email: 'a@example.com',
      phone: '+12025550143',
      attributes: { first_name: 'Ana', form_name: 'Contact', utm_source: 'x' },
    });
    expect(submission.answers).toEqual([
      { key: 'q2', label: 'Who?', type: 'control_fullname', value: 'Ana Ng' },
      { key: 'q4', label: 'Reach me at', type: 'control_email', value: 'a@example.com' },
      { key: 'q5', label: 'utm_source', type: 'control_hidden', value: 'x' },
      { key: 'q3', label: 'By voice', type: 'control_phone', value: '+12025550143' },
    ]);
  });

  it('that was deleted is kept from the CRM', async () => {
    const answer = anAnswer({}, { status: 'DELETED' });

    expect((await completed(DETAILED, await aThin(), [answer])).suppression).toBe(
      'deleted_at_source',
    );
  });

  it.each([
    ['another submission', anAnswer({}, { id: '7' })],
    ['no answers', { content: { id: ID } }],
    ['an error', { responseCode: 401, message: 'not authorized' }],
    ['a text', 'x'],
  ])('that is %s is of no known shape', async (_, answer) => {
    const reading = await bindProvider(DETAILED).detailsApi!.read(await aThin(), [answer]);

    expect(reading).toMatchObject({ failure: { code: 'unknown_shape' } });
  });
});
