import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CrmWriter } from '../../lambdas/core/ports/crm.ts';
import { createMemoryTokenStore } from '../../local/memory/memory-token-store.ts';
import type { SimulatorAdmin } from '../../local/zoho-simulator/admin-client.ts';
import type { FaultInput } from '../../local/zoho-simulator/faults/fault.ts';
import { startZohoSimulator } from '../../local/zoho-simulator/simulator.ts';
import {
  type SimulatedWriterOptions,
  type SimulatedZoho,
  startSimulatedZoho,
} from '../support/simulated-zoho.ts';
import { aRow, writeRows } from '../support/zoho-world.ts';

let zoho: SimulatedZoho;
let admin: SimulatorAdmin;

beforeAll(async () => {
  zoho = await startSimulatedZoho();
  ({ admin } = zoho);
});

beforeEach(async () => {
  await zoho.reset();
});

afterAll(async () => {
  await zoho.close();
});

function aWriter(options: SimulatedWriterOptions = {}): CrmWriter {
  return zoho.aWriter(options);
}

function recordIdOf(outcome: unknown): string {
  expect(outcome).toMatchObject({ kind: 'written' });
  return (outcome as { recordId: string }).recordId;
}

test('creates a record, then changes one field of it, and starts workflows once for each', async () => {
  const crm = aWriter();

  const [created] = await writeRows(crm, [aRow({ identity: 'p-1', version: 1 })]);
  const recordId = recordIdOf(created);
  const values = { ...aRow().values, city: 'Porto' };
  const [changed] = await writeRows(crm, [
    aRow({ identity: 'p-1', version: 2, recordId, values, changed: ['city'] }),
  ]);

  expect(created).toMatchObject({ action: 'insert' });
  expect(changed).toEqual({ kind: 'written', recordId, action: 'update' });
  const records = await admin.records();
  expect(records).toHaveLength(1);
  expect(records[0]?.fields).toMatchObject({
    Last_Name: 'Ng',
    Email: 'p-1@example.com',
    Phone: '+12025550143',
    City: 'Porto',
    Holdfast_Key: 'p-1',
    Holdfast_Version: 2,
  });
  expect(records[0]?.workflowFires).toEqual({ total: 2, insert: 1, update: 1 });
});

test('leaves what a person corrected in the CRM when another field changes', async () => {
  const crm = aWriter();
  await admin.seed({ records: [{ Last_Name: 'Corrected', Holdfast_Key: 'p-1' }] });
  const [seeded] = await admin.records();

  await crm.write([
    aRow({ recordId: seeded?.id ?? '', version: 2, values: { city: 'Porto' }, changed: ['city'] }),
  ]);

  const [record] = await admin.records();
  expect(record?.fields).toMatchObject({ Last_Name: 'Corrected', City: 'Porto' });
});

test('finds a record by the key, and by the e-mail of a person without one', async () => {
  await admin.seed({
    records: [
      { Last_Name: 'A', Email: 'old@example.com', Holdfast_Key: 'p-1' },
      { Last_Name: 'B', Email: 'ben@example.com' },
    ],
  });
  const crm = aWriter();

  const outcomes = await writeRows(crm, [
    aRow({ identity: 'p-1', values: { email: 'new@example.com', last_name: 'A' } }),
    aRow({ identity: 'p-2', values: { email: 'BEN@example.com', last_name: 'B' } }),
  ]);

  expect(outcomes).toMatchObject([{ action: 'update' }, { action: 'update' }]);
  const records = await admin.records();
  expect(records.map((record) => record.fields)).toMatchObject([
    { Email: 'new@example.com', Holdfast_Key: 'p-1' },
    { Holdfast_Key: 'p-2' },
  ]);
});

test('writes ten leads with one call and one credit', async () => {
  const crm = aWriter();
  const rows = Array.from({ length: 10 }, (_, index) =>
    aRow({ identity: `p-${index}`, values: { email: `p${index}@example.com` } }),
  );

  const outcomes = await writeRows(crm, rows);

  expect(new Set(outcomes.map(recordIdOf)).size).toBe(10);
  const journal = await admin.journal();
  const writes = journal.filter((entry) => entry.path.endsWith('/upsert'));
  expect(writes.map(({ rows: count, credits }) => ({ count, credits }))).toEqual([
    { count: 10, credits: 1 },
  ]);
});

