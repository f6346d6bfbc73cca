import { describe, expect, test } from 'vitest';
import { DEFAULT_KNOBS } from '../../../local/zoho-simulator/knobs.ts';
import { checkOrder } from '../../../local/zoho-simulator/matching/duplicate-check.ts';
import { moduleDefinition } from '../../../local/zoho-simulator/modules/catalogue.ts';
import { aRow, startHarness } from './harness.ts';

// Holdfast_Key and Phone stand for unique1 and unique2.
const UNIQUE = { uniqueFields: ['Holdfast_Key', 'Phone'] };
const ROW = aRow({ Email: 'e@example.com', Holdfast_Key: 'k', Phone: '555-0100' });

const TABLE = [
  ['omitted', undefined, ['Email', 'Holdfast_Key', 'Phone']],
  ['["Email"]', ['Email'], ['Email', 'Holdfast_Key', 'Phone']],
  ['["unique1"]', ['Holdfast_Key'], ['Holdfast_Key', 'Phone']],
  ['["unique2"]', ['Phone'], ['Phone', 'Holdfast_Key']],
  ['["unique1","unique2"]', ['Holdfast_Key', 'Phone'], ['Holdfast_Key', 'Phone']],
  ['["unique1","Email"]', ['Holdfast_Key', 'Email'], ['Holdfast_Key', 'Email', 'Phone']],
] as const;

describe('the table of duplicate check fields', () => {
  test.each(TABLE)('%s compares the fields of the table in its order', (_name, listed, order) => {
    const leads = moduleDefinition('Leads', { ...DEFAULT_KNOBS, ...UNIQUE });

    expect(checkOrder(listed, leads)).toEqual(order);
  });

  test.each(TABLE)(
    '%s finds a record by each of these fields alone',
    async (_name, listed, order) => {
      const { admin, upsert } = await startHarness(UNIQUE);
      const more = listed === undefined ? {} : { duplicate_check_fields: listed };

      for (const field of ['Email', 'Holdfast_Key', 'Phone']) {
        const value = { [field]: ROW[field] };
        const [owner] = await admin.seed({ records: [aRow(value)] });
        const { json } = await upsert([aRow(value)], more);
        const compared = order.some((name) => name === field);

        expect(json.data[0].action).toBe(compared ? 'update' : 'insert');
        expect(json.data[0].details.id === owner?.id).toBe(compared);
      }
    },
  );

  test.each(TABLE)(
    '%s takes the first field when one record has all values',
    async (_name, listed, order) => {
      const { admin, upsert } = await startHarness(UNIQUE);
      await admin.seed({ records: [ROW] });

      const { json } = await upsert(
        [ROW],
        listed === undefined ? {} : { duplicate_check_fields: listed },
      );

      expect(json.data[0]).toMatchObject({ action: 'update', duplicate_field: order[0] });
    },
  );

  test('["unique1"] ignores the e-mail address: a second record is made', async () => {
    const { admin, upsert } = await startHarness(UNIQUE);
    await admin.seed({ records: [aRow({ Email: 'e@example.com', Holdfast_Key: 'other' })] });

    const { json } = await upsert([aRow({ Email: 'e@example.com', Holdfast_Key: 'k' })], {
      duplicate_check_fields: ['Holdfast_Key'],
    });

    expect(json.data[0].action).toBe('insert');
    expect(await admin.records()).toHaveLength(2);
  });

  test('["unique1"] still finds a record by unique2, which is not listed', async () => {
    const { admin, upsert } = await startHarness(UNIQUE);
    const [owner] = await admin.seed({ records: [aRow({ Phone: '555-0100' })] });

    const { json } = await upsert([aRow({ Holdfast_Key: 'k', Phone: '555-0100' })], {
      duplicate_check_fields: ['Holdfast_Key'],
    });

    expect(json.data[0]).toMatchObject({ action: 'update', duplicate_field: 'Phone' });
    expect(json.data[0].details.id).toBe(owner?.id);
  });
});

test('a new key with a known e-mail address updates that record and gives it the key', async () => {
  const { admin, upsert } = await startHarness();
  const [seeded] = await admin.seed({ records: [aRow({ Email: 'e@example.com' })] });

  const { json } = await upsert([aRow({ Email: 'e@example.com', Holdfast_Key: 'k' })], {
    duplicate_check_fields: ['Holdfast_Key', 'Email'],
  });

  expect(json.data[0]).toMatchObject({ action: 'update', duplicate_field: 'Email' });
  expect(await admin.records()).toMatchObject([
    { id: seeded?.id, fields: { Holdfast_Key: 'k', Email: 'e@example.com' } },
  ]);
});

