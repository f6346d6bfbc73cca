import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import { createFieldMapper, type FieldMapper } from '../../../lambdas/zoho/field-mapping.ts';

function aMapper(zoho: HoldfastConfigInput['zoho'] = {}): FieldMapper {
  return createFieldMapper(defineConfig({ sources: { demo: { provider: 'typeform' } }, zoho }));
}

describe('a record that may be new', () => {
  test('carries every value under its Zoho name, and no empty one', () => {
    const fields = aMapper().forNewRecord({
      first_name: 'Ana',
      last_name: 'Ng',
      email: 'ana@example.com',
      phone: '+12025550143',
      company: 'Example Ltd',
      job_title: 'CTO',
      message: 'Hello',
      city: '  ',
      postal_code: '',
      utm_source: 'newsletter',
      lead_source: 'Website',
    });

    expect(fields).toEqual({
      First_Name: 'Ana',
      Last_Name: 'Ng',
      Email: 'ana@example.com',
      Phone: '+12025550143',
      Company: 'Example Ltd',
      Designation: 'CTO',
      Description: 'Hello',
      Lead_Source: 'Website',
    });
  });

  test.each([
    { values: { company: 'Example Ltd' }, lastName: 'Example Ltd', company: 'Example Ltd' },
    { values: { first_name: 'Ana' }, lastName: 'No name', company: 'No company' },
    { values: { last_name: 'Ng' }, lastName: 'Ng', company: 'No company' },
  ])('gets what Zoho requires: $values', ({ values, lastName, company }) => {
    const mapper = aMapper({ lastNameFallback: 'No name', companyFallback: 'No company' });

    const fields = mapper.forNewRecord(values);

    expect(fields).toMatchObject({ Last_Name: lastName, Company: company });
  });

  test('cuts a company to the length of a last name', () => {
    const fields = aMapper().forNewRecord({ company: 'x'.repeat(100) });

    expect(fields['Last_Name']).toBe('x'.repeat(80));
  });
});

test('makes nothing up for a record that exists', () => {
  const values = { email: 'ana@example.com', city: 'Porto' };

  expect(aMapper().forKnownRecord(values)).toEqual({ Email: 'ana@example.com', City: 'Porto' });
  expect(aMapper().forChanges(values, ['city', 'company'])).toEqual({ City: 'Porto' });
});

describe('a value that Zoho would refuse', () => {
  test.each([
    ['phone', 'Phone', 'call me after six, please: 202 555'],
    ['phone', 'Phone', '+1-202-555-0143-202-555-0143-202'],
    ['phone', 'Phone', '202/555/0143'],
    ['email', 'Email', 'ana@example'],
    ['email', 'Email', '"ana"@example.com'],
    ['email', 'Email', `${'a'.repeat(90)}@example.com`],
    ['website', 'Website', 'javascript:alert(1)'],
    ['website', 'Website', `https://example.com/${'x'.repeat(120)}`],
  ])('%s: is moved from %s into the description (%s)', (canonical, apiName, value) => {
    const fields = aMapper().forNewRecord({ [canonical]: value, message: 'Hello' });

    expect(fields[apiName]).toBeUndefined();
    expect(fields['Description']).toBe(`Hello\n\n${apiName}, as submitted: ${value}`);
  });

  test('by its length: is cut in its field, and whole in the description', () => {
    const company = `${'x'.repeat(99)}😀y`;

    const fields = aMapper().forNewRecord({ company });

    expect(fields['Company']).toBe('x'.repeat(99));
    expect(fields['Description']).toBe(`Company, as submitted: ${company}`);
  });

  test('keeps its place in the description when the message changes later', () => {
    const values = { phone: 'ask for Ana', message: 'Second message' };

    const fields = aMapper().forChanges(
      { ...values, phone: 'please ask for Ana in the afternoon' },
      ['message'],
    );

    expect(fields).toEqual({
      Description: 'Second message\n\nPhone, as submitted: please ask for Ana in the afternoon',
    });
  });

  test('brings the whole description along when it changes itself', () => {
    const fields = aMapper().forChanges({ phone: '202/555', message: 'Hello', city: 'Porto' }, [
      'phone',
    ]);

    expect(fields).toEqual({ Description: 'Hello\n\nPhone, as submitted: 202/555' });
  });
});

test.each(['+12025550143', '(202) 555-0143', '+1 (202) 555-0143', '202.555.0143', '020 7946 0018'])(
  'takes %s for a phone number',
  (phone) => {
    expect(aMapper().forNewRecord({ phone })['Phone']).toBe(phone);
  },
);

