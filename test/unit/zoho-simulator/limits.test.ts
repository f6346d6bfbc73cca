import { expect, test } from 'vitest';
import { aRow, startHarness } from './harness.ts';

const DAY_MS = 86_400_000;
const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => aRow({ Email: `p${index}@example.com` }));

test.each([
  [1, 1],
  [10, 1],
  [11, 2],
  [100, 10],
])('a write of %i rows costs %i credits', async (count, credits) => {
  const { admin, upsert } = await startHarness();

  await upsert(rows(count));

  expect(await admin.stats()).toMatchObject({ creditsUsed: credits });
  expect((await admin.journal()).at(-1)).toMatchObject({ rows: count, credits });
});

test('a read costs 1 credit, a convert 5, a query by its limit; a token and a 401 none', async () => {
  const { admin, call, refresh, upsert } = await startHarness();
  const id = (await upsert([aRow()])).json.data[0].details.id;
  await admin.clearJournal();

  await refresh();
  await call('GET', 'settings/fields?module=Leads', undefined, { authorization: 'none' });
  await call('GET', `Leads/${id}`);
  await call('GET', 'Leads/search?word=x');
  await call('POST', 'coql', { select_query: "select id from Leads where City = 'x' limit 1000" });
  await call('POST', `Leads/${id}/actions/convert`, { data: [{}] });

  expect((await admin.journal()).map(({ credits }) => credits)).toEqual([0, 0, 1, 1, 2, 5]);
});

test('X-API-CREDITS-REMAINING appears once half of the credits is used', async () => {
  const { call } = await startHarness({ dailyCredits: 4 });

  const remaining = [];
  for (let index = 0; index < 4; index += 1) {
    const { headers } = await call('GET', 'settings/modules');
    remaining.push(headers.get('x-api-credits-remaining'));
  }

  expect(remaining).toEqual([null, '2', '1', '0']);
});

test('without credits calls are 429 and change nothing, until the first ones are a day old', async () => {
  const { admin, clock, refresh, call, upsert } = await startHarness({
    dailyCredits: 1,
    accessTokenTtlSeconds: 86_400,
  });
  await upsert([aRow()]);

  const refused = await upsert([aRow()]);
  clock.advance(DAY_MS);
  const authorization = `Zoho-oauthtoken ${(await refresh()).json.access_token}`;
  const again = await call('POST', 'Leads/upsert', { data: [aRow()] }, { authorization });

  expect(refused.status).toBe(429);
  expect(refused.json).toEqual({
    code: 'TOO_MANY_REQUESTS',
    details: {},
    message: 'Many requests fired than the allowed limit for the past 24 hours.',
    status: 'error',
  });
  expect(refused.headers.get('retry-after')).toBeNull();
  expect(again.status).toBe(200);
  expect(await admin.stats()).toMatchObject({
    inserts: 2,
    tooManyRequests: { burst: 0, quota: 1 },
  });
});

test('calls over the concurrency limit are 429, the others go through', async () => {
  const { admin, token, upsert } = await startHarness({ concurrencyMax: 2, latencyMs: 300 });
  await token();

  const answers = await Promise.all([1, 2, 3, 4].map(() => upsert([aRow()])));

  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(2);
  expect(refused[0]?.json.message).toBe(
    'Many requests fired in concurrent than the allowed limit.',
  );
  expect(await admin.stats()).toMatchObject({
    concurrencyHighest: expect.toSatisfy((highest: number) => highest > 2),
    inserts: 2,
    tooManyRequests: { burst: 2, quota: 0 },
  });
});

test('writes of more than 10 rows and COQL have a limit of their own', async () => {
  const { call, token, upsert } = await startHarness({
    concurrencyMax: 20,
    subConcurrencyMax: 1,
    latencyMs: 300,
  });
  await token();
  const query = () =>
    call('POST', 'coql', { select_query: "select id from Leads where City = 'x'" });

  const heavy = await Promise.all([upsert(rows(11)), query(), query()]);
  const light = await Promise.all([upsert(rows(10)), upsert(rows(10)), upsert(rows(10))]);

  expect(heavy.filter(({ status }) => status === 429)).toHaveLength(2);
  expect(light.map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('Retry-After and the code of a 429 are knobs', async () => {
  const { upsert } = await startHarness({
    dailyCredits: 1,
    retryAfterSeconds: 7,
    tooManyRequestsCode: 'RATE_LIMIT_EXCEEDED',
  });
  await upsert([aRow()]);

  const { headers, json } = await upsert([aRow()]);

  expect(headers.get('retry-after')).toBe('7');
  expect(json.code).toBe('RATE_LIMIT_EXCEEDED');
});
