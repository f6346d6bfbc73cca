import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { Submission } from '../../../lambdas/providers/provider.ts';
import { aRequest, aSource } from '../../support/webhook-builders.ts';

async function read(entry: unknown, settings: Record<string, unknown> = {}): Promise<Submission> {
  const provider = bindProvider(aSource('gravity_forms', settings));
  const headers = { 'content-type': 'application/json' };
  const reading = await provider.read(aRequest({ body: JSON.stringify(entry), headers }));
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  return reading.submissions[0]!;
}

const ENTRY = {
  id: '1207',
  form_id: '3',
  date_created: '2026-11-22 03:58:41',
  date_updated: '2026-11-22 03:58:41',
  source_url: 'https://www.example.com/quote/?utm_source=google',
  ip: '203.0.113.9',
  user_agent: 'Mozilla/5.0',
  status: 'active',
  is_read: '0',
  '1.3': 'Ana',
  '1.6': 'Ng',
  '2': 'ana@example.com',
  '3': '(202) 555-0143',
  '4.1': 'SEO',
  '4.2': '',
  '5': 'Please call',
};

describe('an entry', () => {
  it('is read with its id, its page and its answers', async () => {
    const submission = await read(ENTRY, { fields: { 3: 'phone', 5: 'message' } });

    expect(submission).toMatchObject({
      eventType: 'form_submission',
      sourceEventId: '1207',
      email: 'ana@example.com',
      phone: '(202) 555-0143',
      attributes: {
        first_name: 'Ana',
        last_name: 'Ng',
        message: 'Please call',
        form_id: '3',
        page_url: 'https://www.example.com/quote/?utm_source=google',
      },
    });
    expect(submission.answers.map(({ key }) => key).toSorted()).toEqual(
      ['1.3', '1.6', '2', '3', '4.1', '4.2', '5'].toSorted(),
    );
  });

  it('takes place when it is received, unless its date is said to be UTC', async () => {
    expect((await read(ENTRY)).occurredAt).toBeUndefined();
    expect((await read(ENTRY, { datesAreUtc: true })).occurredAt).toBe('2026-11-22T03:58:41Z');
    const local = { ...ENTRY, date_created: '22/11/2026 03:58' };
    expect((await read(local, { datesAreUtc: true })).occurredAt).toBeUndefined();
  });

  it('says the same when its feed is processed again', async () => {
    const again = {
      ...ENTRY,
      date_updated: '2026-11-23 00:00:00',
      is_read: '1',
      ip: '203.0.113.7',
    };

    expect((await read(again)).content).toEqual((await read(ENTRY)).content);
    expect((await read({ ...ENTRY, 5: 'Other' })).content).not.toEqual((await read(ENTRY)).content);
  });

  it("may have an id that is a number, and names of one's own", async () => {
    const submission = await read({ id: 7, form_id: 1, email: 'a@example.com', first_name: 'Ana' });

    expect(submission).toMatchObject({
      sourceEventId: '7',
      email: 'a@example.com',
      attributes: { first_name: 'Ana', form_id: '1' },
    });
  });
});

describe('without a mapping', () => {
  it('of two e-mail addresses none is taken, of the same one twice it is', async () => {
    const two = await read({ 1: 'ana@example.com', 2: 'boss@example.com' });
    const same = await read({ 1: 'ana@example.com', 2: 'Ana@example.com' });

    expect(two.email).toBeUndefined();
    expect(same.email).toBe('ana@example.com');
  });

  it('the configured field wins over the only address', async () => {
    const submission = await read({ 1: 'friend@example.com', 2: '' }, { fields: { 2: 'email' } });

    expect(submission.email).toBe('friend@example.com');
    const both = await read({ 1: 'a@example.com', 2: 'b@example.com' }, { fields: { 2: 'email' } });
    expect(both.email).toBe('b@example.com');
  });

  it.each([
    ['an address', { '6.1': '1 Main St', '6.3': 'Springfield', '6.5': '12345', '6.6': 'US' }],
    ['a list of choices', { '6.1': 'SEO', '6.3': 'Ads', '6.6': 'Mail' }],
    ['two names', { '1.3': 'Ana', '1.6': 'Ng', '2.3': 'Ben', '2.6': 'Okafor' }],
    ['a first name alone', { '1.3': 'Ana' }],
  ])('%s gives no name', async (_what, entry) => {
    const { attributes } = await read(entry);

    expect(attributes.first_name).toBeUndefined();
    expect(attributes.last_name).toBeUndefined();
  });

  it("the members of an order are answers, and nobody's name", async () => {
    const submission = await read({ 2: 'a@example.com', payment_status: 'Paid', currency: 'EUR' });

    expect(submission.answers).toContainEqual({ key: 'payment_status', value: 'Paid' });
  });
});

it.each([['[]'], ['{}'], ['{"id":"1","form_id":"2"}'], ['"text"']])(
  'keeps %s for a person to look at',
  async (body) => {
    const reading = await bindProvider(aSource('gravity_forms')).read(aRequest({ body }));

    expect(reading).toMatchObject({ failure: { code: 'unknown_shape' } });
  },
);
