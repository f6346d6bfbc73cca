import { expect, test } from 'vitest';
import { aRow, startHarness } from './harness.ts';

test('answers an insert as Zoho does, with a text id above 2^53 and an offset without milliseconds', async () => {
  const { upsert } = await startHarness();

  const { status, json } = await upsert([aRow({ Email: 'e@example.com' })]);

  expect(status).toBe(200);
  expect(json.data[0]).toEqual({
    code: 'SUCCESS',
    duplicate_field: null,
    action: 'insert',
    details: {
      Modified_Time: '2026-11-22T11:30:00+05:30',
      Modified_By: { name: 'Simulated User', id: '4150868000000225013' },
      Created_Time: '2026-11-22T11:30:00+05:30',
      id: expect.stringMatching(/^\d{19}$/),
      Created_By: { name: 'Simulated User', id: '4150868000000225013' },
      $approval_state: 'approved',
    },
    message: 'record added',
    status: 'success',
  });
  expect(Number(json.data[0].details.id)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
});

test('an update says so, names the field that matched and moves Modified_Time alone', async () => {
  const { clock, upsert } = await startHarness({ timeZoneOffset: '-03:00' });
  await upsert([aRow({ Email: 'e@example.com' })]);
  clock.advance(61_500);

  const { json } = await upsert([aRow({ Email: 'e@example.com' })]);

  expect(json.data[0]).toMatchObject({
    duplicate_field: 'Email',
    action: 'update',
    message: 'record updated',
    details: {
      Created_Time: '2026-11-22T03:00:00-03:00',
      Modified_Time: '2026-11-22T03:01:01-03:00',
    },
  });
});

test('some rows refused are 207, in the order of the rows', async () => {
  const { admin, upsert } = await startHarness();

  const { status, json } = await upsert([
    aRow({ Email: 'a@example.com' }),
    { Email: 'b@example.com' },
    aRow({ Email: 'c@example.com' }),
  ]);

  expect(status).toBe(207);
  expect(json.data.map((row: { code: string }) => row.code)).toEqual([
    'SUCCESS',
    'MANDATORY_NOT_FOUND',
    'SUCCESS',
  ]);
  expect(json.data[1]?.details).toEqual({
    api_name: 'Last_Name',
    json_path: '$.data[1].Last_Name',
  });
  expect(await admin.records()).toHaveLength(2);
});

test('all rows refused are 400, or what the knob says', async () => {
  const { admin, upsert } = await startHarness();

  const usual = await upsert([{ Email: 'b@example.com' }]);
  await admin.knobs({ allRowsFailedStatus: 202 });
  const odd = await upsert([{ Email: 'b@example.com' }]);

  expect(usual.status).toBe(400);
  expect(odd.status).toBe(202);
  expect(odd.json).toEqual(usual.json);
});

test('takes 100 rows and refuses 101', async () => {
  const { upsert } = await startHarness();
  const rows = Array.from({ length: 101 }, (_, index) => aRow({ Email: `p${index}@example.com` }));

  const most = await upsert(rows.slice(0, 100));
  const tooMany = await upsert(rows);

  expect(most.json.data).toHaveLength(100);
  expect(tooMany.status).toBe(400);
  expect(tooMany.json).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    details: { maximum_length: 100, api_name: 'data' },
  });
});

test.each([
  ['no JSON', '{"data":[', { code: 'INVALID_DATA', message: 'body' }],
  ['an array', '[]', { code: 'INVALID_DATA', message: 'body' }],
  ['no data', '{}', { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'data' } }],
  ['no rows', '{"data":[]}', { code: 'INVALID_DATA' }],
  ['a row that is none', '{"data":["x"]}', { code: 'INVALID_DATA' }],
  ['a trigger that is no list', '{"data":[{}],"trigger":"workflow"}', { code: 'INVALID_DATA' }],
])('refuses %s as a whole', async (_name, body, expected) => {
  const { call } = await startHarness();

  const { status, json } = await call('POST', 'Leads/upsert', body);

  expect(status).toBe(400);
  expect(json).toMatchObject(expected);
});

test.each([
  [undefined],
  ['application/json'],
  ['text/plain'],
  ['application/x-www-form-urlencoded'],
])('takes the content type %s', async (contentType) => {
  const { token, url } = await startHarness();

  const response = await fetch(`${url}/crm/v8/Leads/upsert`, {
    method: 'POST',
    headers: {
      authorization: `Zoho-oauthtoken ${await token()}`,
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    },
    body: Buffer.from(JSON.stringify({ data: [aRow()] })),
  });

  expect(response.status).toBe(200);
});

