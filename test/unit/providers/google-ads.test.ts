import { describe, expect, it } from 'vitest';
import { anIntake } from '../../support/intake-harness.ts';
import {
  aRequest,
  aSource,
  NOW_MS,
  providerRequest,
  readAs,
  readOneAs,
  SECRET,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SOURCE = aSource('google_ads');
const OLD_SECRET = 'the-key-before-this-one';

function aBody(overrides: Record<string, unknown> = {}) {
  return {
    google_key: SECRET,
    lead_id: 'lead-1',
    user_column_data: [{ column_id: 'EMAIL', string_value: 'ana@example.com' }],
    ...overrides,
  };
}

function verify(body: unknown, secrets: { current: string; previous?: string }) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return verifyAs(aRequest({ body: text }), SOURCE, secrets, NOW_MS);
}

describe('the sample request', () => {
  const sample = providerRequest('google-lead-form-test');

  it('is verified by the key in its body', () => {
    expect(verify(sample.body, { current: sample.secret })).toEqual({
      kind: 'verified',
      secretUsed: 'current',
    });
  });

  it('is read as a test lead, with its ids, its time, its person and its click', async () => {
    const submission = await readOneAs(SOURCE, sample.body);

    expect(submission).toMatchObject({
      eventType: 'lead_form',
      sourceEventId: 'TeSt-lead-0001',
      occurredAt: '2026-11-22T03:57:00Z',
      suppression: 'test_lead',
      email: 'priya@example.com',
      phone: '+442079460018',
    });
    expect(submission.attributes).toEqual({
      full_name: 'Priya Nair',
      gclid: 'Cj0EXAMPLE',
      form_id: '40000000000',
      campaign_id: '123456789012',
    });
    expect(submission.answers.at(-1)).toEqual({ key: 'company_size_q', value: 'Less than 50' });
  });
});

describe('the key', () => {
  it.each([
    ['another', { google_key: `${SECRET}.` }, 'mismatch'],
    ['a number', { google_key: 7 }, 'missing'],
    ['a list of it', { google_key: [SECRET] }, 'missing'],
    ['absent', { google_key: undefined }, 'missing'],
  ])('is refused when it is %s', (_, overrides, reason) => {
    expect(verify(aBody(overrides), { current: SECRET })).toEqual({ kind: 'refused', reason });
  });

  it('is looked for in a JSON object only', () => {
    for (const body of [`[${JSON.stringify(aBody())}]`, '{"google_key":', SECRET]) {
      expect(verify(body, { current: SECRET })).toEqual({ kind: 'refused', reason: 'missing' });
    }
  });

  it('is in no stored byte, hash, key, message or log line, whichever key it is', async () => {
    const intake = anIntake({ sources: { ads: { provider: 'google_ads' } } });
    intake.secrets.set('source/ads', JSON.stringify({ current: SECRET, previous: OLD_SECRET }));
    const body = (key: string) => JSON.stringify(aBody({ google_key: key, api_version: '1.0' }));
    const unreadable = JSON.stringify({ google_key: SECRET, lead_id: 'lead-2' });

    const first = await intake.post('/hooks/ads', body(OLD_SECRET));
    const again = await intake.post('/hooks/ads', body(SECRET));
    const quarantined = await intake.post('/hooks/ads', unreadable);
    const refused = await intake.post('/hooks/ads', body('a-key-that-is-wrong'));

    expect([first, again, quarantined].map(({ status, body: text }) => [status, text])).toEqual([
      [200, '{}'],
      [200, '{}'],
      [200, '{}'],
    ]);
    expect(refused.status).toBe(401);
    const [lead, unread] = intake.stored;
    expect(intake.stored).toHaveLength(2);
    expect(new TextDecoder().decode(lead!.raw.body)).toBe(
      '{"lead_id":"lead-1","user_column_data":[{"column_id":"EMAIL","string_value":"ana@example.com"}],"api_version":"1.0"}',
    );
    expect(new TextDecoder().decode(unread!.raw.body)).toBe('{"lead_id":"lead-2"}');
    // Hashed without the key: the same lead under another key is the same lead, and no conflict.
    expect(intake.metrics.counted.filter((name) => name.includes('Conflict'))).toEqual([]);
    const everything = JSON.stringify({
      stored: intake.stored.map((event) => ({
        ...event,
        raw: { ...event.raw, body: new TextDecoder().decode(event.raw.body) },
      })),
      messages: intake.messages,
      letters: intake.letters,
      lines: intake.log.lines,
      counted: intake.metrics.counted,
    });
    expect(everything).toContain('lead-1');
    for (const key of [SECRET, OLD_SECRET, 'a-key-that-is-wrong', 'google_key']) {
      expect(everything).not.toContain(key);
    }
  });

  it('does not change what is hashed', async () => {
    const { content } = await readOneAs(SOURCE, aBody());
    const { content: other } = await readOneAs(SOURCE, aBody({ google_key: OLD_SECRET }));

    expect(content).toEqual(other);
  });
});