test('lets nine leads through when Zoho refuses one', async () => {
  await admin.faults({
    kind: 'row_error',
    code: 'INVALID_DATA',
    details: { api_name: 'City', maximum_length: 100 },
    match: { row: { field: 'Holdfast_Key', equals: 'p-4' } },
  });
  const crm = aWriter();
  const rows = Array.from({ length: 10 }, (_, index) =>
    aRow({ identity: `p-${index}`, values: { email: `p${index}@example.com` } }),
  );

  const outcomes = await writeRows(crm, rows);

  expect(outcomes.filter((outcome) => outcome.kind === 'written')).toHaveLength(9);
  expect(outcomes[4]).toMatchObject({
    failure: { message: 'Zoho refused a value: City, longer than 100 characters.' },
  });
});

test('loses no lead to odd values: a simulator as strict as Zoho takes them all', async () => {
  const crm = aWriter();
  const values = {
    first_name: 'x'.repeat(200),
    email: 'not an address',
    phone: 'call +1 (202) 555-0143 or 555-0144, please',
    website: 'javascript:alert(1)',
    company: '=HYPERLINK("http://example.com")',
    message: `\u0000${'m'.repeat(200_000)}\ud800`,
  };

  const [outcome] = await writeRows(crm, [aRow({ values })]);

  expect(outcome).toMatchObject({ kind: 'written', action: 'insert' });
  const [record] = await admin.records();
  expect(record?.fields['Company']).toBe('=HYPERLINK("http://example.com")');
  expect(record?.fields['Description']).toContain('call +1 (202) 555-0143 or 555-0144, please');
});

test('writes a record anew when its id is gone', async () => {
  const crm = aWriter();
  const [created] = await writeRows(crm, [aRow()]);
  const recordId = recordIdOf(created);
  await admin.remove(recordId);

  const [gone] = await writeRows(crm, [aRow({ recordId, version: 2 })]);
  const [again] = await writeRows(crm, [aRow({ version: 2 })]);

  expect(gone).toMatchObject({ failure: { code: 'crm_record_gone' }, mayHaveHappened: false });
  expect(again).toMatchObject({ kind: 'written', action: 'insert' });
});

describe('a call that goes wrong', () => {
  const cases: { fault: FaultInput; code: string; mayHaveHappened: boolean; records: number }[] = [
    { fault: { kind: 'unavailable' }, code: 'crm_unavailable', mayHaveHappened: true, records: 0 },
    {
      fault: { kind: 'unavailable', when: 'after' },
      code: 'crm_unavailable',
      mayHaveHappened: true,
      records: 1,
    },
    {
      fault: { kind: 'internal_error' },
      code: 'crm_unavailable',
      mayHaveHappened: true,
      records: 0,
    },
    {
      fault: { kind: 'bad_gateway_html', when: 'after' },
      code: 'crm_unavailable',
      mayHaveHappened: true,
      records: 1,
    },
    { fault: { kind: 'hang' }, code: 'crm_no_answer', mayHaveHappened: true, records: 0 },
    {
      fault: { kind: 'hang', when: 'after' },
      code: 'crm_no_answer',
      mayHaveHappened: true,
      records: 1,
    },
    { fault: { kind: 'reset' }, code: 'crm_no_answer', mayHaveHappened: true, records: 0 },
    {
      fault: { kind: 'reset', when: 'after' },
      code: 'crm_no_answer',
      mayHaveHappened: true,
      records: 1,
    },
    {
      fault: { kind: 'truncated_json' },
      code: 'crm_bad_answer',
      mayHaveHappened: true,
      records: 1,
    },
    { fault: { kind: 'cut_connection' }, code: 'crm_no_answer', mayHaveHappened: true, records: 1 },
    { fault: { kind: 'short_data' }, code: 'crm_bad_answer', mayHaveHappened: true, records: 1 },
    {
      fault: { kind: 'too_many_concurrent' },
      code: 'crm_rate_limited',
      mayHaveHappened: false,
      records: 0,
    },
    {
      fault: { kind: 'credits_exhausted' },
      code: 'crm_credits_exhausted',
      mayHaveHappened: false,
      records: 0,
    },
  ];

  test.each(cases)(
    '$fault.kind, $fault.when: $code, and writing again leaves one record',
    async ({ fault, code, mayHaveHappened, records }) => {
      const crm = aWriter(fault.kind === 'hang' ? { crmTimeoutMs: 300 } : {});
      await admin.faults({
        ...fault,
        match: { method: 'POST', path: '/crm/v8/Leads/upsert' },
      });

      const [first] = await writeRows(crm, [aRow()]);
      const between = await admin.records();
      const [second] = await writeRows(aWriter(), [aRow()]);

      expect(first).toMatchObject({ failure: { code }, mayHaveHappened });
      expect(between).toHaveLength(records);
      expect(second).toMatchObject({ kind: 'written' });
      expect(await admin.records()).toHaveLength(1);
    },
  );

  test('Zoho not there at all: nothing has happened', async () => {
    const gone = await startZohoSimulator({ port: 0 });
    await gone.close();
    const crm = aWriter({ apiUrl: gone.url });

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome).toMatchObject({ failure: { code: 'crm_no_answer' }, mayHaveHappened: false });
    expect(await admin.records()).toEqual([]);
  });
});