test('request errors are flat or wrapped, as the knob says', async () => {
  const { admin, call } = await startHarness();

  const flat = await call('POST', 'Nonsense/upsert', { data: [] });
  await admin.knobs({ requestErrorShape: 'wrapped' });
  const wrapped = await call('POST', 'Nonsense/upsert', { data: [] });

  expect(flat.status).toBe(400);
  expect(flat.json.code).toBe('INVALID_MODULE');
  expect(wrapped.json).toEqual({ data: [flat.json] });
});

test('duplicate_field of an insert is a knob, and so is the status', async () => {
  const { upsert } = await startHarness({
    duplicateFieldOnInsert: 'first_check_field',
    upsertStatus: 201,
  });

  const { status, json } = await upsert([aRow({ Email: 'e@example.com' })]);

  expect(status).toBe(201);
  expect(json.data[0]).toMatchObject({ action: 'insert', duplicate_field: 'Email' });
});

test.each([
  ['absent', {}, 1],
  ['empty', { trigger: [] }, 0],
  ['without workflow', { trigger: ['approval', 'blueprint'] }, 0],
  ['with workflow', { trigger: ['approval', 'workflow'] }, 1],
])('workflows with a trigger that is %s', async (_name, more, fires) => {
  const { admin, upsert } = await startHarness();

  await upsert([aRow({ Email: 'e@example.com' })], more);
  await upsert([aRow({ Email: 'e@example.com' })], more);

  const [record] = await admin.records();
  expect(record?.workflowFires).toEqual({ total: fires * 2, insert: fires, update: fires });
});

test('whether an update that changes nothing starts workflows is a knob', async () => {
  const { admin, upsert } = await startHarness({ workflowOnUnchanged: false });
  await upsert([aRow({ Email: 'e@example.com' })]);

  await upsert([aRow({ Email: 'e@example.com' })]);
  await upsert([aRow({ Email: 'e@example.com', City: 'Oslo' })]);

  const [record] = await admin.records();
  expect(record?.workflowFires.update).toBe(1);
});

test('an update needs Last_Name too and keeps the fields that it does not carry', async () => {
  const { admin, upsert } = await startHarness();
  await upsert([aRow({ Email: 'e@example.com', City: 'Oslo' })]);

  const without = await upsert([{ Email: 'e@example.com', Phone: '555-0100' }]);
  await upsert([{ Last_Name: 'Roe', Email: 'e@example.com', Phone: '555-0100' }]);

  expect(without.json.data[0].code).toBe('MANDATORY_NOT_FOUND');
  expect((await admin.records())[0]?.fields).toMatchObject({
    Last_Name: 'Roe',
    City: 'Oslo',
    Phone: '555-0100',
  });
});

test('an empty value empties the field, or is ignored, as the knob says', async () => {
  const { admin, upsert } = await startHarness();
  await upsert([aRow({ Email: 'e@example.com', City: 'Oslo', Phone: '555-0100' })]);

  await upsert([aRow({ Email: 'e@example.com', City: '' })]);
  await admin.knobs({ emptyValueOnUpdate: 'ignore' });
  await upsert([aRow({ Email: 'e@example.com', Phone: null })]);

  const fields = (await admin.records())[0]?.fields;
  expect(fields).not.toHaveProperty('City');
  expect(fields).toHaveProperty('Phone', '555-0100');
});

test('If-Unmodified-Since lets through what was not modified since, to the second', async () => {
  const { admin, call, clock, upsert } = await startHarness();
  await upsert([aRow({ Email: 'e@example.com' })]);
  const write = (since: string) =>
    call(
      'POST',
      'Leads/upsert',
      { data: [aRow({ Email: 'e@example.com', City: 'Oslo' })] },
      { 'if-unmodified-since': since },
    );
  clock.advance(999);

  const stale = await write('2026-11-22T11:29:59+05:30');
  const before = (await admin.records())[0]?.fields;
  const fresh = await write('2026-11-22T11:30:00+05:30');

  expect(stale.status).toBe(412);
  expect(stale.json.data[0]).toMatchObject({
    code: 'ALREADY_MODIFIED',
    details: { Modified_Time: '2026-11-22T11:30:00+05:30' },
  });
  expect(before).not.toHaveProperty('City');
  expect(fresh.status).toBe(200);
});
