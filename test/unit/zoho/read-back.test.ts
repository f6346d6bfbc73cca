import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  errorStatus,
  foundRecords,
  json,
  queryOf,
  type Script,
  scriptedFetch,
  silence,
  socketError,
  text,
} from '../../support/zoho-fetch.ts';
import { API_URL, aZohoWorld } from '../../support/zoho-world.ts';

const KEY = 'hf_00112233445566778899aabbccddeeff00112233';
const OTHER_KEY = 'hf_ffeeddccbbaa99887766554433221100ffeeddcc';

test('asks once for ten records by their keys, with nothing that could be read as anything else', async () => {
  const server = scriptedFetch({ crm: [foundRecords()] });
  const { crm, metrics } = aZohoWorld(server);
  const refs = Array.from({ length: 10 }, (_, index) => ({ identity: `hf_${index}` }));

  const { readings } = await crm.readBack(refs);

  expect(readings).toEqual(refs.map(() => ({ kind: 'absent' })));
  const [request, ...others] = server.crmRequests();
  expect(others).toEqual([]);
  expect(request?.method).toBe('POST');
  expect(request?.url.href).toBe(`${API_URL}/crm/v8/coql`);
  expect(queryOf(request)).toBe(
    `select id, Holdfast_Key, Holdfast_Version from Leads where Holdfast_Key in (${refs
      .map(({ identity }) => `'${identity}'`)
      .join(', ')}) limit 200`,
  );
  expect(metrics.counts).toMatchObject({ CrmReadBack: 10 });
});

test('says with which version each record is held, in the order of the references', async () => {
  const server = scriptedFetch({
    crm: [
      foundRecords({ id: '70', Holdfast_Key: KEY, Holdfast_Version: 4 }),
      foundRecords({ id: '80', Holdfast_Key: OTHER_KEY.toUpperCase(), Holdfast_Version: 9 }),
    ],
  });
  const { crm } = aZohoWorld(server);

  const { readings } = await crm.readBack([
    { identity: 'hf_gone', recordId: '71' },
    { identity: OTHER_KEY },
    { identity: KEY, recordId: '70' },
    { identity: 'hf_never' },
  ]);

  expect(readings).toEqual([
    { kind: 'absent' },
    { kind: 'held', recordId: '80', version: 9 },
    { kind: 'held', recordId: '70', version: 4 },
    { kind: 'absent' },
  ]);
  expect(server.crmRequests().map(queryOf)).toEqual([
    "select id, Holdfast_Key, Holdfast_Version from Leads where id in ('71', '70') limit 200",
    `select id, Holdfast_Key, Holdfast_Version from Leads where Holdfast_Key in ('${OTHER_KEY}', 'hf_never') limit 200`,
  ]);
});

test('takes a record that its id finds, whatever identity its key field names', async () => {
  const record = { id: '70', Holdfast_Key: OTHER_KEY, Holdfast_Version: 3 };
  const { crm } = aZohoWorld(scriptedFetch({ crm: [foundRecords(record)] }));

  const { readings } = await crm.readBack([{ identity: KEY, recordId: '70' }]);

  expect(readings).toEqual([{ kind: 'held', recordId: '70', version: 3 }]);
});

test.each([
  { name: 'null', field: null, version: 0 },
  { name: 'absent', field: undefined, version: 0 },
  { name: 'a number', field: 12, version: 12 },
  { name: 'a number in a text', field: '12', version: 12 },
  { name: 'no whole number', field: 1.5, version: 0 },
  { name: 'a text', field: 'twelve', version: 0 },
])('reads version $version from a field that is $name', async ({ field, version }) => {
  const record = { id: '70', Holdfast_Key: KEY, Holdfast_Version: field };
  const { crm } = aZohoWorld(scriptedFetch({ crm: [foundRecords(record)] }));

  const { readings } = await crm.readBack([{ identity: KEY }]);

  expect(readings).toEqual([{ kind: 'held', recordId: '70', version }]);
});

