import { expect, test } from 'vitest';
import { CREDENTIALS, readAnswer, startHarness } from './harness.ts';

test('issues a token whose api_domain is the simulator itself', async () => {
  const { url, refresh } = await startHarness();

  const { status, json } = await refresh();

  expect(status).toBe(200);
  expect(json).toMatchObject({ api_domain: url, token_type: 'Bearer', expires_in: 3_600 });
  expect(json).not.toHaveProperty('refresh_token');
  expect(json.access_token).toMatch(/^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/);
});

test('no answer of any endpoint names a real Zoho host', async () => {
  const { admin, call, refresh, upsert } = await startHarness();
  const texts = [(await refresh()).text];

  for (const path of ['settings/fields?module=Leads', 'settings/modules', 'Nothing/1']) {
    texts.push((await call('GET', path)).text);
  }
  texts.push((await upsert([{ Last_Name: 'Doe' }])).text);
  await admin.faults({ kind: 'bad_gateway_html' });
  texts.push((await call('GET', 'settings/modules')).text);

  for (const text of texts) expect(text).not.toMatch(/zohoapis|zoho\.(com|eu|in)|zohocloud/i);
});

test.each([
  ['client_id', 'invalid_client'],
  ['client_secret', 'invalid_client_secret'],
  ['refresh_token', 'invalid_code'],
  ['grant_type', 'unsupported_grant_type'],
])('answers a wrong %s with 200 and %s', async (name, error) => {
  const { refresh } = await startHarness();

  const { status, json } = await refresh({ [name]: 'wrong' });

  expect(status).toBe(200);
  expect(json).toEqual({ error });
});

test('takes the parameters from the query, urlencoded and multipart', async () => {
  const { url } = await startHarness();
  const form = new FormData();
  for (const [name, value] of Object.entries(CREDENTIALS)) form.set(name, value);

  const byQuery = await fetch(`${url}/oauth/v2/token?${new URLSearchParams(CREDENTIALS)}`, {
    method: 'POST',
  });
  const byForm = await fetch(`${url}/oauth/v2/token`, { method: 'POST', body: form });

  expect((await readAnswer(byQuery)).json).toHaveProperty('access_token');
  expect((await readAnswer(byForm)).json).toHaveProperty('access_token');
});

test('denies the eleventh token request until the window of ten minutes is over', async () => {
  const { admin, clock, refresh } = await startHarness();
  for (let index = 0; index < 10; index += 1) await refresh();

  const eleventh = await refresh();
  clock.advance(599_000);
  const stillIn = await refresh();
  clock.advance(1_000);
  const after = await refresh();

  expect(eleventh.status).toBe(400);
  expect(eleventh.json).toMatchObject({ error: 'Access Denied', status: 'failure' });
  expect(stillIn.json).not.toHaveProperty('access_token');
  expect(after.json).toHaveProperty('access_token');
  expect(await admin.stats()).toMatchObject({ tokensIssued: 11, tokenRequestsThrottled: 2 });
});

test('the status of a throttled token request is a knob', async () => {
  const { refresh } = await startHarness({ tokenRequestsMax: 1, tokenThrottleStatus: 200 });
  await refresh();

  const second = await refresh();

  expect(second.status).toBe(200);
  expect(second.json).toMatchObject({ error: 'Access Denied' });
});

test('the eleventh live token ends the oldest one and no other', async () => {
  const { call, refresh } = await startHarness({ tokenRequestsMax: 100 });
  const tokens: string[] = [];
  for (let index = 0; index < 11; index += 1) {
    tokens.push((await refresh()).json.access_token);
  }

  const answers = await Promise.all(
    tokens
      .slice(0, 3)
      .map((token) =>
        call('GET', 'settings/modules', undefined, { authorization: `Zoho-oauthtoken ${token}` }),
      ),
  );

  expect(answers.map(({ status }) => status)).toEqual([401, 200, 200]);
  expect(answers[0]?.json).toEqual({
    code: 'INVALID_TOKEN',
    details: {},
    message: 'invalid oauth token',
    status: 'error',
  });
});

