import { describe, expect, test } from 'vitest';
import type { FaultInput } from '../../../local/zoho-simulator/faults/fault.ts';
import { aRow, startHarness } from './harness.ts';

const row = aRow({ Email: 'e@example.com' });

describe('a fault before the commit leaves no record, one after it leaves one', () => {
  test.each([
    ['internal_error', 500],
    ['bad_gateway_html', 502],
    ['unavailable', 503],
    ['success_with_error_body', 200],
  ] as const)('%s', async (kind, status) => {
    const { admin, upsert } = await startHarness();

    await admin.faults({ kind, when: 'before' });
    const before = await upsert([row]);
    const recordsBefore = await admin.records();
    await admin.faults({ kind, when: 'after' });
    const after = await upsert([row]);
    const calm = await upsert([row]);

    expect([before.status, after.status]).toEqual([status, status]);
    expect(recordsBefore).toHaveLength(0);
    expect(await admin.records()).toHaveLength(1);
    expect(calm.json.data[0].action).toBe('update');
  });

  test.each(['reset', 'hang'] as const)('%s', async (kind) => {
    const { admin, token, upsert, url } = await startHarness();
    const headers = { authorization: `Zoho-oauthtoken ${await token()}` };
    const send = () =>
      fetch(`${url}/crm/v8/Leads/upsert`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ data: [row] }),
        signal: AbortSignal.timeout(1_000),
      });

    await admin.faults({ kind, when: 'before' }, { kind, when: 'after' });
    await expect(send()).rejects.toThrow();
    const recordsBefore = await admin.records();
    await expect(send()).rejects.toThrow();
    const calm = await upsert([row]);

    expect(recordsBefore).toHaveLength(0);
    expect(calm.json.data[0].action).toBe('update');
    expect((await admin.journal()).map(({ status, fault }) => [status, fault])).toContainEqual([
      0,
      kind,
    ]);
  });
});

test('success_with_error_body is 200 with an error, a bad gateway is HTML', async () => {
  const { admin, upsert } = await startHarness();
  await admin.faults({ kind: 'success_with_error_body' }, { kind: 'bad_gateway_html' });

  const odd = await upsert([row]);
  const html = await upsert([row]);

  expect(odd.json).toMatchObject({ code: 'INTERNAL_ERROR', status: 'error' });
  expect(html.headers.get('content-type')).toContain('text/html');
  expect(html.json).toBeUndefined();
});

