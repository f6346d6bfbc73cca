import { describe, expect, test } from 'vitest';
import {
  allWritten,
  errorStatus,
  foundRecords,
  json,
  queryOf,
  type Script,
  scriptedFetch,
  silence,
} from '../../support/zoho-fetch.ts';
import { aRow, aZohoWorld, writeRows } from '../../support/zoho-world.ts';

const NO_MATCH = {
  kind: 'failed',
  failure: { code: 'no_match', class: 'permanent' },
  mayHaveHappened: false,
};

describe('a row that only updates, with a unique field', () => {
  function aWorld(...crm: Script[]) {
    const server = scriptedFetch({ crm });
    return { ...aZohoWorld(server), calls: () => server.crmRequests() };
  }
  const values = { email: 'ana@example.com', city: 'Porto' };

  test('updates the record with its key: everything, without fallbacks', async () => {
    const { crm, calls } = aWorld(
      foundRecords({ id: '70', Holdfast_Key: 'hf_1' }),
      allWritten('update'),
    );

    const outcomes = await writeRows(crm, [
      aRow({ identity: 'hf_1', version: 5, values, changed: ['city'], mayCreate: false }),
    ]);

    expect(outcomes).toEqual([{ kind: 'written', recordId: '70', action: 'update' }]);
    const [query, update] = calls();
    expect(queryOf(query)).toBe(
      "select id, Holdfast_Key from Leads where Holdfast_Key in ('hf_1') limit 200",
    );
    expect([update?.method, update?.url.pathname]).toEqual(['PUT', '/crm/v8/Leads']);
    expect(update?.json).toEqual({
      data: [
        {
          id: '70',
          Email: 'ana@example.com',
          City: 'Porto',
          Holdfast_Key: 'hf_1',
          Holdfast_Version: 5,
        },
      ],
      trigger: ['workflow'],
    });
  });

  test('updates the record with its e-mail address when none has its key, and gives it the key', async () => {
    const { crm, calls } = aWorld(
      foundRecords(),
      foundRecords({ id: '80', Email: 'Ana@Example.com' }),
      allWritten('update'),
    );

    const outcomes = await writeRows(crm, [
      aRow({ identity: 'hf_1', version: 2, values, mayCreate: false }),
    ]);

    expect(outcomes).toEqual([{ kind: 'written', recordId: '80', action: 'update' }]);
    expect(calls()[1]?.url.pathname).toBe('/crm/v8/Leads/search');
    expect(calls()[2]?.json?.data).toEqual([
      {
        id: '80',
        Email: 'ana@example.com',
        City: 'Porto',
        Holdfast_Key: 'hf_1',
        Holdfast_Version: 2,
      },
    ]);
  });

  test('writes nothing when neither finds a record', async () => {
    const { crm, calls } = aWorld(
      foundRecords(),
      foundRecords({ id: '80', Email: 'xana@example.com' }),
    );

    const outcomes = await writeRows(crm, [aRow({ identity: 'hf_1', values, mayCreate: false })]);

    expect(outcomes).toMatchObject([NO_MATCH]);
    expect(calls().map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  test('does not search for a person without an e-mail address', async () => {
    const { crm, calls } = aWorld(foundRecords());

    const outcomes = await writeRows(crm, [
      aRow({ identity: 'hf_1', values: { phone: '+12025550143' }, mayCreate: false }),
    ]);

    expect(outcomes).toMatchObject([NO_MATCH]);
    expect(calls()).toHaveLength(1);
  });

  test('needs no question when the record is known', async () => {
    const { crm, calls } = aWorld(allWritten('update'));

    const outcomes = await writeRows(crm, [
      aRow({ identity: 'hf_1', recordId: '70', values, changed: ['city'], mayCreate: false }),
    ]);

    expect(outcomes).toMatchObject([{ kind: 'written', recordId: '70' }]);
    expect(calls()[0]?.json?.data).toEqual([{ id: '70', City: 'Porto', Holdfast_Version: 1 }]);
  });

  test('goes with rows of other kinds, one question for all, and keeps their order', async () => {
    const { crm, calls } = aWorld(
      foundRecords({ id: '30', Holdfast_Key: 'HF_C' }),
      allWritten('update'),
      allWritten('insert', 500),
      foundRecords(),
    );

    const outcomes = await writeRows(crm, [
      aRow({ identity: 'hf_a' }),
      aRow({ identity: 'hf_b', recordId: '20' }),
      aRow({ identity: 'hf_c', mayCreate: false }),
      aRow({ identity: 'hf_d', mayCreate: false }),
    ]);

    expect(outcomes).toMatchObject([
      { kind: 'written', recordId: '500', action: 'insert' },
      { kind: 'written', recordId: '20', action: 'update' },
      { kind: 'written', recordId: '30', action: 'update' },
      NO_MATCH,
    ]);
    expect(calls().map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
      'POST /crm/v8/coql',
      'PUT /crm/v8/Leads',
      'POST /crm/v8/Leads/upsert',
      'GET /crm/v8/Leads/search',
    ]);
  });

  test('never puts one id twice into one call', async () => {
    const { crm, calls } = aWorld(
      foundRecords({ id: '20', Holdfast_Key: 'hf_b' }),
      allWritten('update'),
    );

    await crm.write([
      aRow({ identity: 'hf_a', recordId: '20' }),
      aRow({ identity: 'hf_b', mayCreate: false }),
    ]);

    const ids = calls()
      .filter(({ method }) => method === 'PUT')
      .map((call) => call.json?.data.map(({ id }) => id));
    expect(ids).toEqual([['20'], ['20']]);
  });

  test.each<{ name: string; script: Script; code: string }>([
    { name: 'silence', script: silence(), code: 'crm_no_answer' },
    { name: '503', script: json(503, {}), code: 'crm_unavailable' },
    {
      name: 'a missing scope',
      script: json(401, errorStatus('OAUTH_SCOPE_MISMATCH')),
      code: 'crm_forbidden',
    },
  ])('fails without writing when the question fails: $name', async ({ script, code }) => {
    const { crm, calls } = aWorld(script, allWritten());

    const outcomes = await writeRows(crm, [
      aRow({ identity: 'hf_1', mayCreate: false }),
      aRow({ identity: 'hf_2', mayCreate: false }),
    ]);

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: 'failed', failure: { code }, mayHaveHappened: false });
    }
    expect(calls()).toHaveLength(1);
  });

  test('fails without writing when the search by e-mail fails', async () => {
    const { crm, calls } = aWorld(foundRecords(), json(503, {}));

    const outcomes = await writeRows(crm, [aRow({ identity: 'hf_1', mayCreate: false })]);

    expect(outcomes).toMatchObject([
      { failure: { code: 'crm_unavailable' }, mayHaveHappened: false },
    ]);
    expect(calls()).toHaveLength(2);
  });
});

