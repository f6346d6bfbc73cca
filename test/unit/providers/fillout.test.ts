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

const SOURCE = aSource('fillout');

function aBody(submission: Record<string, unknown> = {}) {
  return {
    formId: 'vso75RNLzHus',
    formName: 'Contact',
    submission: {
      submissionId: 'e0a1-submission',
      submissionTime: '2026-11-22T03:58:41.324Z',
      questions: [{ id: 'q1', name: 'Email', type: 'EmailInput', value: 'ana@example.com' }],
      calculations: [],
      urlParameters: [{ id: 'utm_source', name: 'utm_source', value: 'google' }],
      ...submission,
    },
  };
}

describe('the secret', () => {
  const verify = (headers: Record<string, string>, source = SOURCE) =>
    verifyAs(aRequest({ headers, body: '{}' }), source, { current: SECRET }, NOW_MS);

  it('comes in a header, whose name is a setting', () => {
    const source = aSource('fillout', { secretHeader: 'x-own' });

    expect(verify({ 'x-lead-secret': SECRET }).kind).toBe('verified');
    expect(verify({ 'x-own': SECRET }, source).kind).toBe('verified');
    expect(verify({ 'x-lead-secret': SECRET }, source).kind).toBe('refused');
  });

  it.each([
    ['another', { 'x-lead-secret': `${SECRET}x` }, 'mismatch'],
    ['sent twice', { 'x-lead-secret': `${SECRET},${SECRET}` }, 'duplicate_header'],
    ['missing', {}, 'missing'],
  ])('is refused when it is %s', (_, headers, reason) => {
    expect(verify(headers as Record<string, string>)).toEqual({ kind: 'refused', reason });
  });

  it('may be the last part of the address, which is stored nowhere', async () => {
    const intake = anIntake({ sources: { form: { provider: 'fillout' } } });
    const body = JSON.stringify(aBody({ webhook: `https://x.example.com/hooks/form/${SECRET}` }));

    const taken = await intake.post(`/hooks/form/${SECRET}`, body);
    const wrong = await intake.post('/hooks/form/another-token-of-length', body);

    expect([taken.status, wrong.status]).toEqual([200, 401]);
    expect(intake.stored).toHaveLength(1);
    const kept = [intake.stored, new TextDecoder().decode(intake.stored[0]!.raw.body)];
    expect(JSON.stringify([kept, intake.log.lines, intake.messages])).not.toContain(SECRET);
  });
});

describe('a submission', () => {
  it('is read with its id, its time, its form and its campaign', async () => {
    expect(await readOneAs(SOURCE, aBody())).toMatchObject({
      eventType: 'form_submission',
      sourceEventId: 'e0a1-submission',
      occurredAt: '2026-11-22T03:58:41.324Z',
      email: 'ana@example.com',
      attributes: { form_id: 'vso75RNLzHus', form_name: 'Contact', utm_source: 'google' },
      answers: [
        { key: 'q1', label: 'Email', type: 'EmailInput', value: 'ana@example.com' },
        { key: 'utm_source', label: 'utm_source', value: 'google' },
      ],
    });
  });

  it('has what people answer before what calculations and the address say', async () => {
    const hidden = [{ id: 'c1', name: 'Phone', type: 'text', value: '1' }];
    const question = { id: 'q', name: 'Phone number', type: 'ShortAnswer', value: '3' };
    const phone = async (submission: Record<string, unknown>) =>
      (await readOneAs(SOURCE, aBody(submission))).phone;

    expect(await phone({ calculations: hidden, questions: [question] })).toBe('3');
    expect(await phone({ urlParameters: hidden })).toBe('1');
    expect(
      await phone({ questions: [question, { id: 'p', type: 'PhoneNumber', value: '4' }] }),
    ).toBe('4');
  });

  it.each([
    ['text', 'x', 'x'],
    ['number', 7, '7'],
    ['list', ['SEO', 'Ads'], ['SEO', 'Ads']],
    ['yes', true, 'true'],
    ['address', { city: 'Lima', country: 'PE' }, '{"city":"Lima","country":"PE"}'],
    [
      'files',
      [{ url: 'https://files.example.com/a', filename: 'a' }],
      ['https://files.example.com/a'],
    ],
    ['nothing chosen', [], []],
    ['list of objects', [{ a: 1 }], '[{"a":1}]'],
  ])('keeps an answer that is a %s', async (_, value, kept) => {
    const { answers } = await readOneAs(SOURCE, aBody({ questions: [{ id: 'q', value }] }));

    expect(answers[0]).toEqual({ key: 'q', value: kept });
  });

  it('has no answer where none was given, and loses none beside what is odd', async () => {
    const questions = [null, 7, {}, { id: 'q', value: null }, ...aBody().submission.questions];
    const odd = { questions, calculations: {}, urlParameters: null, payments: 'x' };

    expect((await readOneAs(SOURCE, aBody(odd))).answers).toEqual([
      { key: 'q1', label: 'Email', type: 'EmailInput', value: 'ana@example.com' },
    ]);
  });

  it('records consent by a switch of its name, which is no field of the person', async () => {
    const questions = [
      { id: 's1', name: 'Newsletter', type: 'Switch', value: true },
      { id: 's2', name: 'Phone', type: 'Switch', value: true },
    ];

    const submission = await readOneAs(SOURCE, aBody({ questions }));

    expect(submission.consent).toEqual([{ key: 'Newsletter', granted: true }]);
    expect(submission.phone).toBeUndefined();
  });
});

it.each([
  ['without a submission', '{"formId":"x"}'],
  ['without questions', '{"formId":"x","submission":{"submissionId":"1"}}'],
  ['that is a list', '[]'],
])('a body %s has an unknown shape', async (_, body) => {
  expect(await readAs(SOURCE, body)).toMatchObject({ failure: { code: 'unknown_shape' } });
});
