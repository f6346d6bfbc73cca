import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../lambdas/core/config.ts';
import type { CanonicalField } from '../../../lambdas/core/lead-event.ts';
import { buildSubmission } from '../../../lambdas/providers/reading/build-submission.ts';
import type { FormField } from '../../../lambdas/providers/reading/form-field.ts';

const base = { eventType: 'x', content: {} };

function read(fields: readonly FormField[], mapping: Record<string, CanonicalField> = {}) {
  return buildSubmission({ ...base, fields }, { fields: mapping });
}

const aField = (overrides: Partial<FormField> = {}): FormField => ({
  ids: ['q1'],
  value: 'value',
  ...overrides,
});

describe('a form field fills the canonical field', () => {
  const everything = aField({ label: 'Company', type: 'short_text', means: 'job_title' });

  it('that its id is mapped to, before all else', () => {
    const mapping = {
      q1: 'city',
      'type:short_text': 'region',
      'label:company': 'country',
    } as const;

    expect(read([everything], mapping).attributes).toEqual({ city: 'value' });
  });

  it('that its type is mapped to, before its label', () => {
    const mapping = { 'type:short_text': 'region', 'label:company': 'country' } as const;

    expect(read([everything], mapping).attributes).toEqual({ region: 'value' });
  });

  it.each(['label:company', 'label: COMPANY ', 'label:/^comp/', 'label:/PANY$/'])(
    'that its label is mapped to by %s, before what the sender says of it',
    (key) => {
      expect(read([everything], { [key]: 'country' }).attributes).toEqual({ country: 'value' });
    },
  );

  it('that the sender says it is, before its usual name', () => {
    expect(read([everything]).attributes).toEqual({ job_title: 'value' });
  });

  it('that its id or its label usually stands for', () => {
    expect(read([aField({ label: 'Company' })]).attributes).toEqual({ company: 'value' });
    expect(read([aField({ ids: ['q9', 'first_name'] })]).attributes).toEqual({
      first_name: 'value',
    });
    expect(read([aField({ label: 'Favourite colour' })]).attributes).toEqual({});
  });

  it('that a later one of its ids is mapped to', () => {
    const mapping = { first: 'city' } as const;

    expect(read([aField({ ids: ['q9', 'first'] })], mapping).attributes).toEqual({ city: 'value' });
  });

  it("of the user's own making", () => {
    expect(read([aField()], { q1: 'custom_budget' }).attributes).toEqual({
      custom_budget: 'value',
    });
  });

  it('only if it has a value, and a question before a hidden field', () => {
    const blank = aField({ ids: ['email'], value: ' ' });
    const hidden = aField({ ids: ['email'], value: 'hidden@example.com', place: 'hidden' });
    const asked = aField({ ids: ['work_email'], value: 'asked@example.com' });

    expect(read([blank, hidden]).email).toBe('hidden@example.com');
    expect(read([hidden, asked]).email).toBe('asked@example.com');
  });
});

it('every field stays an answer, mapped or not, in its order', () => {
  const fields = [
    aField({ ids: ['b', 'x'], label: 'B', type: 'choice', value: ['1', '2'] }),
    aField({ ids: ['email'], value: 'ana@example.com' }),
  ];

  expect(read(fields).answers).toEqual([
    { key: 'b', label: 'B', type: 'choice', value: ['1', '2'] },
    { key: 'email', value: 'ana@example.com' },
  ]);
});

it('a fact beside the questions fills its field, but not against the mapping', () => {
  const submission = buildSubmission(
    { ...base, fields: [aField({ value: 'mapped' })], facts: { form_name: 'fact', gclid: 'g' } },
    { fields: { q1: 'form_name' } },
  );

  expect(submission.attributes).toEqual({ form_name: 'mapped', gclid: 'g' });
});

it('what is not known is absent, not undefined', () => {
  const submission = buildSubmission(
    { ...base, fields: [], sourceEventId: undefined, suppression: undefined, part: undefined },
    { fields: {} },
  );

  expect(Object.keys(submission).toSorted()).toEqual([
    'answers',
    'attributes',
    'consent',
    'content',
    'eventType',
  ]);
});

it('a label pattern that is none is refused where it is configured', () => {
  const act = () =>
    defineConfig({ sources: { s: { provider: 'typeform', fields: { 'label:/(/': 'email' } } } });

  expect(act).toThrow(/sources\.s\.fields.*label:\/pattern\//);
});
