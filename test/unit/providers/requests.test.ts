import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../lambdas/core/event-record.ts';
import { cleanSubmission } from '../../../lambdas/operations/submission/clean-submission.ts';
import type { SourceConfig } from '../../../lambdas/providers/catalogue.ts';
import type { Json } from '../../../lambdas/providers/reading/json.ts';
import { anIntake, anIntakeRequest } from '../../support/intake-harness.ts';
import { completed } from '../../support/thin-examples.ts';
import {
  aSource,
  type ExpectedReading,
  headersOf,
  type ProviderRequest,
  providerRequest,
  REQUEST_IDS,
  SECRET,
} from '../../support/webhook-builders.ts';

/** What a provider's API answers is no request. */
const API_ANSWER = 'meta-hydrated-lead';

/** A body of which nothing is known but how it is signed. */
const SIGNATURE_ONLY = new Set(['tiktok-developer-signature']);

/** Shorter than any token that a source takes. */
const TOKEN = 'a-token-of-enough-letters';

async function receive(request: ProviderRequest) {
  const settings = request.provider === 'hubspot' ? { publicUrl: 'https://x.example.com/h' } : {};
  const intake = anIntake({
    sources: { it: { provider: request.provider, ...settings } as never },
  });
  const isHandshake = request.method === 'GET' && request.provider === 'meta';
  const isByToken = request.provider === 'jotform';
  const secret = {
    current: isHandshake ? SECRET : isByToken ? TOKEN : request.secret,
    ...(isHandshake ? { verify_token: request.secret } : {}),
  };
  intake.secrets.set('source/it', JSON.stringify(secret));
  intake.clock.nowMs = request.nowMs;
  const answer = await intake.receive({
    ...anIntakeRequest({
      method: request.method,
      path: isByToken ? `/hooks/it/${TOKEN}` : '/hooks/it',
      headers: headersOf(request.headers),
      body: request.bytes,
    }),
    query: request.query,
  });
  return { answer, intake };
}

function expectEvent(event: NewEvent, { lead = {}, ...expected }: ExpectedReading): void {
  const isNamed = expected.source_event_id?.startsWith('sha256') !== true;
  expect(event).toMatchObject({
    eventType: expected.event_type,
    ...(isNamed ? { sourceEventId: expected.source_event_id } : {}),
    ...(expected.delivery_id === undefined ? {} : { deliveryId: expected.delivery_id }),
    ...(expected.occurred_at === undefined ? {} : { occurredAt: expected.occurred_at }),
  });
  const { normalized } = event;
  expect(normalized?.is_test).toBe(expected.is_test ?? false);
  expect(normalized?.details?.state).toBe(
    expected.needs_hydration === true ? 'awaiting' : undefined,
  );
  const { email, phone_e164: phone, consent_marketing: consent, ...attributes } = lead;
  expect(normalized?.attributes).toMatchObject(attributes);
  expect(normalized?.identity).toMatchObject({
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone_e164: phone }),
  });
  if (consent !== undefined) expect(normalized?.consent[0]?.granted).toBe(consent);
}

describe('a request as its sender posts it', () => {
  const posts = REQUEST_IDS.filter((id) => id !== API_ANSWER).filter(
    (id) => providerRequest(id).method === 'POST',
  );

  it.each(posts)('%s is taken, and says what it should', async (id) => {
    const request = providerRequest(id);

    const { answer, intake } = await receive(request);

    expect(answer.status).toBe(200);
    expect(intake.stored).toHaveLength(1);
    if (SIGNATURE_ONLY.has(id)) return;
    expectEvent(intake.stored[0]!, request.expected);
  });

  it.each(REQUEST_IDS.filter((id) => providerRequest(id).expectedResponse !== undefined))(
    '%s is answered as its sender expects it',
    async (id) => {
      const request = providerRequest(id);

      const { answer } = await receive(request);

      const { status, body } = request.expectedResponse ?? {};
      expect(answer.status).toBe(status);
      expect(typeof body === 'string' ? answer.body : JSON.parse(answer.body)).toEqual(body);
    },
  );

  it('an answer of the Graph API becomes the lead that it tells', async () => {
    const source: SourceConfig = aSource('meta');
    const { body, expected } = providerRequest(API_ANSWER);
    const answer = JSON.parse(body) as Json & { id: string };
    const thin = {
      eventType: 'leadgen',
      sourceEventId: answer.id,
      attributes: {},
      answers: [],
      consent: [],
      content: {},
    };

    const submission = await completed(source, thin, [answer]);
    const { attributes } = await cleanSubmission(submission, { sourceName: 'it', source });

    const { name_split: split, ...names } = expected.lead ?? {};
    expect(attributes).toMatchObject({
      ...names,
      name_basis: split === 'heuristic' ? 'split' : 'given',
      platform: 'ig',
    });
    expect(submission.answers.map(({ key }) => key)).toContain('wie_können_wir_helfen?');
  });
});
