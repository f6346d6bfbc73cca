import { describe, expect, it } from 'vitest';
import { thinSubmissionOf } from '../../../lambdas/details/thin-submission.ts';
import { aLeadEvent, anEventRecord } from '../../support/event-builders.ts';

const REF = { leadgen_id: '1001' };

describe('the submission that an event stands for', () => {
  it('has what the webhook said, under the names that it had there', () => {
    const event = aLeadEvent({
      identity: { email: 'ana@example.com', contact_external_id: 'website:person:77' },
      attributes: { form_id: '12', phone_raw: '555 0143', phone_status: 'invalid' },
      details: { state: 'awaiting', ref: REF },
    });

    const thin = thinSubmissionOf(
      anEventRecord({ sourceEventId: '1001', deliveryId: 'd-1' }),
      event,
      { defaults: {} },
    );

    expect(thin).toEqual({
      eventType: 'lead.created',
      sourceEventId: '1001',
      deliveryId: 'd-1',
      occurredAt: '2026-11-22T03:59:58.000Z',
      email: 'ana@example.com',
      phone: '555 0143',
      externalId: '77',
      attributes: { form_id: '12' },
      answers: [],
      consent: [],
      details: REF,
      content: REF,
    });
  });

  it('does not take a configured constant for what the sender said', () => {
    const event = aLeadEvent({
      identity: {},
      attributes: { country: 'DE', city: 'Berlin' },
      details: { state: 'awaiting', ref: REF },
    });

    const thin = thinSubmissionOf(anEventRecord(), event, { defaults: { country: 'DE' } });

    expect(thin.attributes).toEqual({ city: 'Berlin' });
  });

  it('has no time of its own when it has that of its receipt', () => {
    const event = aLeadEvent({ occurred_at_basis: 'received' });

    expect(thinSubmissionOf(anEventRecord(), event, { defaults: {} })).not.toHaveProperty(
      'occurredAt',
    );
  });
});