test('takes a number without its extension, which the description shows', () => {
  const values = { phone: '+12025550143;ext=23', message: 'Hello' };

  expect(aMapper().forChanges(values, ['phone'])).toEqual({
    Phone: '+12025550143',
    Description: 'Hello\n\nPhone, as submitted: +12025550143 ext. 23',
  });
  expect(aMapper().forNewRecord({ phone: '202 555 0143 ext 23' })['Phone']).toBe(
    '202 555 0143 ext 23',
  );
});

test.each([
  ['www.example.com', 'www.example.com'],
  ['http://example.com/a?b=c', 'http://example.com/a?b=c'],
  ['example.com/about', 'https://example.com/about'],
])('takes the website %s as %s', (website, sent) => {
  expect(aMapper().forNewRecord({ website })['Website']).toBe(sent);
});

test.each(['=1+1', '+cmd', '-2', '@SUM(A1)', '=HYPERLINK("http://example.com")'])(
  'sends text that looks like a formula as it is: %s',
  (text) => {
    const fields = aMapper().forNewRecord({ company: text, message: text });

    expect(fields).toMatchObject({ Company: text, Description: text });
  },
);

test('drops control characters and halves of characters, and keeps line breaks of a message', () => {
  const fields = aMapper().forNewRecord({ message: 'a\u0000b\r\nc\ud800', first_name: 'A\nna' });

  expect(fields).toMatchObject({ Description: 'ab\r\nc\ufffd', First_Name: 'A na' });
});

test('cuts a message of 200 KB with a mark, and keeps what was moved into the description', () => {
  const fields = aMapper().forNewRecord({ message: 'm'.repeat(200_000), phone: 'ask/Ana' });

  const description = fields['Description'] ?? '';
  expect(description.length).toBe(32_000);
  expect(description).toContain('[cut off here: longer than Zoho takes]');
  expect(description.endsWith('Phone, as submitted: ask/Ana')).toBe(true);
});

test('answers hostile e-mail addresses at once', () => {
  const email = `a@${'aaaa.'.repeat(18)}1`;

  const fields = aMapper().forNewRecord({ email });

  expect(fields['Email']).toBeUndefined();
});

test('adds configured fields, and lists what is mapped to the description', () => {
  const mapper = aMapper({ fields: { utm_source: 'Campaign__c', form_name: 'Description' } });

  const fields = mapper.forNewRecord({ utm_source: 'news', form_name: 'Demo', message: 'Hello' });

  expect(fields).toMatchObject({ Campaign__c: 'news', Description: 'Hello\n\nform_name: Demo' });
});

test('takes the first filled value where several have one field', () => {
  const mapper = aMapper({ fields: { full_name: 'Last_Name' } });

  expect(mapper.forNewRecord({ full_name: 'Ana Ng', last_name: 'Ng' })['Last_Name']).toBe('Ng');
  expect(mapper.forNewRecord({ full_name: 'Ana Ng' })['Last_Name']).toBe('Ana Ng');
});

test('names the fields of contacts, and keeps what they have no field for', () => {
  const fields = aMapper({ module: 'Contacts' }).forNewRecord({
    last_name: 'Ng',
    job_title: 'CTO',
    city: 'Porto',
    company: 'Example Ltd',
  });

  expect(fields).toEqual({
    Last_Name: 'Ng',
    Title: 'CTO',
    Mailing_City: 'Porto',
    Description: 'company: Example Ltd',
  });
});

test('never gives an empty field, or one longer than Zoho takes, whatever is submitted', () => {
  const mapper = aMapper();
  const limits: Record<string, number> = {
    First_Name: 40,
    Last_Name: 80,
    Company: 100,
    Email: 100,
    Phone: 30,
    Website: 120,
    Description: 32_000,
  };
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.emailAddress(),
  );
  const values = fc.record(
    {
      first_name: value,
      last_name: value,
      company: value,
      email: value,
      phone: value,
      website: value,
      message: value,
    },
    { requiredKeys: [] },
  );

  fc.assert(
    fc.property(values, (each) => {
      for (const [apiName, text] of Object.entries(mapper.forNewRecord(each))) {
        expect(text).not.toBe('');
        expect(text.length).toBeLessThanOrEqual(limits[apiName] ?? 255);
        expect(text.isWellFormed()).toBe(true);
      }
    }),
  );
});
