import { expect, test } from 'vitest';
import { createSimulatorAdmin } from '../../../local/zoho-simulator/admin-client.ts';
import { startZohoSimulator } from '../../../local/zoho-simulator/simulator.ts';
import { aRow, startHarness } from './harness.ts';

test('reset empties everything and brings the knobs of the start back', async () => {
  const { admin, call, upsert } = await startHarness({ latencyMs: 1 });
  await upsert([aRow()]);
  await admin.knobs({ unknownField: 'ignore' });
  await admin.faults({ kind: 'unavailable' });

  await admin.reset();
  const { status } = await call('GET', 'settings/modules');

  expect(status).toBe(401);
  expect(await admin.records()).toEqual([]);
  expect(await admin.knobs()).toMatchObject({ unknownField: 'reject', latencyMs: 1 });
  expect(await admin.stats()).toMatchObject({
    calls: 1,
    creditsUsed: 0,
    tokensIssued: 0,
    inserts: 0,
  });
});

test('a seed is there at once for search, unless told otherwise, and starts no workflow', async () => {
  const { admin, call } = await startHarness();
  await admin.seed({ records: [aRow({ City: 'Oslo' })] });
  await admin.seed({ records: [aRow({ City: 'Oslo' })], indexed: false });

  const { json } = await call('GET', 'Leads/search?word=Oslo');

  expect(json.data).toHaveLength(1);
  expect(await admin.records()).toHaveLength(2);
  expect((await admin.stats()).workflowFires).toBe(0);
});

test('stats count calls, records, writes and workflows', async () => {
  const { admin, upsert } = await startHarness();
  await upsert([aRow({ Email: 'e@example.com' }), aRow({ Email: 'f@example.com' })]);
  await upsert([aRow({ Email: 'e@example.com' }), {}]);

  const stats = await admin.stats();

  expect(stats).toMatchObject({
    calls: 3,
    callsByStatus: { 200: 2, 207: 1 },
    creditsUsed: 2,
    creditsRemaining: 49_998,
    records: { Leads: 2 },
    inserts: 2,
    updates: 1,
    workflowFires: 3,
    tokensIssued: 1,
  });
});

test('the journal tells each request, and no credentials', async () => {
  const { admin, upsert } = await startHarness();
  await upsert([aRow()]);

  const entries = await admin.journal();

  expect(entries).toMatchObject([
    { sequence: 1, method: 'POST', path: '/oauth/v2/token', status: 200, requestBody: '' },
    {
      sequence: 2,
      method: 'POST',
      path: '/crm/v8/Leads/upsert',
      status: 200,
      rows: 1,
      credits: 1,
      durationMs: 0,
      fault: null,
    },
  ]);
  expect(JSON.parse(entries[1]?.requestBody ?? '').data).toHaveLength(1);
  expect(JSON.stringify(entries)).not.toContain('simulator-secret');
  expect(JSON.stringify(entries)).not.toContain('Zoho-oauthtoken');
});

test('wrong input is refused with the setting that is wrong, and changes nothing', async () => {
  const { admin, url } = await startHarness();
  const patch = (body: string) => fetch(`${url}/_sim/knobs`, { method: 'PATCH', body });

  const wrong = await patch('{"searchLagMs":-1,"unknownField":"ignore"}');
  const unknown = await patch('{"nothing":1}');
  const notJson = await patch('{');

  expect([wrong.status, unknown.status, notJson.status]).toEqual([400, 400, 400]);
  expect(await wrong.text()).toContain('searchLagMs');
  expect(await unknown.text()).toContain('nothing');
  expect(await admin.knobs()).toMatchObject({ unknownField: 'reject' });
  await expect(admin.lock('1', 5)).rejects.toThrow('No such record');
  await expect(admin.faults({ kind: 'delay', delayMs: -1 })).rejects.toThrow('delayMs');
});

test('an unknown admin address answers with those there are', async () => {
  const { url } = await startHarness();

  const response = await fetch(`${url}/_sim/nothing`);

  expect(response.status).toBe(404);
  expect(await response.text()).toContain('POST /_sim/seed');
});

test('a knob that is wrong keeps the simulator from starting', async () => {
  await expect(startZohoSimulator({ uniqueFields: ['A', 'B', 'C'] })).rejects.toThrow(
    'uniqueFields',
  );
});

test('a taken port is a clear error', async () => {
  const { url } = await startHarness();
  const port = Number(new URL(url).port);

  await expect(startZohoSimulator({ port })).rejects.toThrow(`Port ${port} is taken`);
});

test('close ends calls under way, frees the port and may be called twice', async () => {
  const simulator = await startZohoSimulator();
  const admin = createSimulatorAdmin(simulator.url);
  await admin.faults({ kind: 'hang' });
  const hanging = fetch(`${simulator.url}/crm/v8/Leads`).then(
    () => 'answered',
    () => 'cut',
  );
  await expect.poll(async () => (await admin.journal()).length, { timeout: 5_000 }).toBe(1);

  await simulator.close();
  await simulator.close();

  expect(await hanging).toBe('cut');
  expect(await admin.health()).toBe(false);
});

test('one record can be looked at by its address', async () => {
  const simulator = await startZohoSimulator();
  const admin = createSimulatorAdmin(simulator.url);
  const [wanted] = await admin.seed({ records: [aRow({ City: 'Oslo' })] });
  await admin.seed({ records: [aRow({ City: 'Rome' })] });

  const response = await fetch(`${simulator.url}/_sim/dump?module=Leads&id=${wanted!.id}`);
  const { records } = (await response.json()) as { records: { id: string }[] };
  await simulator.close();

  expect(records.map(({ id }) => id)).toEqual([wanted!.id]);
});
