import { describe, expect, test } from 'vitest';
import { isEmail, isPhone } from '../../../local/zoho-simulator/validation/patterns.ts';
import { aRow, startHarness } from './harness.ts';

describe('the e-mail pattern', () => {
  test.each([
    'a@example.com',
    "o'neil+tag@sub-domain.example.com",
    '_a@b.co',
    'jürgen@bücher.example',
    '+1@x-y.example',
  ])('takes %s', (text) => {
    expect(isEmail(text)).toBe(true);
  });

  test.each([
    'a',
    '@example.com',
    '.a@example.com',
    'a@example',
    'a@-x.com',
    'a@x-.com',
    'a@example.c',
    '"a"@example.com',
    'a@b@example.com',
  ])('refuses %s', (text) => {
    expect(isEmail(text)).toBe(false);
  });

  test('ends on input that makes the published pattern run without end', () => {
    expect(isEmail(`a@${'aaaa.'.repeat(5_000)}1`)).toBe(false);
  });
});

describe('the phone pattern', () => {
  test.each([
    '5550100',
    '+1 555-0100',
    '+1 (555) 010-0199',
    '(555)0100',
    '555.0100',
    '555 0100 ext9',
    '5550100,,12#3',
    '1-800-EXAMPLE',
    '5550100;',
  ])('takes %s', (text) => {
    expect(isPhone(text)).toBe(true);
  });

  test.each([
    '',
    '+',
    '-5550100',
    '+.555',
    '555--0100',
    '555/0100',
    '(555',
    '()',
    '5550100##',
    'a@b',
  ])('refuses %s', (text) => {
    expect(isPhone(text)).toBe(false);
  });

  test('ends on long input', () => {
    expect(isPhone(`${'5 '.repeat(20_000)}/`)).toBe(false);
    expect(isPhone(`${'(5)'.repeat(20_000)}/`)).toBe(false);
  });
});

describe('a row is refused', () => {
  test.each([
    ['a text that is a number', { Company: 5 }, 'Company', { expected_data_type: 'text' }],
    [
      'a text that is too long',
      { First_Name: 'x'.repeat(41) },
      'First_Name',
      { maximum_length: 40 },
    ],
    [
      'an e-mail address that is none',
      { Email: 'nobody' },
      'Email',
      { expected_data_type: 'email' },
    ],
    [
      'an e-mail address that is too long',
      { Email: `${'a'.repeat(89)}@example.com` },
      'Email',
      { maximum_length: 100 },
    ],
    [
      'a phone number that is none',
      { Phone: 'call me!' },
      'Phone',
      { expected_data_type: 'phone' },
    ],
    ['a phone number that is too long', { Phone: '5'.repeat(31) }, 'Phone', { maximum_length: 30 }],
    [
      'a description that is too long',
      { Description: 'x'.repeat(32_001) },
      'Description',
      { maximum_length: 32_000 },
    ],
    [
      'a key that is too long',
      { Holdfast_Key: 'k'.repeat(256) },
      'Holdfast_Key',
      { maximum_length: 255 },
    ],
    [
      'a number that is a text',
      { Holdfast_Version: '1' },
      'Holdfast_Version',
      { expected_data_type: 'integer' },
    ],
    [
      'a number of ten digits',
      { Holdfast_Version: 1_000_000_000 },
      'Holdfast_Version',
      { maximum_length: 9 },
    ],
    [
      'a checkbox that is a text',
      { Email_Opt_Out: 'true' },
      'Email_Opt_Out',
      { expected_data_type: 'boolean' },
    ],
    [
      'a website without a scheme',
      { Website: 'example.com' },
      'Website',
      { expected_data_type: 'website' },
    ],
    ['an owner that is a text', { Owner: '1' }, 'Owner', { expected_data_type: 'jsonobject' }],
  ])('for %s', async (_name, values, field, details) => {
    const { admin, upsert } = await startHarness();

    const { status, json } = await upsert([aRow(values)]);

    expect(status).toBe(400);
    expect(json.data[0]).toEqual({
      code: 'INVALID_DATA',
      details: { ...details, api_name: field, json_path: `$.data[0].${field}` },
      message: 'invalid data',
      status: 'error',
    });
    expect(await admin.records()).toHaveLength(0);
  });

  test.each([[{ Last_Name: '' }], [{ Last_Name: null }], [{}]])(
    'without a last name: %j',
    async (row) => {
      const { upsert } = await startHarness();

      const { json } = await upsert([row]);

      expect(json.data[0]).toMatchObject({
        code: 'MANDATORY_NOT_FOUND',
        details: { api_name: 'Last_Name' },
      });
    },
  );
});

