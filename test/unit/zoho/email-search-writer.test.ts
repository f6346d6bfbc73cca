import { describe, expect, test } from 'vitest';
import {
  allWritten,
  errorStatus,
  json,
  type Script,
  scriptedFetch,
  silence,
  text,
} from '../../support/zoho-fetch.ts';
import { API_URL, aRow, aZohoWorld, writeRows, type ZohoWorld } from '../../support/zoho-world.ts';

const ZOHO = { match: 'email_search' } as const;
const nothingFound = text(204, '');

function found(...records: { id: string; Email: string | null; Created_Time?: string }[]): Script {
  return json(200, { data: records, info: { count: records.length, more_records: false } });
}

function aWorld(crm: readonly Script[], crmTimeoutMs = 10_000) {
  const server = scriptedFetch({ crm });
  const world: ZohoWorld = aZohoWorld(server, { zoho: ZOHO, delivery: { crmTimeoutMs } });
  return { ...world, server, calls: () => server.crmRequests() };
}

test('updates the record that the search finds, with everything and without fallbacks', async () => {
  const record = { id: '77', Email: 'Ana@Example.com', Created_Time: '2026-01-01T10:00:00+05:30' };
  const { crm, calls } = aWorld([
    found(record),
    json(200, {
      data: [
        { code: 'SUCCESS', status: 'success', details: { id: '77' }, message: 'record updated' },
      ],
    }),
  ]);

  const outcomes = await writeRows(crm, [
    aRow({ values: { email: 'ana@example.com', city: 'Porto' } }),
  ]);

  expect(outcomes).toEqual([{ kind: 'written', recordId: '77', action: 'update' }]);
  const [search, update] = calls();
  expect(search?.method).toBe('GET');
  expect(search?.url.href).toBe(
    `${API_URL}/crm/v8/Leads/search?email=ana%40example.com&per_page=200`,
  );
  expect(update?.method).toBe('PUT');
  expect(update?.url.href).toBe(`${API_URL}/crm/v8/Leads/77`);
  expect(update?.json).toEqual({
    data: [{ Email: 'ana@example.com', City: 'Porto' }],
    trigger: ['workflow'],
  });
});

test('creates through an upsert on the e-mail when the search finds nothing', async () => {
  const { crm, calls } = aWorld([nothingFound, allWritten('insert', 5)]);

  const outcomes = await writeRows(crm, [aRow({ values: { email: 'ana@example.com' } })]);

  expect(outcomes).toEqual([{ kind: 'written', recordId: '5', action: 'insert' }]);
  expect(calls()[1]?.url.pathname).toBe('/crm/v8/Leads/upsert');
  expect(calls()[1]?.json).toEqual({
    data: [{ Email: 'ana@example.com', Last_Name: 'Unknown', Company: 'Unknown' }],
    duplicate_check_fields: ['Email'],
    trigger: ['workflow'],
  });
});

test.each([
  { name: 'a part of the address', Email: 'ana@example.com.br' },
  { name: 'a look-alike', Email: 'ana_@example.com' },
  { name: 'another e-mail field', Email: 'other@example.com' },
  { name: 'no address', Email: null },
])('does not take a record for the person when it matches by $name', async ({ Email }) => {
  const { crm, calls } = aWorld([found({ id: '1', Email }), allWritten('insert', 5)]);

  const outcomes = await writeRows(crm, [aRow()]);

  expect(outcomes).toEqual([{ kind: 'written', recordId: '5', action: 'insert' }]);
  expect(calls()[1]?.url.pathname).toBe('/crm/v8/Leads/upsert');
});

test('takes the oldest of several records with the address', async () => {
  const { crm, calls } = aWorld([
    found(
      { id: '300', Email: 'ana@example.com', Created_Time: '2026-03-01T00:00:00+00:00' },
      { id: '200', Email: 'ANA@example.com', Created_Time: '2026-01-01T02:00:00+05:30' },
      { id: '100', Email: 'ana@example.com', Created_Time: '2026-01-01T00:00:00+00:00' },
    ),
    allWritten('update'),
  ]);

  await crm.write([aRow()]);

  expect(calls()[1]?.url.pathname).toBe('/crm/v8/Leads/200');
});

test.each([
  { name: '500', search: json(500, errorStatus('INTERNAL_ERROR')) },
  { name: 'HTML', search: text(200, '<html></html>') },
  { name: '429', search: json(429, errorStatus('RATE_LIMIT_EXCEEDED')) },
  { name: 'silence', search: silence() },
])('upserts all the same when the search fails: $name', async ({ search }) => {
  const { crm, calls } = aWorld([search, allWritten('insert', 5)], 300);

  const outcomes = await writeRows(crm, [aRow()]);

  expect(outcomes).toEqual([{ kind: 'written', recordId: '5', action: 'insert' }]);
  expect(calls()[1]?.json?.duplicate_check_fields).toEqual(['Email']);
});