describe('a row that only updates, without a unique field', () => {
  function aWorld(...crm: Script[]) {
    const server = scriptedFetch({ crm });
    const world = aZohoWorld(server, { zoho: { match: 'email_search' } });
    return { ...world, calls: () => server.crmRequests() };
  }

  test('updates the record with its e-mail address', async () => {
    const { crm, calls } = aWorld(
      foundRecords({ id: '80', Email: 'ana@example.com' }),
      json(200, { data: [{ code: 'SUCCESS', status: 'success', details: { id: '80' } }] }),
    );

    const outcomes = await writeRows(crm, [
      aRow({ values: { email: 'ana@example.com', city: 'Porto' }, mayCreate: false }),
    ]);

    expect(outcomes).toEqual([{ kind: 'written', recordId: '80', action: 'update' }]);
    expect(calls()[1]?.url.pathname).toBe('/crm/v8/Leads/80');
    expect(calls()[1]?.json?.data).toEqual([{ Email: 'ana@example.com', City: 'Porto' }]);
  });

  test.each([
    { name: 'no record is found', values: { email: 'ana@example.com' }, calls: 1 },
    { name: 'there is no address', values: { phone: '+12025550143' }, calls: 0 },
  ])('writes nothing when $name', async ({ values, calls: made }) => {
    const { crm, calls } = aWorld(foundRecords());

    const outcomes = await writeRows(crm, [aRow({ values, mayCreate: false })]);

    expect(outcomes).toMatchObject([NO_MATCH]);
    expect(calls()).toHaveLength(made);
  });

  test('does not fall back on an upsert when the search fails', async () => {
    const { crm, calls } = aWorld(json(503, {}));

    const outcomes = await writeRows(crm, [aRow({ mayCreate: false })]);

    expect(outcomes).toMatchObject([
      { failure: { code: 'crm_unavailable' }, mayHaveHappened: false },
    ]);
    expect(calls()).toHaveLength(1);
  });
});
