import { describe, expect, test } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import { createFieldMapper, type FieldMapper } from '../../../lambdas/zoho/field-mapping.ts';

const SOURCES: HoldfastConfigInput['sources'] = { demo: { provider: 'typeform' } };

interface SomeField {
  readonly apiName: string;
  readonly dataType: string;
  readonly length?: number;
}

/** A mapper over metadata as a file would hold them. */
function aMapper(
  fields: readonly SomeField[],
  mapping: NonNullable<HoldfastConfigInput['zoho']>['fields'] = {},
): FieldMapper {
  const metadata: unknown = { module: 'Leads', takenAt: '2026-11-22T12:00:00.000Z', fields };
  return createFieldMapper(
    defineConfig({ sources: SOURCES, zoho: { metadata, fields: mapping ?? {} } }),
  );
}

describe('with saved metadata', () => {
  test('a value is cut to the length of its custom field, and is whole in the description', () => {
    const mapper = aMapper([{ apiName: 'Campaign', dataType: 'text', length: 20 }], {
      utm_campaign: 'Campaign',
    });

    const fields = mapper.forNewRecord({
      utm_campaign: 'spring-2026-product-launch',
      message: 'Hello',
    });

    expect(fields['Campaign']).toBe('spring-2026-product-');
    expect(fields['Description']).toBe(
      'Hello\n\nCampaign, as submitted: spring-2026-product-launch',
    );
  });

  test("the organisation's own length of a standard field counts, be it longer or shorter", () => {
    const mapper = aMapper([
      { apiName: 'Company', dataType: 'text', length: 200 },
      { apiName: 'City', dataType: 'text', length: 10 },
    ]);

    const fields = mapper.forNewRecord({ company: 'c'.repeat(150), city: 'x'.repeat(30) });

    expect(fields['Company']).toBe('c'.repeat(150));
    expect(fields['City']).toBe('x'.repeat(10));
  });

  test('a field that they do not know keeps the built-in limit', () => {
    const mapper = aMapper([{ apiName: 'City', dataType: 'text', length: 10 }]);

    expect(mapper.forNewRecord({ first_name: 'f'.repeat(60) })['First_Name']).toBe('f'.repeat(40));
  });

  test.each(['integer', 'boolean', 'lookup', 'multiselectpicklist', 'date'])(
    'a text is never sent to a field of type %s; it goes into the description',
    (dataType) => {
      const mapper = aMapper([{ apiName: 'Seats', dataType, length: 9 }], { form_name: 'Seats' });

      const fields = mapper.forNewRecord({ form_name: 'twelve' });

      expect(fields['Seats']).toBeUndefined();
      expect(fields['Description']).toBe('Seats, as submitted: twelve');
    },
  );

  test.each([
    ['email', 'no address'],
    ['phone', '202/555/0143'],
    ['website', 'javascript:alert(1)'],
  ])('a custom field of type %s takes only what it is for', (dataType, value) => {
    const mapper = aMapper([{ apiName: 'Other', dataType, length: 100 }], { form_name: 'Other' });

    const fields = mapper.forNewRecord({ form_name: value });

    expect(fields['Other']).toBeUndefined();
    expect(fields['Description']).toBe(`Other, as submitted: ${value}`);
  });

  test('a short description holds the message, what was added to it, and no more', () => {
    const mapper = aMapper([{ apiName: 'Description', dataType: 'textarea', length: 300 }]);

    const fields = mapper.forNewRecord({ message: 'm'.repeat(1_000), phone: 'ask/Ana' });

    expect(fields['Description']).toHaveLength(300);
    expect(fields['Description']).toContain('[cut off here: longer than Zoho takes]');
    expect(fields['Description']).toContain('Phone, as submitted: ask/Ana');
  });

  test('a message whose field is one line is cut there, and whole in the description', () => {
    const mapper = aMapper([{ apiName: 'Question', dataType: 'text', length: 10 }], {
      message: 'Question',
    });

    const fields = mapper.forNewRecord({ message: 'Can you call us?', phone: 'ask/Ana' });

    expect(fields).toMatchObject({
      Question: 'Can you ca',
      Description: 'Phone, as submitted: ask/Ana\nQuestion, as submitted: Can you call us?',
    });
  });

  test('what fills an empty mandatory field fits it, too', () => {
    const config = defineConfig({
      sources: SOURCES,
      zoho: {
        lastNameFallback: 'No last name was given',
        companyFallback: 'No company was given',
        metadata: {
          module: 'Leads',
          fields: [
            { apiName: 'Last_Name', dataType: 'text', length: 7 },
            { apiName: 'Company', dataType: 'text', length: 10 },
          ],
        },
      },
    });

    const fields = createFieldMapper(config).forNewRecord({ email: 'ana@example.com' });

    expect(fields).toMatchObject({ Last_Name: 'No last', Company: 'No company' });
  });
});

test('a length of one surrogate pair too few leaves no half of a character', () => {
  const mapper = aMapper([{ apiName: 'City', dataType: 'text', length: 3 }]);

  expect(mapper.forNewRecord({ city: 'ab😀' })['City']).toBe('ab');
});

describe('the setting zoho.metadata', () => {
  test('must be of the configured module', () => {
    const metadata = { module: 'Contacts', fields: [] };

    expect(() => defineConfig({ sources: SOURCES, zoho: { metadata } })).toThrow(
      'zoho.metadata.module: must be the module of zoho.module',
    );
  });

  test('is refused when it is not what the command wrote', () => {
    const metadata = { module: 'Leads', fields: [{ api_name: 'City' }] };

    expect(() => defineConfig({ sources: SOURCES, zoho: { metadata } })).toThrow(
      'zoho.metadata.fields.0.apiName',
    );
  });
});