test('gets another token when the search is turned down, and searches again', async () => {
  const { crm, calls, server } = aWorld([
    json(401, errorStatus('INVALID_TOKEN')),
    nothingFound,
    allWritten(),
  ]);

  const [outcome] = await writeRows(crm, [aRow()]);

  expect(outcome?.kind).toBe('written');
  expect(calls().map((call) => call.method)).toEqual(['GET', 'GET', 'POST']);
  expect(server.tokenRequests()).toHaveLength(2);
});

test('fails without writing when the search lacks its scope', async () => {
  const { crm, calls } = aWorld([json(401, errorStatus('OAUTH_SCOPE_MISMATCH'))]);

  const outcomes = await writeRows(crm, [aRow({ identity: 'a' }), aRow({ identity: 'b' })]);

  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ failure: { code: 'crm_forbidden' }, mayHaveHappened: false });
  }
  expect(calls()).toHaveLength(1);
});

test('upserts a lead without an e-mail address that Zoho would take', async () => {
  const { crm, calls } = aWorld([allWritten('insert', 5)]);

  const outcomes = await writeRows(crm, [
    aRow({ values: { phone: '+12025550143', email: 'none' } }),
  ]);

  expect(outcomes).toEqual([{ kind: 'written', recordId: '5', action: 'insert' }]);
  expect(calls()).toHaveLength(1);
  expect(calls()[0]?.json?.data).toEqual([
    {
      Phone: '+12025550143',
      Description: 'Email, as submitted: none',
      Last_Name: 'Unknown',
      Company: 'Unknown',
    },
  ]);
});

describe('a record that is known', () => {
  test('is written by its id, with what changed, without a search', async () => {
    const { crm, calls } = aWorld([allWritten('update', 20)]);
    const row = aRow({
      recordId: '20',
      values: { city: 'Porto', email: 'a@example.com' },
      changed: ['city'],
    });

    await crm.write([row]);

    expect(calls()).toHaveLength(1);
    expect(calls()[0]?.url.pathname).toBe('/crm/v8/Leads/20');
    expect(calls()[0]?.json?.data).toEqual([{ City: 'Porto' }]);
  });

  test('needs no call when nothing that changed has a field in Zoho', async () => {
    const { crm, server } = aWorld([allWritten()]);
    const row = aRow({ recordId: '20', values: { utm_source: 'x' }, changed: ['utm_source'] });

    const outcomes = await writeRows(crm, [row]);

    expect(outcomes).toEqual([{ kind: 'written', recordId: '20', action: 'update' }]);
    expect(server.sent).toEqual([]);
  });

  test('is said to be gone when Zoho does not take the id', async () => {
    const gone = errorStatus('INVALID_DATA', {}, 'the id given seems to be invalid');
    const { crm } = aWorld([json(400, { data: [gone] })]);

    const [outcome] = await writeRows(crm, [aRow({ recordId: '20' })]);

    expect(outcome).toMatchObject({ failure: { code: 'crm_record_gone' } });
  });
});

test('keeps the rows that were written when a later one brings no answer', async () => {
  const { crm } = aWorld([nothingFound, allWritten('insert', 5), nothingFound, silence()], 300);

  const outcomes = await writeRows(crm, [aRow({ identity: 'a' }), aRow({ identity: 'b' })]);

  expect(outcomes[0]).toEqual({ kind: 'written', recordId: '5', action: 'insert' });
  expect(outcomes[1]).toMatchObject({ failure: { code: 'crm_no_answer' }, mayHaveHappened: true });
});

test('ends at its time limit: rows that were not begun are said not to have happened', async () => {
  const { crm, calls } = aWorld([silence()], 300);
  const rows = Array.from({ length: 10 }, (_, index) =>
    aRow({ identity: `p-${index}`, recordId: '9' }),
  );

  const outcomes = await writeRows(crm, rows);

  expect(outcomes).toHaveLength(10);
  expect(outcomes[0]).toMatchObject({ failure: { code: 'crm_no_answer' }, mayHaveHappened: true });
  expect(outcomes.at(-1)).toMatchObject({
    failure: { code: 'crm_no_answer' },
    mayHaveHappened: false,
  });
  expect(calls().length).toBeLessThan(10);
});
