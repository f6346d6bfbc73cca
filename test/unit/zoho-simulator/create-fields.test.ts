import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aRow, type Harness, startHarness } from './harness.ts';

const KEY_FIELD = {
  field_label: 'Holdfast Key',
  data_type: 'text',
  length: 255,
  unique: { case_sensitive: false },
  external: { type: 'org', show: false },
};
const VERSION_FIELD = { field_label: 'Holdfast Version', data_type: 'integer' };

const create = async ({ call }: Harness, ...fields: readonly object[]) => {
  const { status, json } = await call('POST', 'settings/fields?module=Leads', { fields });
  const results = json.fields as unknown as readonly {
    code: string;
    status: string;
    message: string;
    details: Readonly<Record<string, unknown>>;
  }[];
  return { status, json, results };
};

const fieldNamed = async ({ call }: Harness, apiName: string, module = 'Leads') => {
  const { json } = await call('GET', `settings/fields?module=${module}`);
  return json.fields.find((each) => each.api_name === apiName);
};

test('a created field is in the metadata, under the name that its label makes', async () => {
  const harness = await startHarness({ customFields: false });

  const { status, results } = await create(harness, KEY_FIELD, VERSION_FIELD);

  expect(status).toBe(201);
  expect(results).toMatchObject([
    { code: 'SUCCESS', status: 'success', message: 'field created' },
    { code: 'SUCCESS' },
  ]);
  expect(await fieldNamed(harness, 'Holdfast_Key')).toMatchObject({
    id: results[0]?.details['id'],
    field_label: 'Holdfast Key',
    data_type: 'text',
    length: 255,
    custom_field: true,
    unique: { case_sensitive: false },
    external: { type: 'org' },
  });
  expect(await fieldNamed(harness, 'Holdfast_Version')).toMatchObject({
    data_type: 'integer',
    unique: {},
    external: null,
  });
  expect(await fieldNamed(harness, 'Holdfast_Key', 'Contacts')).toBeUndefined();
});

test('a created field validates rows, and a unique one finds and guards records', async () => {
  const harness = await startHarness({ customFields: false });
  await create(harness, KEY_FIELD, { field_label: 'Team', data_type: 'text', length: 5 });

  const before = await harness.upsert([aRow({ Holdfast_Key: 'k', Team: 'north' })], {
    duplicate_check_fields: ['Holdfast_Key'],
  });
  const after = await harness.upsert([aRow({ Holdfast_Key: 'K', City: 'Oslo' })], {
    duplicate_check_fields: ['Holdfast_Key'],
  });
  const tooLong = await harness.upsert([aRow({ Team: 'northern' })]);

  expect(before.json.data[0]).toMatchObject({ code: 'SUCCESS', action: 'insert' });
  expect(after.json.data[0]).toMatchObject({ code: 'SUCCESS', action: 'update' });
  expect(tooLong.json.data[0]).toMatchObject({
    code: 'INVALID_DATA',
    details: { api_name: 'Team', maximum_length: 5 },
  });
});

test.each([
  [
    'a label that is taken, whatever its case',
    { field_label: 'CITY', data_type: 'text' },
    'DUPLICATE_DATA',
    { api_name: 'field_label', json_path: '$.fields[1].field_label' },
  ],
  [
    'a type that there is not',
    { field_label: 'Team', data_type: 'txt' },
    'INVALID_DATA',
    { api_name: 'data_type', json_path: '$.fields[1].data_type' },
  ],
  [
    'a text that is too long',
    { field_label: 'Team', data_type: 'text', length: 256 },
    'INVALID_DATA',
    { api_name: 'length', range: { from: 1, to: 255 } },
  ],
  [
    'a text area of any other length than the three',
    { field_label: 'Team', data_type: 'textarea', length: 1_000 },
    'INVALID_DATA',
    { api_name: 'length' },
  ],
  [
    'a field without a label',
    { data_type: 'text' },
    'MANDATORY_NOT_FOUND',
    { api_name: 'field_label' },
  ],
  [
    'a unique field that heeds case',
    { field_label: 'Team', data_type: 'text', unique: { case_sensitive: true } },
    'INVALID_DATA',
    { supported_values: [false] },
  ],
  [
    'a unique checkbox',
    { field_label: 'Team', data_type: 'boolean', unique: { case_sensitive: false } },
    'NOT_SUPPORTED',
    { api_name: 'unique' },
  ],
  [
    'an external number',
    { field_label: 'Team', data_type: 'integer', external: { type: 'org', show: true } },
    'NOT_SUPPORTED',
    { api_name: 'external' },
  ],
])('%s is refused alone', async (_what, wrong, code, details) => {
  const harness = await startHarness();

  const { status, results } = await create(
    harness,
    { field_label: 'Good', data_type: 'text' },
    wrong,
  );

  expect(status).toBe(207);
  expect(results).toMatchObject([{ code: 'SUCCESS' }, { code, status: 'error', details }]);
  expect(await fieldNamed(harness, 'Good')).toBeDefined();
  expect(await fieldNamed(harness, 'Team')).toBeUndefined();
});