describe('without a custom field', () => {
  const byEmail = { match: 'email_search' } as const;

  beforeEach(async () => {
    await admin.knobs({ customFields: false, uniqueFields: [] });
  });

  test('creates a record once, and finds it by e-mail afterwards', async () => {
    const crm = aWriter({ zoho: byEmail });

    const [created] = await writeRows(crm, [aRow()]);
    const [found] = await writeRows(crm, [
      aRow({ values: { email: 'ANA@example.com', city: 'Porto' } }),
    ]);

    expect(created).toMatchObject({ action: 'insert' });
    expect(found).toMatchObject({ action: 'update', recordId: recordIdOf(created) });
    const records = await admin.records();
    expect(records).toHaveLength(1);
    expect(records[0]?.fields).toMatchObject({ Last_Name: 'Ng', City: 'Porto' });
  });

  test('does not mistake a longer or similar address for the same', async () => {
    await admin.seed({
      records: [
        { Last_Name: 'Longer', Email: 'xana@example.com' },
        { Last_Name: 'Similar', Email: 'ana@example-com.example' },
      ],
    });
    const crm = aWriter({ zoho: byEmail });

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome).toMatchObject({ action: 'insert' });
    expect(await admin.records()).toHaveLength(3);
  });

  test('finds through the upsert what the search index does not have yet', async () => {
    await admin.knobs({ searchLagMs: 60_000 });
    const crm = aWriter({ zoho: byEmail });

    const [created] = await writeRows(crm, [aRow()]);
    const [again] = await writeRows(crm, [aRow()]);

    expect(again).toMatchObject({ action: 'update', recordId: recordIdOf(created) });
    expect(await admin.records()).toHaveLength(1);
  });

  test.each<FaultInput>([
    { kind: 'unavailable' },
    { kind: 'hang' },
    { kind: 'too_many_concurrent' },
  ])('upserts all the same when the search fails: $kind', async (fault) => {
    const crm = aWriter({
      zoho: byEmail,
      ...(fault.kind === 'hang' ? { crmTimeoutMs: 1_000 } : {}),
    });
    await admin.faults({ ...fault, match: { method: 'GET', path: '/crm/v8/Leads/search' } });

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome).toMatchObject({ kind: 'written', action: 'insert' });
  });

  test('changes a known record by its id, and says when it is gone', async () => {
    const crm = aWriter({ zoho: byEmail });
    const [created] = await writeRows(crm, [aRow()]);
    const recordId = recordIdOf(created);
    const row = aRow({ recordId, values: { city: 'Porto' }, changed: ['city'] });

    const [changed] = await writeRows(crm, [row]);
    await admin.remove(recordId);
    const [gone] = await writeRows(crm, [row]);

    expect(changed).toEqual({ kind: 'written', recordId, action: 'update' });
    expect(gone).toMatchObject({ failure: { code: 'crm_record_gone' } });
  });
});