test('values at their limits are stored whole', async () => {
  const { admin, upsert } = await startHarness();
  const values = aRow({
    First_Name: '😀'.repeat(40),
    Description: 'x'.repeat(32_000),
    Email: `${'a'.repeat(88)}@example.com`,
    Phone: '5'.repeat(30),
    Holdfast_Version: 999_999_999,
    Website: 'www.example.com',
  });

  const { status } = await upsert([values]);

  expect(status).toBe(200);
  expect((await admin.records())[0]?.fields).toEqual(values);
});

test('an unknown field refuses the row, or is ignored, as the knob says; names have case', async () => {
  const { admin, upsert } = await startHarness();

  const refused = await upsert([aRow({ email: 'e@example.com' })]);
  await admin.knobs({ unknownField: 'ignore' });
  const ignored = await upsert([aRow({ email: 'e@example.com' })]);

  expect(refused.json.data[0]).toMatchObject({
    code: 'INVALID_DATA',
    message: 'the field api name given seems to be invalid',
    details: { api_name: 'email' },
  });
  expect(ignored.status).toBe(200);
  expect((await admin.records())[0]?.fields).toEqual(aRow());
});

test('a picklist takes a value that it does not list', async () => {
  const { upsert } = await startHarness();

  const { status } = await upsert([aRow({ Lead_Source: 'Spring campaign' })]);

  expect(status).toBe(200);
});

test('Company is needed only when the row names a layout', async () => {
  const { upsert } = await startHarness();

  const without = await upsert([{ Last_Name: 'Doe' }]);
  const withLayout = await upsert([{ Last_Name: 'Doe', Layout: { id: '4150868000000091055' } }]);

  expect(without.status).toBe(200);
  expect(withLayout.json.data[0]).toMatchObject({
    code: 'MANDATORY_NOT_FOUND',
    details: { api_name: 'Company' },
  });
});

test('what is no field has no effect: $ keys, features, tags, read-only fields', async () => {
  const { admin, upsert } = await startHarness();

  const { status } = await upsert(
    [aRow({ $append_values: { Languages: true }, Tag: [{ name: 'Web' }], Created_Time: 'x' })],
    { apply_feature_execution: [{ name: 'layout_rules' }], lar_id: '1' },
  );

  expect(status).toBe(200);
  expect((await admin.records())[0]?.fields).toEqual(aRow());
});

test('a row with a __proto__ key changes no prototype', async () => {
  const { call, upsert } = await startHarness({ unknownField: 'ignore' });

  await call('POST', 'Leads/upsert', '{"data":[{"Last_Name":"Doe","__proto__":{"polluted":1}}]}');
  const { status } = await upsert([aRow()]);

  expect(status).toBe(200);
  expect({}).not.toHaveProperty('polluted');
});

test.each([
  ['2026-11-22T06:00:00+00:00', 200, 200],
  ['2026-11-22T06:00:00.000Z', 400, 200],
  ['yesterday', 400, 400],
])('the moment %s is %i when strict, %i when lenient', async (moment, strict, lenient) => {
  const { isDateTime } = await import('../../../local/zoho-simulator/validation/patterns.ts');

  expect(isDateTime(moment, 'strict')).toBe(strict === 200);
  expect(isDateTime(moment, 'lenient')).toBe(lenient === 200);
});
