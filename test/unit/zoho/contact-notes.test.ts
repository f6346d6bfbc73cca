import { expect, test } from 'vitest';
import {
  allWritten,
  errorStatus,
  foundRecords,
  json,
  type Script,
  scriptedFetch,
  silence,
  writtenStatus,
} from '../../support/zoho-fetch.ts';
import { API_URL, aZohoWorld } from '../../support/zoho-world.ts';

const NOTE = {
  contactId: '900',
  mark: 'demo:signup:1',
  values: { email: 'ana@example.com', message: 'Call me' },
};
const written: Script = json(201, { data: [writtenStatus('50')] });

function aWorld(...crm: Script[]) {
  const server = scriptedFetch({ crm });
  return { ...aZohoWorld(server), calls: () => server.crmRequests() };
}

test('puts a note on the contact, a value a line, with the mark in its title', async () => {
  const { crm, calls } = aWorld(foundRecords(), written);

  const outcome = await crm.addNote(NOTE);

  expect(outcome).toEqual({ kind: 'written', recordId: '50', action: 'insert' });
  const [search, create] = calls();
  expect(search?.method).toBe('GET');
  expect(search?.url.href).toBe(
    `${API_URL}/crm/v8/Contacts/900/Notes?fields=id%2CNote_Title&page=1&per_page=200`,
  );
  expect(create?.method).toBe('POST');
  expect(create?.url.href).toBe(`${API_URL}/crm/v8/Notes`);
  expect(create?.json).toEqual({
    data: [
      {
        Note_Title: 'Form submission demo:signup:1',
        Note_Content: 'email: ana@example.com\nmessage: Call me',
        Parent_Id: { module: { api_name: 'Contacts' }, id: '900' },
      },
    ],
  });
});

test('writes none when a note with this mark is there', async () => {
  const { crm, calls } = aWorld(
    foundRecords(
      { id: '48', Note_Title: null },
      { id: '49', Note_Title: 'Form submission demo:signup:11' },
      { id: '50', Note_Title: 'Form submission demo:signup:1' },
    ),
  );

  const outcome = await crm.addNote(NOTE);

  expect(outcome).toEqual({ kind: 'written', recordId: '50', action: 'update' });
  expect(calls()).toHaveLength(1);
});

test('looks at further pages, a few at most', async () => {
  const page = json(200, { data: [{ id: '1', Note_Title: 'x' }], info: { more_records: true } });
  const { crm, calls } = aWorld(page, page, page, page, page, written);

  await crm.addNote(NOTE);

  expect(calls().map(({ url }) => url.searchParams.get('page'))).toEqual([
    '1',
    '2',
    '3',
    '4',
    '5',
    null,
  ]);
});

test.each<{ name: string; script: Script; code: string }>([
  { name: 'silence', script: silence(), code: 'crm_no_answer' },
  { name: '503', script: json(503, {}), code: 'crm_unavailable' },
  {
    name: 'a missing scope',
    script: json(401, errorStatus('OAUTH_SCOPE_MISMATCH')),
    code: 'crm_forbidden',
  },
])('writes none when it can not be told whether there is one: $name', async ({ script, code }) => {
  const { crm, calls } = aWorld(script, written);

  const outcome = await crm.addNote(NOTE);

  expect(outcome).toMatchObject({ kind: 'failed', failure: { code }, mayHaveHappened: false });
  expect(calls()).toHaveLength(1);
});

test.each<{ name: string; script: Script; code: string; mayHaveHappened: boolean }>([
  { name: 'silence', script: silence(), code: 'crm_no_answer', mayHaveHappened: true },
  { name: '503', script: json(503, {}), code: 'crm_unavailable', mayHaveHappened: true },
  {
    name: 'a contact that is gone',
    script: json(400, { data: [errorStatus('INVALID_DATA', { api_name: 'Parent_Id' })] }),
    code: 'crm_invalid_data',
    mayHaveHappened: false,
  },
  {
    name: 'too many requests',
    script: json(429, errorStatus('TOO_MANY_REQUESTS')),
    code: 'crm_rate_limited',
    mayHaveHappened: false,
  },
])('fails when the note is not confirmed: $name', async ({ script, code, mayHaveHappened }) => {
  const { crm } = aWorld(foundRecords(), script);

  const outcome = await crm.addNote(NOTE);

  expect(outcome).toMatchObject({ kind: 'failed', failure: { code }, mayHaveHappened });
});

test('cuts what is longer than Zoho takes, and leaves out what no text can show', async () => {
  const { crm, calls } = aWorld(foundRecords(), allWritten());

  await crm.addNote({
    ...NOTE,
    values: { first_name: '\u0000A\ud800na', city: '\u0007', message: 'm'.repeat(100_000) },
  });

  const content = String(calls()[1]?.json?.data[0]?.['Note_Content']);
  expect(content).toHaveLength(32_000);
  expect(content).toMatch(
    /^first_name: A\ufffdna\nmessage: m+\n\[cut off here: longer than Zoho takes\]/,
  );
});

test('puts something into a note of a submission without values: Zoho wants a text', async () => {
  const { crm, calls } = aWorld(foundRecords(), allWritten());

  await crm.addNote({ ...NOTE, values: {} });

  expect(calls()[1]?.json?.data[0]?.['Note_Content']).toBe('The submission had no values');
});

test('tells long marks apart although a title is short', async () => {
  const { crm, calls } = aWorld((request) =>
    (request.method === 'GET' ? foundRecords() : written)(request),
  );
  const mark = 'x'.repeat(300);

  await crm.addNote({ ...NOTE, mark: `${mark}1` });
  await crm.addNote({ ...NOTE, mark: `${mark}2` });
  await crm.addNote({ ...NOTE, mark: `${mark}1` });

  const titles = calls().flatMap(({ json: body }) =>
    body === undefined ? [] : [String(body.data[0]?.['Note_Title'])],
  );
  expect(titles).toHaveLength(3);
  expect(titles[0]).toBe(titles[2]);
  expect(titles[0]).not.toBe(titles[1]);
  expect(Math.max(...titles.map((title) => title.length))).toBeLessThanOrEqual(120);
});