describe('the access token', () => {
  test('is asked for once by three functions that write at the same time', async () => {
    const tokens = createMemoryTokenStore();
    const writers = [1, 2, 3].map(() => aWriter({ tokens }));

    const outcomes = await Promise.all(
      writers.flatMap((crm, writer) =>
        [1, 2].map(async (index) =>
          writeRows(crm, [
            aRow({
              identity: `p-${writer}-${index}`,
              values: { email: `p${writer}${index}@example.com` },
            }),
          ]),
        ),
      ),
    );

    expect(outcomes.flat().map((outcome) => outcome.kind)).toEqual(Array(6).fill('written'));
    expect((await admin.stats()).tokensIssued).toBe(1);
  });

  test('is replaced when Zoho has ended it, and the lead goes through in the same write', async () => {
    const crm = aWriter();
    await crm.write([aRow({ identity: 'p-1' })]);
    await admin.expireTokens();

    const [outcome] = await writeRows(crm, [
      aRow({ identity: 'p-2', values: { email: 'b@example.com' } }),
    ]);

    expect(outcome).toMatchObject({ kind: 'written' });
    expect((await admin.stats()).tokensIssued).toBe(2);
  });

  test('is replaced when ten newer ones have pushed it out of the ring', async () => {
    const ours = aWriter();
    await ours.write([aRow({ identity: 'p-1' })]);
    for (let others = 0; others < 10; others += 1) {
      await aWriter().write([
        aRow({ identity: `o-${others}`, values: { email: `o${others}@example.com` } }),
      ]);
    }

    const [outcome] = await writeRows(ours, [aRow({ identity: 'p-1', version: 2 })]);

    expect(outcome).toMatchObject({ kind: 'written', action: 'update' });
    expect((await admin.stats()).tokensIssued).toBe(12);
  });

  test('is not asked for again after Zoho has throttled', async () => {
    await admin.knobs({ tokenRequestsMax: 1 });
    await aWriter().write([aRow()]);
    const tokens = createMemoryTokenStore();

    const [first] = await writeRows(aWriter({ tokens }), [aRow()]);
    const [second] = await writeRows(aWriter({ tokens }), [aRow()]);

    expect(first).toMatchObject({
      failure: { code: 'crm_token_throttled' },
      mayHaveHappened: false,
    });
    expect(second).toMatchObject({ failure: { code: 'crm_token_throttled' } });
    expect((await admin.stats()).tokenRequestsThrottled).toBe(1);
  });

  test('of a revoked client: an authorization failure', async () => {
    const [outcome] = await writeRows(aWriter({ refreshToken: '1000.revoked' }), [aRow()]);

    expect(outcome).toMatchObject({
      failure: { code: 'crm_unauthorized', crmCode: 'invalid_code' },
      mayHaveHappened: false,
    });
  });

  test('without the scope to write: an authorization failure, and no second token', async () => {
    await admin.knobs({ scopes: ['ZohoCRM.modules.leads.READ'] });

    const [outcome] = await writeRows(aWriter(), [aRow()]);

    expect(outcome).toMatchObject({ failure: { code: 'crm_forbidden', class: 'authorization' } });
    expect((await admin.stats()).tokensIssued).toBe(1);
  });

  test('of a life of a minute does not stop the flow', async () => {
    await admin.knobs({ accessTokenTtlSeconds: 60 });
    const crm = aWriter();
    const kinds: string[] = [];

    for (let round = 0; round < 3; round += 1) {
      const [outcome] = await writeRows(crm, [aRow({ version: round + 1 })]);
      kinds.push(outcome?.kind ?? '');
      zoho.pass(61_000);
    }

    expect(kinds).toEqual(['written', 'written', 'written']);
    expect((await admin.stats()).tokensIssued).toBe(3);
  });

  test('is renewed before its hour is over, without a call that is turned down', async () => {
    const crm = aWriter();
    for (let minutes = 0; minutes < 180; minutes += 4) {
      await crm.write([aRow({ version: minutes + 1 })]);
      zoho.pass(4 * 60_000);
    }

    const stats = await admin.stats();
    expect(stats.callsByStatus['401']).toBeUndefined();
    expect(stats.tokensIssued).toBeLessThanOrEqual(5);
  });
});
