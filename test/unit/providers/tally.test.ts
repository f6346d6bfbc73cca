import { createHmac } from 'node:crypto';
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

const SOURCE = aSource('tally');
const OPTIONS = [
  { id: 'o-1', text: 'SEO' },
  { id: 'o-2', text: 'Ads' },
];

function aBody(fields: unknown, data: Record<string, unknown> = {}) {
  return {
    eventId: 'event-1',
    eventType: 'FORM_RESPONSE',
    createdAt: '2026-11-22T03:59:10.000Z',
    data: {
      responseId: 'response-1',
      submissionId: 'submission-1',
      formId: 'wk0aLb',
      formName: 'Contact',
      createdAt: '2026-11-22T03:58:41.000Z',
      fields,
      ...data,
    },
  };
}

function aField(overrides: Record<string, unknown>) {
  return { key: 'question_1', label: 'Question', type: 'INPUT_TEXT', value: 'x', ...overrides };
}

async function answersOf(...fields: unknown[]) {
  return (await readOneAs(SOURCE, aBody(fields))).answers;
}

describe('the signature', () => {
  const signature = (body: string, secret = SECRET) =>
    createHmac('sha256', secret).update(body).digest('base64');
  const verify = (headers: Record<string, string>) =>
    verifyAs(aRequest({ headers, body: '{}' }), SOURCE, { current: SECRET }, NOW_MS);

  it.each(['tally-3p-body', 'tally-3p-empty'])('of the vector %s is verified', (id) => {
    const vector = signatureVector(id);
    const headers = { 'tally-signature': vector.expected ?? '' };
    const request = aRequest({ headers, body: vector.body });

    expect(verifyAs(request, SOURCE, { current: vector.secret }, NOW_MS).kind).toBe('verified');
  });

  it.each([
    ['of another body', signature('{ }'), 'mismatch'],
    ['of another secret', signature('{}', 'another-secret-of-length'), 'mismatch'],
    ['with a prefix', `sha256=${signature('{}')}`, 'malformed'],
    ['in hex', Buffer.from(signature('{}'), 'base64').toString('hex'), 'malformed'],
    ['that comes twice', `${signature('{}')},${signature('{}')}`, 'duplicate_header'],
    ['that is empty', '', 'missing'],
  ])('%s is refused', (_, value, reason) => {
    expect(verify({ 'tally-signature': value })).toEqual({ kind: 'refused', reason });
  });

  it('is required, although Tally takes the secret for optional', () => {
    expect(verify({})).toEqual({ kind: 'refused', reason: 'missing' });
  });
});

describe('a response', () => {
  it('is read with its ids, its time and its form', async () => {
    const submission = await readOneAs(
      SOURCE,
      aBody([
        aField({ key: 'q1', label: 'Où écrire ?', type: 'INPUT_EMAIL', value: 'ana@example.com' }),
        aField({ key: 'q2', label: 'Où appeler ?', type: 'INPUT_PHONE_NUMBER', value: '+1202' }),
        aField({ key: 'q3', label: 'Name', value: 'Ana Ng' }),
      ]),
    );

    expect(submission).toMatchObject({
      eventType: 'FORM_RESPONSE',
      sourceEventId: 'submission-1',
      deliveryId: 'event-1',
      occurredAt: '2026-11-22T03:58:41.000Z',
      email: 'ana@example.com',
      phone: '+1202',
      attributes: { full_name: 'Ana Ng', form_id: 'wk0aLb', form_name: 'Contact' },
    });
  });

  it('of an older form is named by its response', async () => {
    const { sourceEventId } = await readOneAs(SOURCE, aBody([], { submissionId: undefined }));

    expect(sourceEventId).toBe('response-1');
  });

  it('has equal content when it is sent again as another event', async () => {
    const again = { ...aBody([aField({})]), eventId: 'event-2', createdAt: '2026-11-23T00:00:00Z' };

    expect((await readOneAs(SOURCE, again)).content).toEqual(
      (await readOneAs(SOURCE, aBody([aField({})]))).content,
    );
  });

  it.each([
    ['another type', { ...aBody([]), eventType: 'FORM_DELETED' }],
    ['no data', { eventType: 'FORM_RESPONSE' }],
    ['data that is a list', { eventType: 'FORM_RESPONSE', data: [] }],
  ])('with %s has an unknown shape', async (_, body) => {
    expect(await readAs(SOURCE, body)).toMatchObject({ failure: { code: 'unknown_shape' } });
  });

  it.each([undefined, null, {}, 'x', [null, 7, [], {}]])(
    'with %j for its fields has no answers',
    async (fields) => {
      expect((await readOneAs(SOURCE, aBody(fields))).answers).toEqual([]);
    },
  );
});