test('uses the configured module and fields', async () => {
  const server = scriptedFetch({ crm: [foundRecords({ id: '7', Key__c: KEY, Rev__c: 2 })] });
  const zoho = { module: 'Contacts', keyField: 'Key__c', versionField: 'Rev__c' } as const;
  const { crm } = aZohoWorld(server, { zoho });

  const { readings } = await crm.readBack([{ identity: KEY }]);

  expect(readings).toEqual([{ kind: 'held', recordId: '7', version: 2 }]);
  expect(queryOf(server.crmRequests()[0])).toContain(
    'select id, Key__c, Rev__c from Contacts where',
  );
});

describe('a read-back that fails', () => {
  test.each<{ name: string; script: Script; code: string; retryAfterMs?: number }>([
    { name: 'silence', script: silence(), code: 'crm_no_answer' },
    { name: 'a reset', script: socketError('ECONNRESET'), code: 'crm_no_answer' },
    { name: '500', script: json(500, errorStatus('INTERNAL_ERROR')), code: 'crm_unavailable' },
    { name: '502 with HTML', script: text(502, '<html></html>'), code: 'crm_unavailable' },
    {
      name: '429',
      script: json(429, errorStatus('TOO_MANY_REQUESTS'), { 'retry-after': '5' }),
      code: 'crm_rate_limited',
      retryAfterMs: 5_000,
    },
    { name: '401', script: json(401, errorStatus('INVALID_TOKEN')), code: 'crm_unauthorized' },
    { name: 'JSON cut off', script: text(200, '{"data":[{"id"'), code: 'crm_bad_answer' },
    { name: 'no record', script: json(200, { data: [{ name: 'x' }] }), code: 'crm_bad_answer' },
    {
      name: 'an error with status 200',
      script: json(200, { data: [errorStatus('INTERNAL_ERROR')] }),
      code: 'crm_unavailable',
    },
  ])('is unknown after $name, never absent', async ({ script, code, retryAfterMs }) => {
    const { crm } = aZohoWorld(scriptedFetch({ crm: [script] }));

    const { readings } = await crm.readBack([{ identity: KEY }, { identity: OTHER_KEY }]);

    expect(readings).toHaveLength(2);
    for (const reading of readings) {
      expect(reading).toMatchObject({ kind: 'unknown', failure: { code } });
      if (retryAfterMs !== undefined) expect(reading).toMatchObject({ retryAfterMs });
    }
  });

  test.each([
    { status: 401, code: 'OAUTH_SCOPE_MISMATCH' },
    { status: 403, code: 'NO_PERMISSION' },
    { status: 400, code: 'INVALID_QUERY' },
    { status: 400, code: 'SYNTAX_ERROR' },
    { status: 400, code: 'INVALID_MODULE' },
  ])('is unsupported after $code, and says so once', async ({ status, code }) => {
    const { crm, log } = aZohoWorld(scriptedFetch({ crm: [json(status, errorStatus(code))] }));

    const first = await crm.readBack([{ identity: KEY }, { identity: 'hf_2', recordId: '7' }]);
    await crm.readBack([{ identity: KEY }]);

    expect(first.readings).toEqual([{ kind: 'unsupported' }, { kind: 'unsupported' }]);
    expect(
      log.lines.filter((line) => line.message.startsWith('Records can not be read back')),
    ).toMatchObject([{ level: 'warn', fields: { crm_code: code } }]);
  });

  test('keeps what the other query read', async () => {
    const server = scriptedFetch({
      crm: [foundRecords({ id: '70', Holdfast_Version: 4 }), json(503, {})],
    });
    const { crm } = aZohoWorld(server);

    const { readings } = await crm.readBack([
      { identity: KEY },
      { identity: OTHER_KEY, recordId: '70' },
    ]);

    expect(readings).toMatchObject([
      { kind: 'unknown', failure: { code: 'crm_unavailable' } },
      { kind: 'held', recordId: '70', version: 4 },
    ]);
  });

  test('says that nothing was written when the answer to a question gets lost', async () => {
    const { crm } = aZohoWorld(scriptedFetch({ crm: [silence()] }));

    const { readings } = await crm.readBack([{ identity: KEY }]);

    expect(readings).toMatchObject([
      { failure: { message: expect.stringContaining('nothing was written') } },
    ]);
  });

  test('ends within the time of a write when nothing ever answers', async () => {
    const { crm, clock } = aZohoWorld(scriptedFetch({ crm: [silence()] }));
    const startedAtMs = clock.nowMs();

    const { readings } = await crm.readBack([
      { identity: KEY },
      { identity: OTHER_KEY, recordId: '70' },
    ]);

    expect(readings.map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
    expect(clock.nowMs() - startedAtMs).toBeLessThanOrEqual(crm.writeTimeoutMs);
  });
});

test('is unsupported without a field for the version, without a call', async () => {
  const server = scriptedFetch({});
  const { crm, log } = aZohoWorld(server, { zoho: { match: 'email_search' } });

  const { readings } = await crm.readBack([{ identity: KEY }, { identity: OTHER_KEY }]);
  await crm.readBack([{ identity: KEY }]);

  expect(readings).toEqual([{ kind: 'unsupported' }, { kind: 'unsupported' }]);
  expect(server.sent).toEqual([]);
  expect(log.lines).toHaveLength(1);
});

test('gets another token when the query is turned down, and asks again', async () => {
  const server = scriptedFetch({
    crm: [json(401, errorStatus('INVALID_TOKEN')), foundRecords({ id: '7', Holdfast_Key: KEY })],
  });
  const { crm } = aZohoWorld(server);

  const { readings } = await crm.readBack([{ identity: KEY }]);

  expect(readings).toEqual([{ kind: 'held', recordId: '7', version: 0 }]);
  expect(server.tokenRequests()).toHaveLength(2);
});

test('reports the credits that are left', async () => {
  const answer = json(200, { data: [{ id: '7' }] }, { 'x-api-credits-remaining': '99' });
  const { crm } = aZohoWorld(scriptedFetch({ crm: [answer] }));

  const { creditsRemaining } = await crm.readBack([{ identity: KEY, recordId: '7' }]);

  expect(creditsRemaining).toBe(99);
});

test.each(["o'neil", 'a\\', 'a b', '', 'ana@example.com', 'x'.repeat(256)])(
  'refuses the identity %j, which would need escaping in a query',
  async (identity) => {
    const server = scriptedFetch({});
    const { crm } = aZohoWorld(server);

    await expect(crm.readBack([{ identity }])).rejects.toThrow('letters, digits');
    expect(server.sent).toEqual([]);
  },
);

test('gives one reading a reference and never throws, whatever Zoho answers', async () => {
  const record = fc.record({
    id: fc.oneof(fc.constant('7'), fc.jsonValue()),
    Holdfast_Key: fc.oneof(fc.constant(KEY), fc.jsonValue()),
    Holdfast_Version: fc.jsonValue(),
  });
  const body = fc.oneof(fc.jsonValue(), fc.record({ data: fc.array(record, { maxLength: 3 }) }));

  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 200, max: 599 }), body, async (status, value) => {
      // A Response of these statuses can have no body; they stand for "nothing found".
      const isEmpty = [204, 205, 304].includes(status);
      const script = isEmpty ? text(204, '') : json(status, value);
      const { crm, log } = aZohoWorld(scriptedFetch({ crm: [script] }));

      const { readings } = await crm.readBack([
        { identity: KEY },
        { identity: OTHER_KEY, recordId: '7' },
      ]);

      expect(readings).toHaveLength(2);
      expect(log.lines.filter((line) => line.level === 'error')).toEqual([]);
      for (const reading of readings) {
        if (reading.kind === 'held') expect(Number.isInteger(reading.version)).toBe(true);
        if (reading.kind === 'absent') expect(isEmpty || status === 200).toBe(true);
      }
    }),
  );
});
