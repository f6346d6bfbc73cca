import { expect, test } from 'vitest';
import { aRow, startHarness } from './harness.ts';

test('create answers 201 and makes a record even for a known e-mail address', async () => {
  const { admin, call } = await startHarness();
  const row = aRow({ Email: 'e@example.com' });

  const first = await call('POST', 'Leads', { data: [row] });
  const second = await call('POST', 'Leads', { data: [row] });

  expect(first.status).toBe(201);
  expect(first.json.data[0]).toMatchObject({ code: 'SUCCESS', message: 'record added' });
  expect(first.json.data[0]).not.toHaveProperty('action');
  expect(second.status).toBe(201);
  expect(await admin.records()).toHaveLength(2);
});

test('create refuses a unique value that is taken, for that row alone', async () => {
  const { call } = await startHarness();
  const rows = [aRow({ Holdfast_Key: 'k' }), aRow({ Holdfast_Key: 'K' })];

  const { status, json } = await call('POST', 'Leads', { data: rows });

  expect(status).toBe(207);
  expect(json.data[1]).toMatchObject({
    code: 'DUPLICATE_DATA',
    details: { api_name: 'Holdfast_Key', duplicate_record: { id: json.data[0].details.id } },
  });
});

test('bulk update writes each row to its id and keeps the other fields', async () => {
  const { admin, call } = await startHarness();
  const [first, second] = await admin.seed({
    records: [aRow({ City: 'Oslo' }), aRow({ City: 'Bergen' })],
  });

  const { status, json } = await call('PUT', 'Leads', {
    data: [
      { id: second?.id, Phone: '555-0102' },
      { id: first?.id, Phone: '555-0101' },
    ],
  });

  expect(status).toBe(200);
  expect(json.data[0]).toMatchObject({
    code: 'SUCCESS',
    message: 'record updated',
    details: { id: second?.id },
  });
  expect((await admin.records()).map(({ fields }) => [fields['City'], fields['Phone']])).toEqual([
    ['Oslo', '555-0101'],
    ['Bergen', '555-0102'],
  ]);
});

test('bulk update: an unknown id is INVALID_DATA on id, no id MANDATORY_NOT_FOUND, others go on', async () => {
  const { admin, call } = await startHarness();
  const [seeded] = await admin.seed({ records: [aRow()] });

  const mixed = await call('PUT', 'Leads', {
    data: [
      { id: seeded?.id, City: 'Oslo' },
      { id: '4150868000000999999', City: 'Oslo' },
      { City: 'Oslo' },
    ],
  });
  const unknownAlone = await call('PUT', 'Leads', { data: [{ id: '1', City: 'Oslo' }] });

  expect(mixed.status).toBe(207);
  expect(mixed.json.data.map((row: { code: string }) => row.code)).toEqual([
    'SUCCESS',
    'INVALID_DATA',
    'MANDATORY_NOT_FOUND',
  ]);
  expect(mixed.json.data[1]?.details).toEqual({ api_name: 'id', json_path: '$.data[1].id' });
  expect(unknownAlone.status).toBe(400);
});

test('update by path writes the record, counts its workflows, and honours trigger', async () => {
  const { admin, call } = await startHarness();
  const [seeded] = await admin.seed({ records: [aRow()] });

  const { status } = await call('PUT', `Leads/${seeded?.id}`, { data: [{ City: 'Oslo' }] });
  await call('PUT', `Leads/${seeded?.id}`, { data: [{ City: 'Bergen' }], trigger: [] });

  expect(status).toBe(200);
  expect((await admin.records())[0]).toMatchObject({
    fields: { City: 'Bergen' },
    workflowFires: { total: 1, insert: 0, update: 1 },
  });
});

test('update refuses to empty a mandatory field and to take a unique value from its owner', async () => {
  const { admin, call } = await startHarness();
  const [first] = await admin.seed({ records: [aRow(), aRow({ Holdfast_Key: 'k' })] });

  const emptied = await call('PUT', `Leads/${first?.id}`, { data: [{ Last_Name: null }] });
  const taken = await call('PUT', `Leads/${first?.id}`, { data: [{ Holdfast_Key: 'k' }] });

  expect(emptied.json.data[0].code).toBe('MANDATORY_NOT_FOUND');
  expect(taken.json.data[0].code).toBe('DUPLICATE_DATA');
});