test('truncated JSON is a whole answer with half a body, after the commit', async () => {
  const { admin, upsert } = await startHarness();
  await admin.faults({ kind: 'truncated_json' });

  const { json, status, text } = await upsert([row]);

  expect(status).toBe(200);
  expect(text).toMatch(/^\{"data":\[/);
  expect(json).toBeUndefined();
  expect(await admin.records()).toHaveLength(1);
});

test('a cut connection ends in the middle of the body, after the commit', async () => {
  const { admin, upsert } = await startHarness();
  await admin.faults({ kind: 'cut_connection' });

  await expect(upsert([row])).rejects.toThrow();

  expect(await admin.records()).toHaveLength(1);
});

test('short data leaves out the last result, not the last record', async () => {
  const { admin, upsert } = await startHarness();
  await admin.faults({ kind: 'short_data' });

  const { json } = await upsert([row, aRow({ Email: 'f@example.com' })]);

  expect(json.data).toHaveLength(1);
  expect(await admin.records()).toHaveLength(2);
});

test('401 and both kinds of 429 change nothing', async () => {
  const { admin, upsert } = await startHarness();
  await admin.faults(
    { kind: 'unauthorized' },
    { kind: 'too_many_concurrent' },
    { kind: 'credits_exhausted' },
  );

  const answers = [await upsert([row]), await upsert([row]), await upsert([row])];

  expect(answers.map(({ status, json }) => [status, json.code])).toEqual([
    [401, 'INVALID_TOKEN'],
    [429, 'TOO_MANY_REQUESTS'],
    [429, 'TOO_MANY_REQUESTS'],
  ]);
  expect(answers[1]?.json.message).toMatch(/concurren/);
  expect(answers[2]?.json.message).toMatch(/24 hour/);
  expect(await admin.records()).toHaveLength(0);
  expect((await admin.stats()).tooManyRequests).toEqual({ burst: 1, quota: 1 });
});

test('a row error strikes the rows that it names and no others', async () => {
  const { admin, upsert } = await startHarness();
  await admin.faults({
    kind: 'row_error',
    match: { row: { field: 'Email', equals: 'E@example.com' } },
    code: 'RECORD_IN_BLUEPRINT',
    details: { api_name: 'Email' },
  });

  const struck = await upsert([aRow({ Email: 'f@example.com' }), row]);
  const calm = await upsert([row]);

  expect(struck.status).toBe(207);
  expect(struck.json.data[1]).toEqual({
    code: 'RECORD_IN_BLUEPRINT',
    details: { api_name: 'Email', json_path: '$.data[1]' },
    message: 'simulated row error',
    status: 'error',
  });
  expect(calm.status).toBe(200);
});

test('a request fault can wait for a call with a certain row', async () => {
  const { admin, upsert } = await startHarness();
  await admin.faults({
    kind: 'unavailable',
    match: { row: { field: 'Email', equals: 'e@example.com' } },
  });

  const other = await upsert([aRow({ Email: 'f@example.com' })]);
  const named = await upsert([row]);

  expect([other.status, named.status]).toEqual([200, 503]);
});

test.each<[string, FaultInput, number[]]>([
  ['once by default', { kind: 'unavailable' }, [503, 200, 200, 200]],
  ['as often as told', { kind: 'unavailable', times: 3 }, [503, 503, 503, 200]],
  ['until it is removed', { kind: 'unavailable', times: 'always' }, [503, 503, 503, 503]],
  ['from the nth on', { kind: 'unavailable', match: { nth: 2 }, times: 2 }, [200, 503, 503, 200]],
  [
    'on its own path',
    { kind: 'unavailable', match: { path: '/crm/v8/Leads/upsert', method: 'post' } },
    [503, 200, 200, 200],
  ],
  [
    'on the beginning of a path',
    { kind: 'unavailable', match: { path: '/crm/*' } },
    [503, 200, 200, 200],
  ],
  [
    'not on another path',
    { kind: 'unavailable', match: { path: '/crm/v8/Leads' } },
    [200, 200, 200, 200],
  ],
  [
    'not on another method',
    { kind: 'unavailable', match: { method: 'PUT' } },
    [200, 200, 200, 200],
  ],
])('a fault strikes %s', async (_name, fault, statuses) => {
  const { admin, upsert } = await startHarness();
  await admin.faults(fault);

  const answers = [];
  for (let index = 0; index < 4; index += 1) answers.push((await upsert([row])).status);

  expect(answers).toEqual(statuses);
});

test('faults strike in the order in which they were told, one a request', async () => {
  const { admin, upsert } = await startHarness();
  await admin.faults({ kind: 'unavailable' }, { kind: 'internal_error' });

  const answers = [await upsert([row]), await upsert([row]), await upsert([row])];

  expect(answers.map(({ status }) => status)).toEqual([503, 500, 200]);
});

test('a fault that names the token endpoint strikes it, and no other fault does', async () => {
  const { admin, refresh } = await startHarness();
  await admin.faults(
    { kind: 'internal_error' },
    { kind: 'bad_gateway_html', match: { path: '/oauth/v2/token' } },
  );

  const struck = await refresh();
  const calm = await refresh();

  expect([struck.status, calm.status]).toEqual([502, 200]);
});

test('a delay before the commit lets it take place after the client has given up', async () => {
  const { admin, token, url } = await startHarness();
  const headers = { authorization: `Zoho-oauthtoken ${await token()}` };
  await admin.faults({ kind: 'delay', delayMs: 1_500 });

  const gaveUp = fetch(`${url}/crm/v8/Leads/upsert`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ data: [row] }),
    signal: AbortSignal.timeout(300),
  });
  await expect(gaveUp).rejects.toThrow();
  const atFirst = await admin.records();

  expect(atFirst).toHaveLength(0);
  await expect.poll(() => admin.records(), { timeout: 5_000 }).toHaveLength(1);
});

test('a hanging call counts as under way until its client gives up', async () => {
  const { admin, call, token, url } = await startHarness({ concurrencyMax: 1 });
  const headers = { authorization: `Zoho-oauthtoken ${await token()}` };
  await admin.faults({ kind: 'hang' });
  const patience = new AbortController();
  const hanging = fetch(`${url}/crm/v8/settings/modules`, { headers, signal: patience.signal });
  await expect.poll(async () => (await admin.journal()).length, { timeout: 5_000 }).toBe(2);

  const during = await call('GET', 'settings/modules');
  patience.abort();
  await expect(hanging).rejects.toThrow();

  expect(during.status).toBe(429);
  await expect
    .poll(async () => (await call('GET', 'settings/modules')).status, { timeout: 5_000 })
    .toBe(200);
});