describe('answers', () => {
  it.each([
    ['of one option', { type: 'MULTIPLE_CHOICE', value: ['o-1'], options: OPTIONS }, ['SEO']],
    ['of a drop-down', { type: 'DROPDOWN', value: 'o-2', options: OPTIONS }, 'Ads'],
    [
      'of several',
      { type: 'MULTI_SELECT', value: ['o-2', 'o-1'], options: OPTIONS },
      ['Ads', 'SEO'],
    ],
    ['in an order', { type: 'RANKING', value: ['o-2', 'o-1'], options: OPTIONS }, ['Ads', 'SEO']],
    ['with an unknown option', { type: 'CHECKBOXES', value: ['o-3'], options: OPTIONS }, ['o-3']],
    ['with options of a wrong type', { value: ['o-1'], options: [null, { id: 'o-1' }] }, ['o-1']],
    ['that are a number', { type: 'RATING', value: 4 }, '4'],
    ['that are a number among options', { value: 1, options: [{ id: 1, text: 'One' }] }, 'One'],
    [
      'that are files',
      { type: 'FILE_UPLOAD', value: [{ name: 'a.pdf', url: 'https://files.example.com/a' }] },
      ['https://files.example.com/a'],
    ],
    [
      'of a matrix',
      {
        type: 'MATRIX',
        value: { 'r-1': ['c-1', 'c-2'], 'r-2': 'c-1', 'r-3': null },
        rows: [
          { id: 'r-1', text: 'Support' },
          { id: 'r-2', text: 'Price' },
        ],
        columns: [
          { id: 'c-1', text: 'Good' },
          { id: 'c-2', text: 'Fast' },
        ],
      },
      ['Support: Good, Fast', 'Price: Good', 'r-3: '],
    ],
    ['that are an object', { value: { a: 1 } }, '{"a":1}'],
    ['that are a list of objects', { value: [{ a: 1 }, 'x'] }, '[{"a":1},"x"]'],
    ['that are empty', { value: '' }, ''],
  ])('%s are told by their texts', async (_, field, value) => {
    expect((await answersOf(aField(field)))[0]?.value).toEqual(value);
  });

  it('that were not given are none', async () => {
    expect(await answersOf(aField({ value: null }), aField({ value: undefined }))).toEqual([]);
  });

  it('of a group of checkboxes are told once', async () => {
    const box = (id: string, value: boolean) =>
      aField({ key: `question_9_${id}`, label: `Services (${id})`, type: 'CHECKBOXES', value });

    const answers = await answersOf(
      aField({ key: 'question_9', type: 'CHECKBOXES', value: ['o-1'], options: OPTIONS }),
      box('o-1', true),
      box('o-2', false),
    );

    expect(answers).toEqual([
      { key: 'question_9', label: 'Question', type: 'CHECKBOXES', value: ['SEO'] },
    ]);
  });

  it('of checkboxes without their group are kept, each by itself', async () => {
    const answers = await answersOf(
      aField({ key: 'question_9_o-1', label: 'Phone', type: 'CHECKBOXES', value: true }),
      aField({ key: 'question_9_o-2', label: 'E-mail', type: 'CHECKBOXES', value: false }),
    );

    expect(answers.map(({ key, value }) => [key, value])).toEqual([
      ['question_9_o-1', 'true'],
      ['question_9_o-2', 'false'],
    ]);
  });

  it('of checkboxes that are no answer of a group are kept beside it', async () => {
    const group = aField({ key: 'question_9', value: ['o-1'], options: OPTIONS });
    const text = aField({ key: 'question_9_o-1', value: 'o-1' });

    expect(await answersOf(group, text)).toHaveLength(2);
  });

  it('of hidden fields count after those of people', async () => {
    const submission = await readOneAs(
      SOURCE,
      aBody([
        aField({ key: 'h1', label: 'email', type: 'HIDDEN_FIELDS', value: 'hidden@example.com' }),
        aField({ key: 'h2', label: 'utm_source', type: 'HIDDEN_FIELDS', value: 'google' }),
        aField({ key: 'q1', label: 'Work e-mail', value: 'ana@example.com' }),
      ]),
    );

    expect(submission.email).toBe('ana@example.com');
    expect(submission.attributes).toMatchObject({ utm_source: 'google' });
  });

  it('to a question about a payment or a box are no fields of the person', async () => {
    const submission = await readOneAs(
      SOURCE,
      aBody([
        aField({ key: 'p', label: 'email', type: 'PAYMENT', value: 'payer@example.com' }),
        aField({ key: 'b', label: 'phone', type: 'CHECKBOXES', value: true }),
      ]),
    );

    expect(submission.email).toBeUndefined();
    expect(submission.phone).toBeUndefined();
  });
});

describe('consent', () => {
  const box = (value: unknown, label = 'Newsletter') =>
    aField({
      key: 'question_7',
      label,
      type: 'CHECKBOXES',
      value,
      options: [{ id: 'o-1', text: 'Send me news by e-mail' }],
    });

  it.each([
    [['o-1'], true],
    [[], false],
  ])('is what is ticked in a box of its own: %j', async (value, granted) => {
    const { consent } = await readOneAs(SOURCE, aBody([box(value)]));

    expect(consent).toEqual([{ key: 'Newsletter', granted, text: 'Send me news by e-mail' }]);
  });

  it('is what a question of its name answers, in plain words', async () => {
    const question = aField({ label: 'Marketing consent', value: 'Yes' });

    const { consent } = await readOneAs(SOURCE, aBody([question]));

    expect(consent).toEqual([{ key: 'Marketing consent', granted: true }]);
  });

  it('is unknown where no question has its name', async () => {
    const { consent } = await readOneAs(SOURCE, aBody([box(['o-1'], 'Services'), aField({})]));

    expect(consent).toEqual([]);
  });
});