describe('columns', () => {
  it('are known by their id, whatever their name says', async () => {
    const column = (id: string, value: string) => ({
      column_id: id,
      column_name: 'Vraag',
      string_value: value,
    });
    const submission = await readOneAs(
      SOURCE,
      aBody({
        user_column_data: [
          column('WORK_EMAIL', 'work@example.com'),
          column('EMAIL', 'ana@example.com'),
          column('WORK_PHONE', '+12025550100'),
          column('PHONE_NUMBER', '+12025550143'),
          column('FIRST_NAME', 'Ana'),
          column('LAST_NAME', 'Ng'),
          column('STREET_ADDRESS', 'High Street 1'),
          column('POSTAL_CODE', '12345'),
          column('CITY', 'Lima'),
          column('REGION', 'Lima Province'),
          column('COUNTRY', 'PE'),
          column('COMPANY_NAME', 'Example Ltd'),
          column('JOB_TITLE', 'Buyer'),
        ],
      }),
    );

    expect(submission).toMatchObject({ email: 'ana@example.com', phone: '+12025550143' });
    expect(submission.attributes).toEqual({
      first_name: 'Ana',
      last_name: 'Ng',
      street: 'High Street 1',
      postal_code: '12345',
      city: 'Lima',
      region: 'Lima Province',
      country: 'PE',
      company: 'Example Ltd',
      job_title: 'Buyer',
    });
    expect(submission.answers).toHaveLength(13);
  });

  it('of a work address are the person’s where there is no other', async () => {
    const submission = await readOneAs(
      SOURCE,
      aBody({
        user_column_data: [
          { column_id: 'WORK_EMAIL', string_value: 'work@example.com' },
          { column_id: 'WORK_PHONE', string_value: '+12025550100' },
        ],
      }),
    );

    expect(submission).toMatchObject({ email: 'work@example.com', phone: '+12025550100' });
  });

  it('of the older edition, which had no ids, are known by their names', async () => {
    const submission = await readOneAs(
      SOURCE,
      aBody({
        user_column_data: [
          { column_name: 'Full Name', string_value: 'Ana Ng' },
          { column_name: 'User Email', string_value: 'ana@example.com' },
          { column_name: 'User Phone', string_value: '+12025550143' },
          { column_name: 'Postal Code', string_value: '12345' },
        ],
      }),
    );

    expect(submission).toMatchObject({
      email: 'ana@example.com',
      phone: '+12025550143',
      attributes: { full_name: 'Ana Ng', postal_code: '12345' },
    });
  });

  it('can be configured by their id', async () => {
    const source = aSource('google_ads', { fields: { company_size_q: 'custom_size' } });

    const { attributes } = await readOneAs(
      source,
      aBody({ user_column_data: [{ column_id: 'company_size_q', string_value: '11-50' }] }),
    );

    expect(attributes).toEqual({ custom_size: '11-50' });
  });

  it('of a wrong type do not cost the others', async () => {
    const columns = [null, 7, 'x', [], {}, { column_id: 'constructor', string_value: { a: 1 } }];
    const { email, answers, attributes } = await readOneAs(
      SOURCE,
      aBody({ user_column_data: [...columns, ...aBody().user_column_data] }),
    );

    expect(email).toBe('ana@example.com');
    expect(attributes).toEqual({});
    expect(answers.map(({ value }) => value)).toEqual(['', '{"a":1}', 'ana@example.com']);
  });
});

describe('ids', () => {
  it('of 64 bits are read digit by digit, and 0 is none', async () => {
    const body = `{"lead_id":9007199254740993,"form_id":9223372036854775807,"campaign_id":9007199254740995,
      "adgroup_id":0,"creative_id":"0","asset_group_id":9007199254740997,"lead_stage":"QUALIFIED","user_column_data":[]}`;

    const submission = await readOneAs(SOURCE, body);

    expect(submission.sourceEventId).toBe('9007199254740993');
    expect(submission.attributes).toEqual({
      form_id: '9223372036854775807',
      campaign_id: '9007199254740995',
    });
    expect(submission.answers).toEqual([
      { key: 'asset_group_id', value: '9007199254740997' },
      { key: 'lead_stage', value: 'QUALIFIED' },
    ]);
  });

  it('of ad group and ad are told as those of ad set and ad', async () => {
    const { attributes } = await readOneAs(SOURCE, aBody({ adgroup_id: 150, creative_id: 650 }));

    expect(attributes).toEqual({ adset_id: '150', ad_id: '650' });
  });
});

it.each([
  ['a list', '[]'],
  ['without columns', '{"lead_id":"lead-1"}'],
  ['with columns that are no list', '{"lead_id":"lead-1","user_column_data":{}}'],
])('a body that is %s has an unknown shape', async (_, body) => {
  expect(await readAs(SOURCE, body)).toMatchObject({ failure: { code: 'unknown_shape' } });
});

it('a lead is a test lead only when Google says so', async () => {
  for (const is_test of [false, undefined, null, 'false', 0]) {
    expect((await readOneAs(SOURCE, aBody({ is_test }))).suppression).toBeUndefined();
  }
});
