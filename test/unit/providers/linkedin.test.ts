import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventKey } from '../../../lambdas/core/idempotency-key.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { linkedin } from '../../../lambdas/providers/linkedin.ts';
import type { Json } from '../../../lambdas/providers/reading/json.ts';
import { anIntake } from '../../support/intake-harness.ts';
import { completed, pathsFor, submissionsOf, thinExample } from '../../support/thin-examples.ts';
import {
  aRequest,
  aSource,
  headersOf,
  NOW_MS,
  providerRequest,
  SECRET,
  signatureVector,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SOURCE = aSource('linkedin');
const RESPONSE = 'urn:li:leadGenFormResponse:abc-1';

function hmac(content: string, secret = SECRET): string {
  return createHmac('sha256', secret).update(content).digest('hex');
}

function verifyBody(body: string, signature: string) {
  const headers = { 'x-li-signature': signature };
  return verifyAs(aRequest({ body, headers }), SOURCE, { current: SECRET }, NOW_MS);
}

function aNotice(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'LEAD_ACTION',
    leadAction: 'CREATED',
    leadGenFormResponse: RESPONSE,
    leadGenForm: 'urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7001,1)',
    occurredAt: 1_795_319_990_000,
    ...overrides,
  };
}

async function aThin(overrides: Record<string, unknown> = {}) {
  const [thin] = await submissionsOf(SOURCE, aNotice(overrides));
  return thin!;
}

function anAnswer(questionId: Json, answer: Json): Json {
  return { questionId, answerDetails: { textQuestionAnswer: { answer } } };
}

function aResponse(answers: Json, more: Record<string, Json> = {}): Json {
  return { id: 'abc-1', formResponse: { answers }, ...more };
}

describe('signatures', async () => {
  it.each([
    ['linkedin-own-A', 'prefix_signed'],
    ['linkedin-own-B', 'prefix_sent'],
  ])('of the vector %s are of the variant %s', (id, variant) => {
    const vector = signatureVector(id);
    const headers = { 'x-li-signature': vector.expected ?? '' };
    const request = aRequest({ headers, body: vector.body });

    expect(verifyAs(request, SOURCE, { current: vector.secret }, NOW_MS)).toEqual({
      kind: 'verified',
      secretUsed: 'current',
      variant,
    });
  });

  it.each([
    ['the bare body without a prefix', hmac('{}'), 'mismatch'],
    ['both prefixes', `hmacsha256=${hmac('hmacsha256={}')}`, 'mismatch'],
    ['another secret', hmac('hmacsha256={}', 'another-secret-of-example-length'), 'mismatch'],
    ['another body', hmac('hmacsha256={ }'), 'mismatch'],
    ['base64', createHmac('sha256', SECRET).update('hmacsha256={}').digest('base64'), 'malformed'],
    ['two values', `${hmac('hmacsha256={}')}, ${hmac('hmacsha256={}')}`, 'duplicate_header'],
    ['nothing', '', 'missing'],
  ])('over %s are refused', (_, signature, reason) => {
    expect(verifyBody('{}', signature)).toEqual({ kind: 'refused', reason });
  });
});

describe('the challenge', () => {
  const sample = providerRequest('linkedin-challenge');
  const ask = (query: Record<string, string>) =>
    linkedin.handshake(
      { ...aRequest({ method: 'GET' }), query: new Map(Object.entries(query)) },
      { current: sample.secret },
    );

  it('is signed, and sent back as JSON', () => {
    const answer = ask({ ...Object.fromEntries(sample.query), applicationId: '7' });

    expect(answer?.contentType).toBe('application/json');
    expect(JSON.parse(answer?.body ?? '')).toEqual({
      challengeCode: '890e4665-4dfe-4ab1-b689-ed553bceeed0',
      challengeResponse: '45b10b8a7f663bd3e3562270b1c359d60770d75d8c686ca1a25da2c7e836fe09',
    });
  });

  it.each([
    ['a body', '{"type":"LEAD_ACTION"}'],
    ['a body with the prefix', 'hmacsha256={}'],
    ['nothing', ''],
    ['a text without end', 'a'.repeat(65)],
    ['two lines', 'aaaaaaaaaa\n'],
  ])('that is %s is not signed', (_, challengeCode) => {
    expect(ask({ challengeCode })).toBeUndefined();
    expect(linkedin.handshake(aRequest({ method: 'GET' }), { current: SECRET })).toBeUndefined();
  });

  it('gives nobody a signature for a body that is kept', async () => {
    const body = '890e4665-4dfe-4ab1-b689-ed553bceeed0';
    const { challengeResponse } = JSON.parse(ask({ challengeCode: body })?.body ?? '') as {
      challengeResponse: string;
    };
    const headers = { 'x-li-signature': `hmacsha256=${challengeResponse}` };
    const request = aRequest({ body, headers });

    expect(verifyAs(request, SOURCE, { current: sample.secret }, NOW_MS).kind).toBe('verified');
    expect(await submissionsOf(SOURCE, body)).toEqual([]);
  });
});

