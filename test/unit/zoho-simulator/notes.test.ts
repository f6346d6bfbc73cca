import { expect, test } from 'vitest';
import { DEFAULT_KNOBS } from '../../../local/zoho-simulator/knobs.ts';
import type { Harness } from './harness.ts';
import { aRow, startHarness } from './harness.ts';

async function aContact({ admin }: Harness): Promise<string> {
  const [contact] = await admin.seed({ module: 'Contacts', records: [{ Last_Name: 'Doe' }] });
  return contact?.id ?? '';
}

async function addNote({ call }: Harness, id: string, title: string, module = 'Contacts') {
  const parent = { module: { api_name: module }, id };
  const note = { Note_Title: title, Note_Content: 'text', Parent_Id: parent };
  return call('POST', 'Notes', { data: [note] });
}

test('a record lists its own notes, the newest first, without lag', async () => {
  const harness = await startHarness({ searchLagMs: 60_000 });
  const { admin, call } = harness;
  const [one, other] = [await aContact(harness), await aContact(harness)];
  const [lead] = await admin.seed({ records: [aRow()] });
  await addNote(harness, one, 'first');
  await addNote(harness, one, 'second');
  await addNote(harness, other, 'of another');
  await addNote(harness, lead?.id ?? '', 'of a lead', 'Leads');

  const { status, json } = await call('GET', `Contacts/${one}/Notes?fields=Note_Title`);

  expect(status).toBe(200);
  expect(json.data).toMatchObject([{ Note_Title: 'second' }, { Note_Title: 'first' }]);
  expect(Object.keys(json.data[0]).sort()).toEqual(['Note_Title', 'id']);
  expect(json.info).toEqual({ per_page: 200, count: 2, page: 1, more_records: false });
});

test('a record without notes is answered with 204, and notes come by pages', async () => {
  const harness = await startHarness();
  const id = await aContact(harness);
  const list = (query: string) => harness.call('GET', `Contacts/${id}/Notes?${query}`);

  const empty = await list('fields=id');
  await addNote(harness, id, 'first');
  await addNote(harness, id, 'second');
  const page = await list('fields=Note_Title&per_page=1&page=2');

  expect([empty.status, empty.text]).toEqual([204, '']);
  expect(page.json.data).toMatchObject([{ Note_Title: 'first' }]);
});

test.each([
  { path: 'Contacts/1/Notes?fields=id', status: 400, code: 'INVALID_DATA' },
  { path: 'Contacts/1/Notes', status: 400, code: 'REQUIRED_PARAM_MISSING' },
  { path: 'Contacts/1/Deals?fields=id', status: 404, code: 'INVALID_URL_PATTERN' },
  { path: 'Notes/1/Notes?fields=id', status: 404, code: 'INVALID_URL_PATTERN' },
])('GET $path is $status $code', async ({ path, status, code }) => {
  const { call } = await startHarness();

  const answer = await call('GET', path);

  expect(answer.status).toBe(status);
  expect(answer.json.code).toBe(code);
});

test.each(['ZohoCRM.modules.notes.READ', 'ZohoCRM.modules.contacts.READ'])(
  'notes are not listed without %s',
  async (missing) => {
    const scopes = DEFAULT_KNOBS.scopes.filter((scope) => scope !== missing);
    const harness = await startHarness({ scopes });
    const id = await aContact(harness);

    const { status, json } = await harness.call('GET', `Contacts/${id}/Notes?fields=id`);

    expect(status).toBe(401);
    expect(json.code).toBe('OAUTH_SCOPE_MISMATCH');
  },
);

test.each(['ZohoCRM.coql.READ', 'ZohoCRM.modules.leads.READ'])(
  'a query for Leads is refused without %s',
  async (missing) => {
    const scopes = DEFAULT_KNOBS.scopes.filter((scope) => scope !== missing);
    const { call } = await startHarness({ scopes });

    const { status, json } = await call('POST', 'coql', {
      select_query: "select id from Leads where Email = 'e@example.com'",
    });

    expect(status).toBe(401);
    expect(json.code).toBe('OAUTH_SCOPE_MISMATCH');
  },
);

test('a list by ids shows the converted ones alone, with their contact, when asked to', async () => {
  const { admin, call } = await startHarness();
  const [open, converted] = await admin.seed({ records: [aRow(), aRow()] });
  const contact = await admin.convert(converted?.id ?? '');
  const list = (flag: string) =>
    call('GET', `Leads?ids=${open?.id},${converted?.id}&fields=Converted_Contact${flag}`);

  const asked = await list('&converted=true');
  const notAsked = await list('');

  expect(asked.json.data).toEqual([{ id: converted?.id, Converted_Contact: { id: contact.id } }]);
  expect(notAsked.json.data).toEqual([{ id: open?.id, Converted_Contact: null }]);
});