test('a token ends after its time to live', async () => {
  const { call, clock, token } = await startHarness({ accessTokenTtlSeconds: 60 });
  await token();

  clock.advance(59_999);
  const before = await call('GET', 'settings/modules');
  clock.advance(1);
  const after = await call('GET', 'settings/modules');

  expect(before.status).toBe(200);
  expect(after.status).toBe(401);
});

test('the code of a dead token is a knob', async () => {
  const { admin, call, token } = await startHarness({ deadTokenCode: 'INVALID_OAUTHTOKEN' });
  await token();

  await admin.expireTokens();
  const { status, json } = await call('GET', 'settings/modules');

  expect(status).toBe(401);
  expect(json.code).toBe('INVALID_OAUTHTOKEN');
});

test('a revoked access token is dead; a revoked refresh token gives no more tokens', async () => {
  const { call, refresh, token, url } = await startHarness();
  const accessToken = await token();
  const revoke = (value: string) =>
    fetch(`${url}/oauth/v2/token/revoke?token=${value}`, { method: 'POST' });

  await revoke(accessToken);
  const { status } = await call('GET', 'settings/modules');
  await revoke(CREDENTIALS.refresh_token);
  const { json } = await refresh();

  expect(status).toBe(401);
  expect(json).toEqual({ error: 'invalid_code' });
});

test('another refresh token works beside the first, and outlives it with its access tokens', async () => {
  const { call, refresh, url } = await startHarness({ moreRefreshTokens: ['1000.another'] });
  const first = (await refresh()).json.access_token;
  const second = (await refresh({ refresh_token: '1000.another' })).json.access_token;
  const statusOf = async (token: string) => {
    const authorization = `Zoho-oauthtoken ${token}`;
    return (await call('GET', 'settings/modules', undefined, { authorization })).status;
  };

  const token = CREDENTIALS.refresh_token;
  await fetch(`${url}/oauth/v2/token/revoke?token=${token}`, { method: 'POST' });

  expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200]);
  expect((await refresh()).json).toEqual({ error: 'invalid_code' });
  expect((await refresh({ refresh_token: '1000.another' })).json).toHaveProperty('access_token');
});

test.each([['Bearer'], ['zoho-oauthtoken'], ['Basic']])(
  'refuses the scheme %s with AUTHENTICATION_FAILURE',
  async (scheme) => {
    const { call, token } = await startHarness();

    const { status, json } = await call('GET', 'settings/modules', undefined, {
      authorization: `${scheme} ${await token()}`,
    });

    expect(status).toBe(401);
    expect(json.code).toBe('AUTHENTICATION_FAILURE');
  },
);

test('refuses what the scopes leave out, and only that', async () => {
  const { call, upsert } = await startHarness({
    scopes: ['ZohoCRM.modules.leads.CREATE', 'ZohoCRM.modules.leads.READ'],
  });

  const written = await upsert([{ Last_Name: 'Doe' }]);
  const updated = await call('PUT', 'Leads', { data: [{ id: '1', City: 'Oslo' }] });
  const searched = await call('GET', 'Leads/search?email=a@example.com');

  expect(written.status).toBe(200);
  expect(updated.status).toBe(401);
  expect(updated.json.code).toBe('OAUTH_SCOPE_MISMATCH');
  expect(searched.json.code).toBe('OAUTH_SCOPE_MISMATCH');
});

test('a scope of the whole area allows each of its modules', async () => {
  const { call, upsert } = await startHarness({ scopes: ['ZohoCRM.modules.ALL'] });

  const written = await upsert([{ Last_Name: 'Doe' }]);
  const listed = await call('GET', 'Contacts?fields=Email');

  expect(written.status).toBe(200);
  expect(listed.status).toBe(204);
});