test('when every field is refused, the call is', async () => {
  const { status, results } = await create(await startHarness(), KEY_FIELD);

  expect(status).toBe(400);
  expect(results).toMatchObject([{ code: 'DUPLICATE_DATA' }]);
});

test('a module has two unique fields at most', async () => {
  const harness = await startHarness({ uniqueFields: ['Holdfast_Key', 'Email'] });
  const unique = { case_sensitive: false };

  const { results } = await create(harness, { field_label: 'Team', data_type: 'text', unique });

  expect(results).toMatchObject([{ code: 'LIMIT_EXCEEDED', details: { limit: 2 } }]);
});

test('a call has five fields at most', async () => {
  const fields = Array.from({ length: 6 }, (_, at) => ({
    field_label: `Team ${at}`,
    data_type: 'text',
  }));

  const { status, json } = await create(await startHarness(), ...fields);

  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'LIMIT_EXCEEDED', details: { limit: 5 } });
});

test('it takes a scope of its own, and ten credits', async () => {
  const harness = await startHarness({ scopes: ['ZohoCRM.settings.fields.READ'] });
  const allowed = await startHarness();

  const refused = await create(harness, VERSION_FIELD);
  await create(allowed, { field_label: 'Team', data_type: 'text' });

  expect(refused.status).toBe(401);
  expect(refused.json.code).toBe('OAUTH_SCOPE_MISMATCH');
  expect((await allowed.admin.stats()).creditsUsed).toBe(10);
});

test('an organisation may make fields external in its own pages only', async () => {
  const harness = await startHarness({ customFields: false, externalFieldByApi: 'refuse' });

  const { results } = await create(harness, KEY_FIELD);

  expect(results).toMatchObject([{ code: 'NOT_SUPPORTED', details: { api_name: 'external' } }]);
});

test('created fields survive a restart with a data file, and end with a reset', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zoho-simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const dataFile = path.join(folder, 'zoho.jsonl');
  const first = await startHarness({ dataFile, customFields: false });
  await create(first, KEY_FIELD);
  await first.upsert([aRow({ Holdfast_Key: 'k' })]);
  await first.close();

  const second = await startHarness({ dataFile, customFields: false });
  const kept = await fieldNamed(second, 'Holdfast_Key');
  const again = await second.upsert([aRow({ Holdfast_Key: 'K' })]);
  await second.admin.reset();
  // The reset has ended the token, too.
  const token = (await second.refresh()).json.access_token;
  const afterReset = await second.call('GET', 'settings/fields?module=Leads', undefined, {
    authorization: `Zoho-oauthtoken ${token}`,
  });
  await second.close();
  const third = await startHarness({ dataFile, customFields: false });

  expect(kept).toMatchObject({ unique: { case_sensitive: false } });
  expect(again.json.data[0].action).toBe('update');
  expect(afterReset.text).toContain('Last_Name');
  expect(afterReset.text).not.toContain('Holdfast_Key');
  expect(await fieldNamed(third, 'Holdfast_Key')).toBeUndefined();
});
