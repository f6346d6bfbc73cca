import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { PROVIDERS } from '../../../lambdas/providers/catalogue.ts';
import { readExample } from '../../../local/samples/webhook-example.ts';
import { aRequest, aSource, aTypeformBody } from '../../support/webhook-builders.ts';

const LISTED = [
  ['typeform', aSource('typeform')],
  ['standard_webhooks', aSource('standard_webhooks', { externalIdPath: '__proto__.id' })],
  [
    'generic_hmac',
    aSource('generic_hmac', {
      idPath: 'id',
      typePath: 'type',
      occurredAtPath: 'at',
      fields: { a: 'email' },
    }),
  ],
  ['website_form', aSource('website_form')],
  ['contact_form_7', aSource('contact_form_7')],
  ['elementor', aSource('elementor')],
  ['gravity_forms', aSource('gravity_forms', { datesAreUtc: true, fields: { 2: 'email' } })],
  ['shared_secret', aSource('shared_secret', { dataPath: 'data', idPath: '__proto__.id' })],
  ['unbounce', aSource('unbounce')],
  ['url_token', aSource('url_token', { idPath: 'id' })],
  ['wpforms', aSource('wpforms', { typePath: 'type' })],
  ['google_ads', aSource('google_ads')],
  ['tiktok', aSource('tiktok', { idPath: 'id', dataPath: 'data' })],
  ['webflow', aSource('webflow')],
  ['tally', aSource('tally')],
  ['calendly', aSource('calendly')],
  ['netlify', aSource('netlify')],
  ['formspree', aSource('formspree')],
  ['framer', aSource('framer')],
  ['fillout', aSource('fillout')],
  ['hubspot', aSource('hubspot')],
  ['jotform', aSource('jotform')],
  ['linkedin', aSource('linkedin')],
  ['meta', aSource('meta')],
] as const;

/** Whoever is not listed is tested as its example has it. */
const OTHERS = (Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[])
  .filter((name) => LISTED.every(([listed]) => listed !== name))
  .map((name) => [name, aSource(name, readExample(name).settings)] as const);

/** What a provider reads, with a text in it; for those that do not read the body that most do. */
const BODIES: Readonly<Record<string, (text: string) => string>> = {
  hubspot: (text) => `[{"subscriptionType":"${text}"}]`,
  jotform: (text) => `{"rawRequest":{"q1_a":"${text}"}}`,
  linkedin: (text) =>
    `{"type":"LEAD_ACTION","leadAction":"CREATED","leadGenFormResponse":"urn:li:leadGenFormResponse:1","a":"${text}"}`,
  meta: (text) => `{"object":"page","entry":[{"id":"${text}","changes":[]}]}`,
};

const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'text/plain',
  '',
];

// Values that look like what a provider expects, with anything in their places.
const KEYS = fc.constantFrom(
  'event_type',
  'form_response',
  'answers',
  'hidden',
  'definition',
  'fields',
  'field',
  'type',
  'text',
  'email',
  'choices',
  'labels',
  'ref',
  'id',
  'data',
  'timestamp',
  'consent',
  'website',
  'entry',
  'changes',
  'value',
  'leadgen_id',
  'leadAction',
  'submissionID',
  'rawRequest',
  'q1_name',
  'first',
  'area',
  'addr_line1',
  'subscriptionType',
  'objectId',
  'leadGenFormResponse',
  '__proto__',
  'constructor',
  'toString',
  '',
  '\u0000',
  '\uD800',
  'a.b',
  'fields[a][value]',
  'fields[a]',
  'meta',
  'value',
  'data.json',
  'date_created',
  '1.3',
  '1.6',
);
const { value: ALMOST } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(
      'form_response',
      'email',
      'legal',
      'choices',
      'leadgen',
      '\uDC00',
      '\u0000',
      '',
    ),
    fc.constantFrom(null, true, false, 0, -1, 1e308, 2 ** 60),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(KEYS, tie('value')), { maxLength: 5 }).map(Object.fromEntries),
  ),
}));

