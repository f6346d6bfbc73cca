import { expect, test } from 'vitest';
import {
  errorStatus,
  foundRecords,
  json,
  type Script,
  scriptedFetch,
  silence,
  writtenStatus,
} from '../../support/zoho-fetch.ts';
import { aRow, aZohoWorld, writeRows } from '../../support/zoho-world.ts';

const refused = (...statuses: object[]): Script => json(400, { data: statuses });
const heldBy = (module: string, id: string, field = 'Holdfast_Key'): object =>
  errorStatus('DUPLICATE_DATA', {
    api_name: field,
    duplicate_record: { id, module: { api_name: module } },
  });

function aWorld(crm: readonly Script[], match: 'unique_field' | 'email_search' = 'unique_field') {
  const server = scriptedFetch({ crm });
  const world = aZohoWorld(server, { zoho: { match } });
  return { ...world, calls: () => server.crmRequests() };
}

test.each([
  { name: 'Converted_Contact', lead: { Converted_Contact: { id: '900' } } },
  { name: 'Converted_Contact as an id', lead: { Converted_Contact: '900' } },
  { name: '$converted_detail', lead: { $converted_detail: { contact: '900' } } },
])('finds the contact of a converted lead in $name', async ({ lead }) => {
  const { crm, calls, metrics } = aWorld([
    refused(errorStatus('CONVERTED_RECORD', { id: '20' })),
    foundRecords({ id: '20', ...lead }),
  ]);

  const outcomes = await writeRows(crm, [aRow({ recordId: '20' })]);

  expect(outcomes).toEqual([
    {
      kind: 'converted',
      contactId: '900',
      failure: {
        code: 'crm_converted',
        class: 'permanent',
        message:
          'The lead was converted into a contact in Zoho, which takes no changes: contact 900.',
        crmCode: 'CONVERTED_RECORD',
      },
    },
  ]);
  expect(calls()[1]?.method).toBe('GET');
  expect(calls()[1]?.url.pathname).toBe('/crm/v8/Leads');
  expect(Object.fromEntries(calls()[1]?.url.searchParams ?? [])).toEqual({
    ids: '20',
    converted: 'true',
    fields: 'id,Converted_Contact',
  });
  expect(metrics.counts).toMatchObject({ CrmRowRefused: 1 });
});

test('asks once for the contacts of all rows, and leaves the others alone', async () => {
  const { crm, calls } = aWorld([
    json(207, {
      data: [
        errorStatus('CONVERTED_RECORD', { id: '20' }),
        writtenStatus('30', 'update'),
        errorStatus('ID_ALREADY_CONVERTED'),
      ],
    }),
    foundRecords(
      { id: '40', Converted_Contact: { id: '904' } },
      { id: '20', Converted_Contact: { id: '902' } },
    ),
  ]);

  const outcomes = await writeRows(crm, [
    aRow({ identity: 'a', recordId: '20' }),
    aRow({ identity: 'b', recordId: '30' }),
    aRow({ identity: 'c', recordId: '40' }),
  ]);

  expect(outcomes).toMatchObject([
    { kind: 'converted', contactId: '902' },
    { kind: 'written', recordId: '30' },
    { kind: 'converted', contactId: '904' },
  ]);
  expect(calls()[1]?.url.searchParams.get('ids')).toBe('20,40');
  expect(calls()).toHaveLength(2);
});

test.each<{ name: string; answer: Script }>([
  { name: 'is silence', answer: silence() },
  { name: 'is a refusal', answer: json(403, errorStatus('NO_PERMISSION')) },
  { name: 'lists no such lead', answer: foundRecords() },
  { name: 'names no contact', answer: foundRecords({ id: '20', Converted_Contact: null }) },
])('says converted without a contact when the answer $name', async ({ answer }) => {
  const { crm } = aWorld([refused(errorStatus('CONVERTED_RECORD', { id: '20' })), answer]);

  const [outcome] = await writeRows(crm, [aRow({ recordId: '20' })]);

  expect(outcome).toMatchObject({ kind: 'converted', failure: { code: 'crm_converted' } });
  expect(outcome).not.toHaveProperty('contactId');
});

test('takes the contact that holds a unique value from the refusal itself', async () => {
  const { crm, calls } = aWorld([refused(heldBy('Contacts', '900', 'Email'))]);

  const outcomes = await writeRows(crm, [aRow()]);

  expect(outcomes).toMatchObject([
    {
      kind: 'converted',
      contactId: '900',
      failure: { code: 'crm_converted', crmCode: 'DUPLICATE_DATA', crmField: 'Email' },
    },
  ]);
  expect(calls()).toHaveLength(1);
});

test('finds out that the lead that holds a unique value was converted', async () => {
  const { crm } = aWorld([
    refused(heldBy('Leads', '20')),
    foundRecords({ id: '20', Converted_Contact: { id: '900' } }),
  ]);

  const outcomes = await writeRows(crm, [aRow()]);

  expect(outcomes).toMatchObject([
    { kind: 'converted', contactId: '900', failure: { code: 'crm_converted' } },
  ]);
});

test('leaves it at a duplicate when the lead that holds the value is none that was converted', async () => {
  const { crm } = aWorld([refused(heldBy('Leads', '20')), foundRecords()]);

  const outcomes = await writeRows(crm, [aRow()]);

  expect(outcomes).toMatchObject([
    { kind: 'failed', failure: { code: 'crm_duplicate_data' }, mayHaveHappened: false },
  ]);
});

test('takes several errors for a conversion only if each is about one', async () => {
  const several = (...errors: object[]): Script =>
    refused(errorStatus('MULTIPLE_OR_MULTI_ERRORS', { errors }));
  const both = heldBy('Contacts', '900', 'Email');

  const [converted] = await writeRows(aWorld([several(heldBy('Contacts', '900'), both)]).crm, [
    aRow(),
  ]);
  const [mended] = await writeRows(
    aWorld([several(both, errorStatus('INVALID_DATA', { api_name: 'Phone' }))]).crm,
    [aRow()],
  );

  expect(converted).toMatchObject({ kind: 'converted', contactId: '900' });
  expect(mended).toMatchObject({ kind: 'failed', failure: { code: 'crm_invalid_data' } });
});

test('knows a conversion from an error of a whole call for one record', async () => {
  const { crm, calls } = aWorld(
    [
      json(400, errorStatus('CONVERTED_RECORD')),
      foundRecords({ id: '20', Converted_Contact: { id: '900' } }),
    ],
    'email_search',
  );

  const outcomes = await writeRows(crm, [aRow({ recordId: '20' })]);

  expect(outcomes).toMatchObject([{ kind: 'converted', contactId: '900' }]);
  expect(calls()[1]?.url.searchParams.get('ids')).toBe('20');
});

test('means nothing in a module other than Leads', async () => {
  const server = scriptedFetch({ crm: [refused(heldBy('Contacts', '900'))] });
  const { crm } = aZohoWorld(server, { zoho: { module: 'Contacts' } });

  const outcomes = await writeRows(crm, [aRow()]);

  expect(outcomes).toMatchObject([{ kind: 'failed', failure: { code: 'crm_duplicate_data' } }]);
  expect(server.crmRequests()).toHaveLength(1);
});
