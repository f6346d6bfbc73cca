import { expect, test } from 'vitest';
import {
  allWritten,
  errorStatus,
  json,
  scriptedFetch,
  silence,
  writtenStatus,
} from '../../support/zoho-fetch.ts';
import { API_URL, aRow, aZohoWorld, writeRows } from '../../support/zoho-world.ts';

test('writes a new record whole, found by its identity or its e-mail', async () => {
  const server = scriptedFetch({
    crm: [json(200, { data: [writtenStatus('4150868000000376008')] })],
  });
  const { crm } = aZohoWorld(server);

  const outcomes = await writeRows(crm, [aRow({ identity: 'p-1', version: 7 })]);

  expect(outcomes).toEqual([
    { kind: 'written', recordId: '4150868000000376008', action: 'insert' },
  ]);
  const [request] = server.crmRequests();
  expect(request?.method).toBe('POST');
  expect(request?.url.href).toBe(`${API_URL}/crm/v8/Leads/upsert`);
  expect(request?.headers.get('content-type')).toBe('application/json');
  expect(request?.json).toEqual({
    data: [
      {
        First_Name: 'Ana',
        Last_Name: 'Ng',
        Email: 'p-1@example.com',
        Phone: '+12025550143',
        Company: 'Example Ltd',
        Holdfast_Key: 'p-1',
        Holdfast_Version: 7,
      },
    ],
    duplicate_check_fields: ['Holdfast_Key', 'Email'],
    trigger: ['workflow'],
  });
});

test('writes to a known record only what changed, without fallbacks and without the key', async () => {
  const server = scriptedFetch({});
  const { crm } = aZohoWorld(server);
  const row = aRow({
    recordId: '99',
    version: 3,
    values: { email: 'ana@example.com', city: 'Porto', job_title: 'CTO' },
    changed: ['city'],
  });

  const outcomes = await writeRows(crm, [row]);

  expect(outcomes).toEqual([{ kind: 'written', recordId: '99', action: 'update' }]);
  const [request] = server.crmRequests();
  expect(request?.method).toBe('PUT');
  expect(request?.url.href).toBe(`${API_URL}/crm/v8/Leads`);
  expect(request?.json).toEqual({
    data: [{ id: '99', City: 'Porto', Holdfast_Version: 3 }],
    trigger: ['workflow'],
  });
});

test('sends the configured automations with each write, none as an empty list', async () => {
  const server = scriptedFetch({});
  const { crm } = aZohoWorld(server, { zoho: { trigger: [] } });

  await crm.write([aRow({ identity: 'a' }), aRow({ identity: 'b', recordId: '20' })]);

  expect(server.crmRequests().map((request) => request.json?.trigger)).toEqual([[], []]);
});

test('never puts one e-mail address twice into one call', async () => {
  const server = scriptedFetch({ crm: [allWritten('insert', 1), allWritten('update', 1)] });
  const { crm } = aZohoWorld(server);

  const outcomes = await writeRows(crm, [
    aRow({ identity: 'a', values: { email: 'ana@example.com' } }),
    aRow({ identity: 'b', values: { email: 'Ana@Example.com' } }),
    aRow({ identity: 'c', values: { phone: '+12025550143' } }),
    aRow({ identity: 'd', values: { phone: '+12025550144' } }),
  ]);

  const keys = server
    .crmRequests()
    .map((request) => request.json?.data.map((record) => record['Holdfast_Key']));
  expect(keys).toEqual([['a', 'c', 'd'], ['b']]);
  expect(outcomes).toMatchObject([
    { recordId: '1', action: 'insert' },
    { recordId: '1', action: 'update' },
    { recordId: '2' },
    { recordId: '3' },
  ]);
});

test('writes known and new records of one write in two calls and keeps the order of the rows', async () => {
  const server = scriptedFetch({ crm: [allWritten('update'), allWritten('insert', 500)] });
  const { crm, metrics } = aZohoWorld(server);
  const rows = [
    aRow({ identity: 'a' }),
    aRow({ identity: 'b', recordId: '20' }),
    aRow({ identity: 'c' }),
    aRow({ identity: 'd', recordId: '40' }),
  ];

  const outcomes = await writeRows(crm, rows);

  expect(outcomes).toEqual([
    { kind: 'written', recordId: '500', action: 'insert' },
    { kind: 'written', recordId: '20', action: 'update' },
    { kind: 'written', recordId: '501', action: 'insert' },
    { kind: 'written', recordId: '40', action: 'update' },
  ]);
  expect(metrics.counts).toMatchObject({ CrmCall: 2, CrmRowWritten: 4 });
});

