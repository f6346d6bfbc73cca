import { describe, expect, it } from 'vitest';
import type { Submission } from '../../../lambdas/providers/provider.ts';
import { typeform } from '../../../lambdas/providers/typeform.ts';
import {
  aRequest,
  aSource,
  aTypeformBody,
  headersOf,
  NOW_MS,
  providerRequest,
  verifyAs,
} from '../../support/webhook-builders.ts';

function read(body: string, settings: Record<string, unknown> = {}): Submission {
  const reading = typeform.read(aRequest({ body }), aSource('typeform', settings));
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  return reading.submissions[0]!;
}

function anAnswer(ref: string, type: string, value: unknown, fieldType = type) {
  return { type, [type]: value, field: { id: `id_${ref}`, ref, type: fieldType } };
}

describe('the sample request', () => {
  const sample = providerRequest('typeform-form_response');
  const request = aRequest({ headers: headersOf(sample.headers), body: sample.body });

  it('is verified', () => {
    const verification = verifyAs(request, aSource('typeform'), { current: sample.secret }, NOW_MS);

    expect(verification).toEqual({ kind: 'verified', secretUsed: 'current' });
  });

  it('is read with its ids, its time, its person, its attribution and its consent', () => {
    const submission = read(sample.body);

    expect(submission).toMatchObject({
      eventType: 'form_response',
      sourceEventId: '9f3c2a7be1d84c5fa0b6d7e8c9f01234',
      deliveryId: '01KAZ0TYPEFORMEVENT000001',
      occurredAt: '2026-11-22T03:58:41Z',
      email: 'Ines.Prado@Example.com',
      phone: '+34600123456',
      attributes: {
        first_name: 'Inés',
        form_id: 'Qx7Lm2Pa',
        form_name: 'Book a demo',
        utm_source: 'google',
        utm_medium: 'cpc',
        gclid: 'Cj0EXAMPLE',
      },
      consent: [{ key: 'consent', granted: true, text: 'Acepto' }],
    });
  });

  it('keeps every answer in order, with its question', () => {
    const submission = read(sample.body);

    expect(submission.answers).toEqual([
      { key: 'first_name', label: '¿Cómo te llamas?', type: 'text', value: 'Inés' },
      { key: 'email', label: 'Correo', type: 'email', value: 'Ines.Prado@Example.com' },
      { key: 'phone', label: 'Teléfono', type: 'phone_number', value: '+34600123456' },
      { key: 'services', label: 'Servicios', type: 'choices', value: ['SEO', 'Ads'] },
      { key: 'consent', label: 'Acepto', type: 'boolean', value: 'true' },
      { key: 'utm_source', type: 'hidden', value: 'google' },
      { key: 'utm_medium', type: 'hidden', value: 'cpc' },
      { key: 'gclid', type: 'hidden', value: 'Cj0EXAMPLE' },
    ]);
  });
});

describe('fields', () => {
  it('are found by the configured ref, then by the configured id', () => {
    const body = aTypeformBody({
      answers: [anAnswer('a', 'text', 'Example Ltd'), anAnswer('b', 'text', 'Buyer')],
    });

    const { attributes } = read(body, { fields: { a: 'company', id_b: 'job_title' } });

    expect(attributes).toMatchObject({ company: 'Example Ltd', job_title: 'Buyer' });
  });

  it('count by configuration before type before name before hidden field', () => {
    const body = aTypeformBody({
      hidden: { email: 'hidden@example.com', phone: '4' },
      answers: [
        anAnswer('phone', 'text', '3'),
        anAnswer('x', 'phone_number', '2'),
        anAnswer('mail', 'text', 'named@example.com'),
        anAnswer('work', 'email', 'typed@example.com'),
        anAnswer('mine', 'text', 'configured@example.com'),
      ],
    });

    expect(read(body, { fields: { mine: 'email' } })).toMatchObject({
      email: 'configured@example.com',
      phone: '2',
    });
    expect(read(body).email).toBe('typed@example.com');
  });

  it('may lie in a hidden field only', () => {
    const body = aTypeformBody({ answers: undefined, hidden: { email: 'hidden@example.com' } });

    expect(read(body).email).toBe('hidden@example.com');
  });

  it('never are the yes or no to a question about them', () => {
    const body = aTypeformBody({ answers: [anAnswer('phone', 'boolean', true, 'yes_no')] });

    const submission = read(body);

    expect(submission.phone).toBeUndefined();
    expect(submission.consent).toEqual([]);
  });

  it('cannot be reached by the names that every object has', () => {
    const body = aTypeformBody({
      answers: [anAnswer('constructor', 'text', 'x'), anAnswer('__proto__', 'text', 'y')],
    });

    expect(read(body).attributes).toEqual({ form_id: 'Qx7Lm2Pa' });
  });
});

describe('answers', () => {
  it.each([
    ['number', 7, '7'],
    ['choice', { id: 'c', label: 'SEO', ref: 'r' }, 'SEO'],
    ['choice', { other: 'Something else' }, 'Something else'],
    ['choices', { labels: ['SEO'], other: 'More' }, ['SEO', 'More']],
    ['date', '2026-12-01', '2026-12-01'],
    ['payment', { amount: '10.00', last4: '1234' }, '{"amount":"10.00","last4":"1234"}'],
    ['text', null, ''],
    ['text', ['a', { b: 1 }], '["a",{"b":1}]'],
  ])('of type %s: %j is kept as %j', (type, value, kept) => {
    const body = aTypeformBody({ answers: [anAnswer('q', type, value)] });

    expect(read(body).answers[0]?.value).toEqual(kept);
  });

  it('of a wrong type do not cost the others', () => {
    const body = aTypeformBody({
      answers: [null, 7, 'x', [], {}, anAnswer('email', 'email', 'ana@example.com')],
      hidden: 7,
      definition: { fields: { a: 1 } },
    });

    expect(read(body).email).toBe('ana@example.com');
  });
});

describe('events', () => {
  it('of a partial response are events of their own', () => {
    const body = aTypeformBody().replace('"form_response"', '"form_response_partial"');

    expect(read(body).eventType).toBe('form_response_partial');
  });

  it('have equal content when they are delivered again', () => {
    const again = aTypeformBody().replace('delivery-1', 'delivery-2');

    expect(read(again).content).toEqual(read(aTypeformBody()).content);
  });

  it.each([
    ['null', 'null'],
    ['a list', '[]'],
    ['another event type', aTypeformBody().replace('"form_response"', '"form_deleted"')],
    ['no event type', '{"form_response":{}}'],
    ['a response that is a text', '{"event_type":"form_response","form_response":"x"}'],
  ])('of %s have an unknown shape', (_, body) => {
    const reading = typeform.read(aRequest({ body }), aSource('typeform'));

    expect(reading).toMatchObject({ kind: 'unreadable', failure: { code: 'unknown_shape' } });
  });
});