describe('a webhook', () => {
  it('of the sample is verified, and names its lead and its form', async () => {
    const sample = providerRequest('linkedin-lead-variantA');
    const request = aRequest({ headers: headersOf(sample.headers), body: sample.body });

    const [submission] = await submissionsOf(SOURCE, sample.body);

    expect(verifyAs(request, SOURCE, { current: sample.secret }, NOW_MS)).toMatchObject({
      variant: 'prefix_signed',
    });
    const response = 'urn:li:leadGenFormResponse:0f1e2d3c-1111-4222-8333-444455556666-1';
    expect(submission).toMatchObject({
      eventType: 'LEAD_ACTION.CREATED',
      sourceEventId: response,
      occurredAt: '2026-11-22T03:59:50.000Z',
      attributes: { form_id: '7001', ad_id: '600000001' },
      details: { response, form: '7001' },
    });
  });

  it('of a deletion is an event of its own, with nothing to be read', async () => {
    const [submission] = await submissionsOf(SOURCE, thinExample('linkedin.deleted').body);

    expect(submission).toMatchObject({
      eventType: 'LEAD_ACTION.DELETED',
      suppression: 'deleted_at_source',
    });
    expect(submission?.details).toBeUndefined();
  });

  it('that comes again says the same, whatever its own id', async () => {
    const first = await aThin({ notificationId: 1 });
    const second = await aThin({ notificationId: 2 });

    expect(second.content).toEqual(first.content);
    expect([first.deliveryId, second.deliveryId]).toEqual(['1', '2']);
  });

  it.each([
    ['another type', { type: 'OTHER' }],
    ['another action', { leadAction: 'UPDATED' }],
    ['no action', { leadAction: null }],
    ['no response', { leadGenFormResponse: undefined }],
    ['a response that is no URN', { leadGenFormResponse: 'abc-1' }],
    ['a response that is a path', { leadGenFormResponse: 'urn:li:leadGenFormResponse:..' }],
    ['a response with a path in it', { leadGenFormResponse: `${RESPONSE}/../me` }],
  ])('with %s is of no known shape', async (_, change) => {
    const body = JSON.stringify(aNotice(change));

    expect(await bindProvider(SOURCE).read(aRequest({ body }))).toMatchObject({
      failure: { code: 'unknown_shape' },
    });
  });
});

describe('the API', () => {
  const api = bindProvider(SOURCE).detailsApi!;

  it('is asked for the response, then for its form, in the configured version', async () => {
    const source = aSource('linkedin', { apiVersion: '202701' });
    const { body, paths } = thinExample('linkedin');
    const [thin] = await submissionsOf(source, body);

    const calls = bindProvider(source).detailsApi!.calls(thin!.details!);

    expect(calls.map(({ path }) => path)).toEqual(paths);
    for (const { headers } of calls) {
      expect(headers).toEqual({
        'linkedin-version': '202701',
        'x-restli-protocol-version': '2.0.0',
      });
    }
    // A form that was deleted must not cost a lead whose answers are there.
    expect(calls.map(({ isOptional = false }) => isOptional)).toEqual([false, true]);
    expect(api.authorize('t')).toEqual({ authorization: 'Bearer t' });
    expect(api.origin).toBe('https://api.linkedin.com');
  });

  it('is asked for the response alone where the webhook names no form', async () => {
    expect(pathsFor(SOURCE, await aThin({ leadGenForm: null }))).toEqual([
      '/rest/leadFormResponses/abc-1',
    ]);
  });

  it('tells a deletion by an event with the id of the lead', async () => {
    const deletion = await aThin({ leadAction: 'DELETED' });
    const { eventType, sourceEventId } = deletion;
    const { details } = await aThin();

    expect(linkedin.detailsApi.deletionOf(details!)).toEqual({ eventType, sourceEventId });
  });

  it('finds a deletion that was stored before the lead was read', async () => {
    const intake = anIntake({ sources: { leads: { provider: 'linkedin' } } });
    const body = JSON.stringify(aNotice({ leadAction: 'DELETED' }));
    await intake.post('/hooks/leads', body, { 'x-li-signature': hmac(`hmacsha256=${body}`) });

    const { details } = await aThin();
    const { eventType, sourceEventId } = linkedin.detailsApi.deletionOf(details!);

    expect(intake.stored[0]).toMatchObject({
      key: eventKey('leads', eventType, sourceEventId),
      initial: { state: 'suppressed', suppression: 'deleted_at_source' },
    });
  });

  it('refuses a version that was retired as it refuses a token', () => {
    expect(linkedin.detailsApi.refusal(426)).toBe('unauthorized');
    expect(linkedin.detailsApi.refusal(404)).toBeUndefined();
  });
});

