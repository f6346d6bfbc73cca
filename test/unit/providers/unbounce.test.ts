import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { Reading, Submission } from '../../../lambdas/providers/provider.ts';
import { anIntake } from '../../support/intake-harness.ts';
import { aRequest, aSource, SECRET } from '../../support/webhook-builders.ts';

const LEAD = {
  first_name: ['Ana'],
  email: ['ana@example.com'],
  interests: ['Sales', 'Service'],
  ip_address: ['203.0.113.9'],
  page_uuid: 'page-1',
  variant: 'a',
  date_submitted: ['2026-11-22'],
  time_submitted: ['03:58 AM UTC'],
};
const PAGE = {
  page_id: 'page-1',
  page_name: 'Spring',
  page_url: 'https://lp.example.com/spring?gclid=x',
  variant: 'a',
};

async function readAll(body: string, type: string): Promise<Reading> {
  const provider = bindProvider(aSource('unbounce'));
  return await provider.read(aRequest({ body, headers: { 'content-type': type } }));
}

async function read(body: unknown, isForm = false): Promise<Submission> {
  const reading = isForm
    ? await readAll(
        String(new URLSearchParams(body as Record<string, string>)),
        'application/x-www-form-urlencoded',
      )
    : await readAll(JSON.stringify(body), 'application/json');
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  return reading.submissions[0]!;
}

describe('a lead', () => {
  it.each([
    ['in the data.json of a form', { ...PAGE, 'data.json': JSON.stringify(LEAD) }, true],
    ['in the data.json of a JSON body', { ...PAGE, 'data.json': LEAD }, false],
    ['as the JSON body itself', { ...PAGE, ...LEAD }, false],
  ])('is read %s', async (_where, body, isForm) => {
    const submission = await read(body, isForm);

    expect(submission).toMatchObject({
      eventType: 'form_submission',
      email: 'ana@example.com',
      attributes: {
        first_name: 'Ana',
        form_id: 'page-1',
        form_name: 'Spring',
        page_url: 'https://lp.example.com/spring?gclid=x',
      },
    });
    expect(submission.sourceEventId).toBeUndefined();
    expect(submission.occurredAt).toBeUndefined();
    expect(Object.fromEntries(submission.answers.map(({ key, value }) => [key, value]))).toEqual({
      first_name: 'Ana',
      email: 'ana@example.com',
      interests: ['Sales', 'Service'],
      variant: 'a',
    });
  });

  it('says the same at another time and from another address, and something else with another answer', async () => {
    const again = { ...LEAD, time_submitted: ['04:01 AM UTC'], ip_address: ['203.0.113.7'] };
    const other = { ...LEAD, interests: ['Sales'] };
    const contentOf = async (lead: object) => (await read({ ...PAGE, 'data.json': lead })).content;

    expect(await contentOf(again)).toEqual(await contentOf(LEAD));
    expect(await contentOf(other)).not.toEqual(await contentOf(LEAD));
  });

  it('has the name of its page from the page, and its own from the form', async () => {
    const submission = await read({ ...PAGE, 'data.json': { email: ['a@example.com'] } });

    expect(submission.attributes.full_name).toBeUndefined();
    expect(submission.attributes.form_name).toBe('Spring');
  });
});

describe('XML', () => {
  it.each([
    ['application/xml'],
    ['text/xml; charset=utf-8'],
    ['application/x-www-form-urlencoded'],
  ])('is kept as %s, and says what to change', async (type) => {
    const intake = anIntake({ sources: { lp: { provider: 'unbounce' } } });
    const headers = { 'content-type': type, 'x-lead-secret': SECRET };

    const answer = await intake.post(
      '/hooks/lp',
      '<form_data><email>a</email></form_data>',
      headers,
    );

    expect(answer.status).toBe(200);
    expect(intake.stored[0]?.initial).toMatchObject({
      state: 'quarantined',
      failure: {
        code: 'unknown_shape',
        message: expect.stringContaining('set the format of the webhook to JSON') as string,
      },
    });
  });
});

it.each([
  ['{"data.json":"{oops"}', 'unknown_shape'],
  ['{"data.json":["a"]}', 'unknown_shape'],
  ['{"page_id":"1"}', 'unknown_shape'],
  ['[1]', 'unknown_shape'],
])('keeps %s for a person to look at', async (body, code) => {
  expect(await readAll(body, 'application/json')).toMatchObject({ failure: { code } });
});
