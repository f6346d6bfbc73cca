import { describe, expect, it } from 'vitest';
import { genericHmac } from '../../../lambdas/providers/generic-hmac.ts';
import type { Reading, Submission } from '../../../lambdas/providers/provider.ts';
import { aRequest, aSource } from '../../support/webhook-builders.ts';

function readAll(body: unknown, settings: Record<string, unknown> = {}): Reading {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return genericHmac.read(aRequest({ body: text }), aSource('generic_hmac', settings));
}

function read(body: unknown, settings: Record<string, unknown> = {}): Submission {
  const reading = readAll(body, settings);
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  return reading.submissions[0]!;
}

describe('paths', () => {
  it('tell where the id, the type, the time, the external id and the lead are', () => {
    const submission = read(
      {
        meta: { id: 77, kind: 'registration', at: 1_795_319_990 },
        attendee: { ref: 'P-9', firstName: 'Ana', email: 'ana@example.com' },
      },
      {
        idPath: 'meta.id',
        typePath: 'meta.kind',
        occurredAtPath: 'meta.at',
        externalIdPath: 'attendee.ref',
        dataPath: 'attendee',
      },
    );

    expect(submission).toMatchObject({
      sourceEventId: '77',
      eventType: 'registration',
      occurredAt: '1795319990',
      externalId: 'P-9',
      email: 'ana@example.com',
      attributes: { first_name: 'Ana' },
    });
  });

  it('that lead nowhere leave the submission without an id, never without itself', () => {
    const submission = read({ email: 'ana@example.com' }, { idPath: 'toString.name' });

    expect(submission.sourceEventId).toBeUndefined();
    expect(submission).toMatchObject({ eventType: 'lead.created', email: 'ana@example.com' });
  });

  it('read ids of 64 bits digit by digit', () => {
    const submission = read('{"id":9007199254740993}', { idPath: 'id' });

    expect(submission.sourceEventId).toBe('9007199254740993');
  });

  it.each([['  '], [null], [true], [{}], [['1']]])('take %j for no id', (id) => {
    expect(read({ id }, { idPath: 'id' }).sourceEventId).toBeUndefined();
  });
});

describe('fields', () => {
  it('are found in the objects that hold a lead, not in those that hold somebody else', () => {
    const submission = read({
      owner: { email: 'sales@example.com', first_name: 'Sam' },
      contact: { email: 'ana@example.com', address: { city: 'Lima' } },
    });

    expect(submission.email).toBe('ana@example.com');
    expect(submission.attributes).toEqual({ city: 'Lima' });
    expect(submission.answers.map((answer) => answer.key)).toEqual([
      'owner.email',
      'owner.first_name',
      'contact.email',
      'contact.address.city',
    ]);
  });

  it('can be configured by their dotted name', () => {
    const submission = read(
      { owner: { email: 'ana@example.com' } },
      { fields: { 'owner.email': 'email' } },
    );

    expect(submission.email).toBe('ana@example.com');
  });

  it('read numbers, lists and lists of objects as text', () => {
    const submission = read({ phone: 15_550_000_000, tags: ['a', 1], items: [{ a: 1 }], no: null });

    expect(submission.phone).toBe('15550000000');
    expect(submission.answers.slice(1)).toEqual([
      { key: 'tags', value: ['a', '1'] },
      { key: 'items', value: '[{"a":1}]' },
    ]);
  });

  it('read consent from its own fields only', () => {
    const submission = read({
      consent: { marketing: true, phone: false, text: 'I agree' },
      newsletter: 'yes',
      gdpr: 'see terms',
    });

    expect(submission.consent).toEqual([
      { key: 'marketing', granted: true, text: 'I agree' },
      { key: 'phone', granted: false, text: 'I agree' },
      { key: 'newsletter', granted: true, text: 'I agree' },
    ]);
  });
});

describe('content', () => {
  it('stays the same when only technical fields differ between deliveries', () => {
    const first = read({ email: 'ana@example.com', sent_at: 1, meta: { attempt: 1, kind: 'a' } });
    const again = read({ email: 'ana@example.com', sent_at: 2, meta: { attempt: 2, kind: 'a' } });

    expect(again.content).toEqual(first.content);
  });
});

describe('lists', () => {
  it('lose nothing by an entry that is no submission, which is kept by itself', () => {
    const reading = readAll([{ id: 1 }, 7, { id: 2 }], { idPath: 'id' });

    expect(reading).toMatchObject({
      kind: 'read',
      submissions: [{ sourceEventId: '1' }, { sourceEventId: '2' }],
      unreadable: [{ failure: { code: 'unknown_shape' }, part: new TextEncoder().encode('7') }],
    });
  });

  it('of which nothing is where the configuration says are kept entry by entry', () => {
    const reading = readAll([{ id: 1 }, { id: 2 }], { idPath: 'id', dataPath: 'lead' });

    expect(reading).toMatchObject({ kind: 'read', submissions: [] });
    expect(reading.kind === 'read' && reading.unreadable).toHaveLength(2);
  });

  it('hold several submissions', () => {
    const reading = readAll([{ id: 1 }, { id: 2 }], { idPath: 'id' });

    expect(reading).toMatchObject({
      kind: 'read',
      submissions: [{ sourceEventId: '1' }, { sourceEventId: '2' }],
    });
  });

  it.each([
    ['nothing', []],
    ['one that is no submission', [7]],
    ['more submissions than a call has time for', Array.from({ length: 1_001 }, () => ({}))],
  ])('of %s have an unknown shape', (_, body) => {
    expect(readAll(body)).toMatchObject({
      kind: 'unreadable',
      failure: { code: 'unknown_shape' },
    });
  });
});