describe('a lead’s details', () => {
  it('of the example are named by the form’s questions', async () => {
    const { body, answers } = thinExample('linkedin');
    const [thin] = await submissionsOf(SOURCE, body);

    const lead = await completed(SOURCE, thin!, answers);

    expect(lead).toMatchObject({
      eventType: 'LEAD_ACTION.CREATED',
      sourceEventId: thin!.sourceEventId,
      email: 'ana.ng.thin1@example.com',
      consent: [{ key: '11', granted: true, text: 'Keep me informed' }],
      attributes: { utm_source: 'linkedin', campaign_id: '700000001', form_name: 'Demo request' },
    });
    expect(lead.answers).toContainEqual({
      key: '6',
      label: 'Which services do you need?',
      type: 'multiple_choice',
      value: ['SEO', 'Ads'],
    });
    expect(lead.answers).toContainEqual({
      key: 'WORK_EMAIL',
      label: 'Work email',
      type: 'text',
      value: 'ana.ng.thin1@example.com',
    });
    expect(lead.suppression).toBeUndefined();
  });

  it('of a test lead are a test', async () => {
    const response = aResponse([], { testLead: true });

    expect((await completed(SOURCE, await aThin(), [response, {}])).suppression).toBe('test_lead');
  });

  it('without a form keep their answers by number', async () => {
    const response = aResponse([
      anAnswer(1, 'Ana'),
      { questionId: 2, answerDetails: { multipleChoiceAnswer: { options: [3] } } },
      { questionId: 3, answerDetails: { other: { a: 1 } } },
      { questionId: 4 },
      null,
    ]);

    expect((await completed(SOURCE, await aThin(), [response])).answers).toEqual([
      { key: '1', type: 'text', value: 'Ana' },
      { key: '2', type: 'multiple_choice', value: '3' },
      { key: '3', value: '{"other":{"a":1}}' },
      { key: '4', value: '' },
    ]);
  });

  it('may hold the form themselves', async () => {
    const form = { content: { questions: [{ questionId: 1, predefinedField: 'EMAIL' }] } };
    const response = aResponse([anAnswer(1, 'ana@example.com')], { form });

    expect((await completed(SOURCE, await aThin(), [response])).email).toBe('ana@example.com');
  });

  it('that were refused are a consent that was refused', async () => {
    const formResponse = {
      answers: [],
      consentResponses: [
        { consentId: 1, accepted: false },
        { consentId: 2, accepted: 'yes' },
        { accepted: true },
      ],
    };

    const lead = await completed(SOURCE, await aThin(), [{ id: 'abc-1', formResponse }, {}]);

    expect(lead.consent).toEqual([{ key: '1', granted: false }]);
  });

  it.each([
    ['another response', { id: 'other', formResponse: { answers: [] } }],
    ['no response', { id: 'abc-1' }],
    ['a list', []],
  ])('that are %s are of no known shape', async (_, answer) => {
    const api = bindProvider(SOURCE).detailsApi!;

    expect(await api.read(await aThin(), [answer as Json, {}])).toMatchObject({
      failure: { code: 'unknown_shape' },
    });
  });
});