test('If-Unmodified-Since holds for updates', async () => {
  const { admin, call } = await startHarness();
  const [seeded] = await admin.seed({ records: [aRow()] });

  const { status } = await call(
    'PUT',
    `Leads/${seeded?.id}`,
    { data: [{ City: 'Oslo' }] },
    { 'if-unmodified-since': '2020-01-01T00:00:00+00:00' },
  );

  expect(status).toBe(412);
  expect((await admin.records())[0]?.fields).not.toHaveProperty('City');
});

test('a read by id shows each field, null when empty; an unknown id is 204', async () => {
  const { admin, call } = await startHarness();
  const [seeded] = await admin.seed({ records: [aRow({ Holdfast_Version: 3 })] });

  const found = await call('GET', `Leads/${seeded?.id}`);
  const narrowed = await call('GET', `Leads/${seeded?.id}?fields=Holdfast_Version`);
  const none = await call('GET', 'Leads/4150868000000999999');
  const otherModule = await call('GET', `Contacts/${seeded?.id}`);

  expect(found.json.data[0]).toMatchObject({
    id: seeded?.id,
    Last_Name: 'Doe',
    Email: null,
    Holdfast_Version: 3,
    Converted__s: false,
    Modified_Time: '2026-11-22T11:30:00+05:30',
  });
  expect(narrowed.json.data).toEqual([{ Holdfast_Version: 3, id: seeded?.id }]);
  expect([none.status, none.text, otherModule.status]).toEqual([204, '', 204]);
});

test('a list needs fields, and takes ids', async () => {
  const { admin, call } = await startHarness();
  const seeded = await admin.seed({ records: [aRow(), aRow(), aRow()] });

  const refused = await call('GET', 'Leads');
  const page = await call('GET', 'Leads?fields=Last_Name&per_page=2');
  const byId = await call('GET', `Leads?fields=Last_Name&ids=${seeded[2]?.id}`);

  expect(refused.status).toBe(400);
  expect(page.json.info).toEqual({ per_page: 2, count: 2, page: 1, more_records: true });
  expect(byId.json.data).toEqual([{ Last_Name: 'Doe', id: seeded[2]?.id }]);
});

test('a converted lead is a contact, hidden from search, list and matching, and takes no update', async () => {
  const { admin, call, upsert } = await startHarness({ searchLagMs: 0 });
  const row = aRow({ Email: 'e@example.com', Holdfast_Key: 'k', City: 'Oslo' });
  const lead = (await upsert([row])).json.data[0].details.id;

  const converted = await call('POST', `Leads/${lead}/actions/convert`, { data: [{}] });
  const again = await call('POST', `Leads/${lead}/actions/convert`, { data: [{}] });
  const updated = await call('PUT', `Leads/${lead}`, { data: [{ City: 'Bergen' }] });
  const hidden = await call('GET', 'Leads/search?email=e@example.com');
  const listed = await call('GET', 'Leads?fields=Email');
  const shown = await call('GET', 'Leads/search?email=e@example.com&converted=true');
  const upserted = await upsert([row]);

  const contact = converted.json.data[0].details.Contacts.id;
  expect(converted.status).toBe(200);
  expect((await admin.records('Contacts'))[0]).toMatchObject({
    id: contact,
    fields: { Email: 'e@example.com', Mailing_City: 'Oslo' },
  });
  expect(again.json.code).toBe('ID_ALREADY_CONVERTED');
  expect(updated.status).toBe(400);
  expect(updated.json.data[0].code).toBe('CONVERTED_RECORD');
  expect([hidden.status, listed.status]).toEqual([204, 204]);
  expect(shown.json.data[0]).toMatchObject({ id: lead, Converted__s: true });
  expect(upserted.json.data[0].action).toBe('insert');
  expect((await admin.records())[0]?.converted).toBe(true);
});