test('compares without case', async () => {
  const { admin, upsert } = await startHarness();
  await admin.seed({ records: [aRow({ Email: 'Ada@Example.com' })] });

  const { json } = await upsert([aRow({ Email: 'ada@example.COM' })]);

  expect(json.data[0].action).toBe('update');
  expect(await admin.records()).toHaveLength(1);
});

test('refuses a check field that is neither the system field nor unique', async () => {
  const { upsert } = await startHarness();

  const { status, json } = await upsert([aRow()], { duplicate_check_fields: ['Phone'] });

  expect(status).toBe(400);
  expect(json).toMatchObject({
    code: 'INVALID_DATA',
    details: { json_path: '$.duplicate_check_fields[0]' },
  });
});

test('matching one record while another owns the unique value is DUPLICATE_DATA', async () => {
  const { admin, upsert } = await startHarness();
  const [byEmail, byKey] = await admin.seed({
    records: [aRow({ Email: 'e@example.com' }), aRow({ Holdfast_Key: 'k' })],
  });

  const { status, json } = await upsert([aRow({ Email: 'e@example.com', Holdfast_Key: 'k' })], {
    duplicate_check_fields: ['Email'],
  });

  expect(status).toBe(400);
  expect(json.data[0]).toMatchObject({
    code: 'DUPLICATE_DATA',
    status: 'error',
    message: 'duplicate data',
    details: {
      api_name: 'Holdfast_Key',
      json_path: '$.data[0].Holdfast_Key',
      id: byKey?.id,
      more_records: false,
      duplicate_record: { id: byKey?.id, module: { api_name: 'Leads' } },
    },
  });
  expect((await admin.records()).find(({ id }) => id === byEmail?.id)?.fields).not.toHaveProperty(
    'Holdfast_Key',
  );
});

test('two owned unique values are MULTIPLE_OR_MULTI_ERRORS', async () => {
  const { admin, upsert } = await startHarness(UNIQUE);
  await admin.seed({
    records: [
      aRow({ Email: 'e@example.com' }),
      aRow({ Holdfast_Key: 'k' }),
      aRow({ Phone: '555-0100' }),
    ],
  });

  const { json } = await upsert([ROW], { duplicate_check_fields: ['Email'] });

  expect(json.data[0]).toMatchObject({
    code: 'MULTIPLE_OR_MULTI_ERRORS',
    message: 'Multiple errors in the request',
    details: {
      errors: [
        { code: 'DUPLICATE_DATA', details: { api_name: 'Holdfast_Key' } },
        { code: 'DUPLICATE_DATA', details: { api_name: 'Phone' } },
      ],
    },
  });
});

test('which of several matches wins is a knob', async () => {
  const { admin, upsert } = await startHarness();
  const seeded = await admin.seed({
    records: [1, 2, 3].map(() => aRow({ Email: 'e@example.com' })),
  });
  const winner = async () =>
    (await upsert([aRow({ Email: 'e@example.com' })])).json.data[0].details.id;

  const oldest = await winner();
  await admin.knobs({ multiMatch: 'newest' });
  const newest = await winner();
  await admin.knobs({ multiMatch: 'random', seed: 7 });
  const random = [await winner(), await winner(), await winner(), await winner(), await winner()];
  await admin.knobs({ seed: 8 });
  await admin.knobs({ seed: 7 });
  const again = [await winner(), await winner(), await winner(), await winner(), await winner()];

  expect(oldest).toBe(seeded[0]?.id);
  expect(newest).toBe(seeded[2]?.id);
  expect(new Set(random).size).toBeGreaterThan(1);
  expect(again).toEqual(random);
});

test('an organisation without the custom fields matches by e-mail alone', async () => {
  const { upsert } = await startHarness({ customFields: false });

  const withKey = await upsert([aRow({ Holdfast_Key: 'k' })]);
  const first = await upsert([aRow({ Email: 'e@example.com' })]);
  const second = await upsert([aRow({ Email: 'e@example.com' })]);

  expect(withKey.json.data[0]).toMatchObject({
    code: 'INVALID_DATA',
    details: { api_name: 'Holdfast_Key' },
  });
  expect(first.json.data[0].action).toBe('insert');
  expect(second.json.data[0].action).toBe('update');
});