describe.each([...LISTED, ...OTHERS])('%s', (name, source) => {
  const provider = bindProvider(source);
  const read = (body: string | Uint8Array, type = 'application/json') =>
    provider.read(aRequest({ body, headers: { 'content-type': type } }));

  it('reads any bytes without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...TYPES),
        async (bytes, type) => {
          expect(['read', 'unreadable']).toContain((await read(bytes, type)).kind);
        },
      ),
    );
  });

  it('reads any JSON without throwing, and leaves no trace on the prototypes', async () => {
    await fc.assert(
      fc.asyncProperty(ALMOST, fc.constantFrom(...TYPES), async (value, type) => {
        const reading = await read(JSON.stringify(value), type);

        expect(['read', 'unreadable']).toContain(reading.kind);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('does not read bytes that are not UTF-8', async () => {
    const body = Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d);

    expect(await read(body)).toMatchObject({ failure: { code: 'unreadable_body' } });
  });

  it.each(['', 'nonsense', '{"a":', '{"a":1}}'])('does not read %j', async (body) => {
    expect(await read(body)).toMatchObject({ failure: { code: 'unreadable_body' } });
  });

  it('never quotes the body in a failure', async () => {
    const reading = await read('{"email":"ana@example.com" oops}');

    expect(JSON.stringify(reading)).not.toContain('ana');
  });

  it.each([
    ['lists', '['.repeat(300_000) + ']'.repeat(300_000)],
    ['objects', '{"a":'.repeat(150_000) + '1' + '}'.repeat(150_000)],
    ['lists that never end', '['.repeat(900_000)],
  ])('does not read %s nested without end', async (_kind, body) => {
    expect(await read(body)).toMatchObject({ failure: { code: 'unknown_shape' } });
  });

  // What is read as a submission is known of those that are listed only.
  const isListed = LISTED.some(([listed]) => listed === name);

  it.runIf(isListed)('does not take brackets in a text for nesting', async () => {
    const text = '[{'.repeat(1_000) + '\\"[';
    const body =
      BODIES[name]?.(text) ??
      `{"type":"x","event_type":"form_response","form_response":{},"data":{"a":"${text}"},
      "user_column_data":[],"triggerType":"form_submission","eventType":"FORM_RESPONSE","event":"invitee.created",
      "payload":{"data":{}},"submission":{"questions":[]}}`;

    expect((await read(body)).kind).toBe('read');
  });
});

it('a member called __proto__ is a member like any other', async () => {
  const body = `{"email":"ana@example.com","__proto__":{"isAdmin":true,"phone":"1"}}`;
  const reading = await bindProvider(aSource('generic_hmac')).read(aRequest({ body }));

  expect(reading).toMatchObject({
    submissions: [
      {
        email: 'ana@example.com',
        answers: [
          { key: 'email', value: 'ana@example.com' },
          { key: '__proto__.isAdmin', value: 'true' },
          { key: '__proto__.phone', value: '1' },
        ],
      },
    ],
  });
  expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
});

it('200 KB in one field, NUL bytes and lone surrogates are kept as they were sent', async () => {
  const text = `=HYPERLINK("x")\u0000\uD800${'a'.repeat(200_000)}`;
  const body = aTypeformBody({
    answers: [{ type: 'text', text, field: { id: 'f', ref: 'message', type: 'long_text' } }],
  });

  const reading = await bindProvider(aSource('typeform')).read(aRequest({ body }));

  expect(reading).toMatchObject({
    submissions: [{ attributes: { message: text }, answers: [{ value: text }] }],
  });
});

it('a long name does not multiply over the names below it', async () => {
  const children = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, 'v']));
  const body = JSON.stringify({ ['x'.repeat(20_000)]: children });

  const reading = await bindProvider(aSource('website_form')).read(aRequest({ body }));

  if (reading.kind !== 'read') throw new Error('it was not read');
  const keys = reading.submissions[0]!.answers.map((answer) => answer.key);
  expect(keys).toHaveLength(10_000);
  expect(Math.max(...keys.map((key) => key.length))).toBeLessThanOrEqual(500);
});

it('a field name of half a megabyte of marks is an answer like any other', async () => {
  const name = `a${'\u0316\u0301'.repeat(200_000)}`;
  const body = JSON.stringify({ [name]: { email: 'ana@example.com' }, [`${name}2`]: 'x' });

  const reading = await bindProvider(aSource('website_form')).read(aRequest({ body }));

  expect(reading).toMatchObject({
    submissions: [{ attributes: {}, answers: [{ value: 'ana@example.com' }, { value: 'x' }] }],
  });
});