test.each([
  ['hidden', { Email: 'e@example.com', Holdfast_Key: 'k' }, 'SUCCESS'],
  ['duplicate_data', { Email: 'e@example.com', Holdfast_Key: 'k' }, 'DUPLICATE_DATA'],
  ['duplicate_data', { Email: 'e@example.com' }, 'SUCCESS'],
  ['converted_record', { Email: 'e@example.com', Holdfast_Key: 'k' }, 'CONVERTED_RECORD'],
  ['converted_record', { Email: 'e@example.com' }, 'CONVERTED_RECORD'],
] as const)('with convertedLeads %s an upsert of %j is %s', async (knob, values, code) => {
  const { admin, upsert } = await startHarness({ convertedLeads: knob });
  const [lead] = await admin.seed({
    records: [aRow({ Email: 'e@example.com', Holdfast_Key: 'k' })],
  });
  await admin.convert(lead?.id ?? '');

  const { json } = await upsert([aRow(values)]);

  expect(json.data[0].code).toBe(code);
});

test('a locked record refuses writes until the lock is over', async () => {
  const { admin, call, clock } = await startHarness();
  const [seeded] = await admin.seed({ records: [aRow()] });
  const write = () => call('PUT', `Leads/${seeded?.id}`, { data: [{ City: 'Oslo' }] });

  await admin.lock(seeded?.id ?? '', 5_000);
  const locked = await write();
  clock.advance(5_000);
  const free = await write();

  expect(locked.status).toBe(400);
  expect(locked.json.data[0].code).toBe('RECORD_LOCKED');
  expect(free.status).toBe(200);
});

test('a note needs a parent that exists', async () => {
  const { admin, call } = await startHarness();
  const [contact] = await admin.seed({ module: 'Contacts', records: [{ Last_Name: 'Doe' }] });
  const note = (id: string) => ({
    data: [
      {
        Note_Title: 'New submission',
        Note_Content: 'Asked for a demo',
        Parent_Id: { module: { api_name: 'Contacts' }, id },
      },
    ],
  });

  const created = await call('POST', 'Notes', note(contact?.id ?? ''));
  const orphan = await call('POST', 'Notes', note('1'));

  expect(created.status).toBe(201);
  expect(await admin.records('Notes')).toHaveLength(1);
  expect(orphan.json.data[0]).toMatchObject({
    code: 'INVALID_DATA',
    details: { api_name: 'Parent_Id' },
  });
});

test('a deleted record is gone, and its unique value free', async () => {
  const { admin, call, upsert } = await startHarness({ scopes: ['ZohoCRM.modules.ALL'] });
  const [seeded] = await admin.seed({ records: [aRow({ Holdfast_Key: 'k' })] });

  const deleted = await call('DELETE', `Leads/${seeded?.id}`);
  const written = await call('PUT', `Leads/${seeded?.id}`, { data: [{ City: 'Oslo' }] });
  const upserted = await upsert([aRow({ Holdfast_Key: 'k' })]);

  expect(deleted.status).toBe(200);
  expect(written.json.data[0].details.api_name).toBe('id');
  expect(upserted.json.data[0].action).toBe('insert');
});

test('Contacts are upserted as Leads are', async () => {
  const { admin, call } = await startHarness();
  const body = { data: [{ Last_Name: 'Doe', Email: 'e@example.com' }] };

  const first = await call('POST', 'Contacts/upsert', body);
  const second = await call('POST', 'Contacts/upsert', body);

  expect(first.json.data[0].action).toBe('insert');
  expect(second.json.data[0].action).toBe('update');
  expect(await admin.records('Leads')).toHaveLength(0);
});

test.each([
  ['GET', 'Leads/upsert/x/y/z', 404, 'INVALID_URL_PATTERN'],
  ['GET', 'settings/nothing', 404, 'INVALID_URL_PATTERN'],
  ['GET', 'leads/search?word=x', 400, 'INVALID_MODULE'],
  ['PUT', 'Leads/upsert', 400, 'INVALID_REQUEST_METHOD'],
  ['DELETE', 'coql', 400, 'INVALID_REQUEST_METHOD'],
  ['POST', 'Notes/upsert', 400, 'NOT_SUPPORTED'],
])('%s %s is %i %s', async (method, path, status, code) => {
  const { call } = await startHarness();

  const answer = await call(method, path, method === 'GET' ? undefined : { data: [] });

  expect(answer.status).toBe(status);
  expect(answer.json.code).toBe(code);
});