test('decides each row of a mixed answer by its own status', async () => {
  const answer = {
    data: [
      writtenStatus('1', 'update'),
      errorStatus('INVALID_DATA', { api_name: 'Phone', maximum_length: 30 }),
      errorStatus('RECORD_LOCKED'),
    ],
  };
  const server = scriptedFetch({ crm: [json(207, answer)] });
  const { crm, metrics } = aZohoWorld(server);

  const outcomes = await writeRows(crm, [
    aRow({ identity: 'a' }),
    aRow({ identity: 'b' }),
    aRow({ identity: 'c' }),
  ]);

  expect(outcomes[0]).toEqual({ kind: 'written', recordId: '1', action: 'update' });
  expect(outcomes[1]).toMatchObject({
    kind: 'failed',
    mayHaveHappened: false,
    failure: {
      code: 'crm_invalid_data',
      message: 'Zoho refused a value: Phone, longer than 30 characters.',
      crmField: 'Phone',
    },
  });
  expect(outcomes[2]).toMatchObject({ failure: { code: 'crm_record_locked' } });
  expect(metrics.counts).toMatchObject({ CrmRowWritten: 1, CrmRowRefused: 2 });
});

test('keeps the confirmed rows of the first call when the second brings no answer', async () => {
  const server = scriptedFetch({ crm: [allWritten('update'), silence()] });
  const { crm } = aZohoWorld(server, { delivery: { crmTimeoutMs: 300 } });

  const outcomes = await writeRows(crm, [
    aRow({ identity: 'new' }),
    aRow({ identity: 'known', recordId: '20' }),
  ]);

  expect(outcomes[0]).toMatchObject({ failure: { code: 'crm_no_answer' }, mayHaveHappened: true });
  expect(outcomes[1]).toEqual({ kind: 'written', recordId: '20', action: 'update' });
});

test('writes rows one by one when Zoho refuses a call without saying for which row', async () => {
  const flat = json(400, errorStatus('INVALID_DATA', { expected_data_type: 'jsonobject' }));
  const server = scriptedFetch({
    crm: [flat, allWritten('insert', 1), flat, allWritten('insert', 3)],
  });
  const { crm } = aZohoWorld(server);

  const outcomes = await writeRows(crm, [
    aRow({ identity: 'a' }),
    aRow({ identity: 'b' }),
    aRow({ identity: 'c' }),
  ]);

  expect(outcomes.map((outcome) => outcome.kind)).toEqual(['written', 'failed', 'written']);
  expect(outcomes[1]).toMatchObject({
    failure: { code: 'crm_invalid_data' },
    mayHaveHappened: false,
  });
  expect(server.crmRequests().map((request) => request.json?.data.length)).toEqual([3, 1, 1, 1]);
});

test('says that a record is gone when Zoho does not take its id', async () => {
  const gone = errorStatus('INVALID_DATA', { api_name: 'id', json_path: '$.data[0].id' });
  const server = scriptedFetch({ crm: [json(400, { data: [gone] })] });
  const { crm } = aZohoWorld(server);

  const [outcome] = await writeRows(crm, [aRow({ recordId: '20' })]);

  expect(outcome).toMatchObject({ failure: { code: 'crm_record_gone' }, mayHaveHappened: false });
});

test('makes no call for no rows', async () => {
  const server = scriptedFetch({});
  const { crm } = aZohoWorld(server);

  expect(await writeRows(crm, [])).toEqual([]);

  expect(server.sent).toEqual([]);
});

test('refuses more rows than one call takes, and an identity twice', async () => {
  const { crm } = aZohoWorld(scriptedFetch({}));
  const eleven = Array.from({ length: 11 }, (_, index) => aRow({ identity: `p-${index}` }));

  await expect(crm.write(eleven)).rejects.toThrow('at most 10 rows');
  await expect(crm.write([aRow(), aRow()])).rejects.toThrow('each identity at most once');
});
