import { describe, expect, test } from 'vitest';
import { SecretUnavailableError, StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import type { TokenStore } from '../../../lambdas/core/ports/crm-access.ts';
import type { SecretAge } from '../../../lambdas/core/ports/world.ts';
import { createMemoryTokenStore } from '../../../local/memory/memory-token-store.ts';
import {
  allWritten,
  errorStatus,
  grant,
  json,
  type Script,
  scriptedFetch,
  silence,
  socketError,
  text,
} from '../../support/zoho-fetch.ts';
import {
  API_URL,
  aClock,
  aRow,
  aZohoWorld,
  SECRET,
  secretOf,
  writeRows,
} from '../../support/zoho-world.ts';

const MINUTE_MS = 60_000;
const HOLD_OFF_MS = 65_000;
const invalidToken = json(401, errorStatus('INVALID_TOKEN'));
const throttle = json(400, {
  error: 'Access Denied',
  error_description: 'You have made too many requests continuously.',
  status: 'failure',
});

function usedTokens(server: ReturnType<typeof scriptedFetch>): (string | null)[] {
  return server.crmRequests().map((request) => request.headers.get('authorization'));
}

test('asks with the secrets in the body, and shows them nowhere else', async () => {
  const server = scriptedFetch({ accounts: [grant({ access_token: '1000.very-secret' })] });
  const { crm, log, tokens } = aZohoWorld(server);

  await crm.write([aRow()]);

  const [request] = server.tokenRequests();
  expect(request?.method).toBe('POST');
  expect(request?.url.href).toBe('https://accounts.zoho.com/oauth/v2/token');
  expect(Object.fromEntries(request?.form ?? [])).toEqual({
    grant_type: 'refresh_token',
    client_id: '1000.EXAMPLECLIENT',
    client_secret: 'example-client-secret',
    refresh_token: '1000.example-refresh-token',
  });
  expect(usedTokens(server)).toEqual(['Zoho-oauthtoken 1000.very-secret']);
  const elsewhere = JSON.stringify([
    server.sent.map((each) => each.url.href),
    log.lines,
    await tokens.read(),
  ]);
  expect(elsewhere).not.toMatch(/very-secret|example-client-secret|example-refresh-token/);
});

test('asks once for ten writes at the same time', async () => {
  const server = scriptedFetch({});
  const { crm } = aZohoWorld(server);

  const writes = Array.from({ length: 10 }, async (_, index) =>
    writeRows(crm, [aRow({ identity: `p-${index}` })]),
  );
  const outcomes = (await Promise.all(writes)).flat();

  expect(outcomes.map((outcome) => outcome.kind)).toEqual(Array(10).fill('written'));
  expect(server.tokenRequests()).toHaveLength(1);
});

test('asks once for three functions at the same time, ten writes each', async () => {
  const tokens = createMemoryTokenStore();
  const clock = aClock();
  const late: Script = async (request) => {
    for (let turns = 0; turns < 10; turns += 1) await clock.sleep(0);
    return grant()(request);
  };
  const server = scriptedFetch({ accounts: [late] });
  const worlds = [1, 2, 3].map(() => aZohoWorld(server, { tokens, clock }));

  const writes = worlds.flatMap(({ crm }) =>
    Array.from({ length: 10 }, async (_, index) =>
      writeRows(crm, [aRow({ identity: `p-${index}` })]),
    ),
  );
  const outcomes = (await Promise.all(writes)).flat();

  expect(outcomes.map((outcome) => outcome.kind)).toEqual(Array(30).fill('written'));
  expect(server.tokenRequests()).toHaveLength(1);
});

test('uses the token that another function stored', async () => {
  const tokens = createMemoryTokenStore();
  const server = scriptedFetch({ accounts: [grant({ access_token: 'shared' })] });
  await aZohoWorld(server, { tokens }).crm.write([aRow()]);

  await aZohoWorld(server, { tokens }).crm.write([aRow()]);

  expect(usedTokens(server)).toEqual(['Zoho-oauthtoken shared', 'Zoho-oauthtoken shared']);
  expect(server.tokenRequests()).toHaveLength(1);
});

test('gets a new token between ten and five minutes before the end, once for all functions', async () => {
  const tokens = createMemoryTokenStore();
  const clock = aClock();
  const server = scriptedFetch({});
  const worlds = [1, 2, 3].map(() => aZohoWorld(server, { tokens, clock }));
  for (const { crm } of worlds) await crm.write([aRow()]);

  clock.advance(49 * MINUTE_MS);
  for (const { crm } of worlds) await crm.write([aRow()]);
  const early = server.tokenRequests().length;
  clock.advance(6 * MINUTE_MS);
  for (const { crm } of worlds) await crm.write([aRow()]);

  expect(early).toBe(1);
  expect(server.tokenRequests()).toHaveLength(2);
});

test('goes on with the old token while it lives when no new one is given', async () => {
  const server = scriptedFetch({ accounts: [grant(), text(503, '<html></html>')] });
  const { crm, clock } = aZohoWorld(server);
  await crm.write([aRow()]);

  clock.advance(56 * MINUTE_MS);
  const before = await writeRows(crm, [aRow()]);
  clock.advance(5 * MINUTE_MS);
  const after = await writeRows(crm, [aRow()]);

  expect(before[0]?.kind).toBe('written');
  expect(after[0]).toMatchObject({
    failure: { code: 'crm_token_unavailable', class: 'retryable' },
    mayHaveHappened: false,
  });
});

describe('a token that Zoho turns down', () => {
  test.each(['INVALID_TOKEN', 'INVALID_OAUTHTOKEN', 'AUTHENTICATION_FAILURE'])(
    '%s: is replaced once, and the call made again',
    async (code) => {
      const server = scriptedFetch({ crm: [json(401, errorStatus(code)), allWritten()] });
      const { crm } = aZohoWorld(server);

      const [outcome] = await writeRows(crm, [aRow()]);

      expect(outcome?.kind).toBe('written');
      expect(new Set(usedTokens(server)).size).toBe(2);
      expect(server.tokenRequests()).toHaveLength(2);
    },
  );

  test('is replaced by what the shared item holds by then, without another request', async () => {
    const tokens = createMemoryTokenStore();
    const clock = aClock();
    const accounts = [grant({ access_token: 'first' }), grant({ access_token: 'second' })];
    const crmOf: Script = (request) =>
      (request.headers.get('authorization') === 'Zoho-oauthtoken first' && isFirstDead
        ? invalidToken
        : allWritten())(request);
    let isFirstDead = false;
    const server = scriptedFetch({ accounts, crm: [crmOf] });
    const one = aZohoWorld(server, { tokens, clock });
    const other = aZohoWorld(server, { tokens, clock });
    await one.crm.write([aRow()]);
    await other.crm.write([aRow()]);
    isFirstDead = true;

    const [ofOne] = await writeRows(one.crm, [aRow()]);
    const [ofOther] = await writeRows(other.crm, [aRow()]);

    expect([ofOne?.kind, ofOther?.kind]).toEqual(['written', 'written']);
    expect(server.tokenRequests()).toHaveLength(2);
  });

  test('is replaced once more when what the shared item holds is as dead as the first', async () => {
    const tokens = createMemoryTokenStore();
    const clock = aClock();
    const accounts = ['first', 'second', 'third'].map((name) => grant({ access_token: name }));
    const dead = new Set<string>();
    const crmOf: Script = (request) =>
      (dead.has((request.headers.get('authorization') ?? '').replace('Zoho-oauthtoken ', ''))
        ? invalidToken
        : allWritten())(request);
    const server = scriptedFetch({ accounts, crm: [crmOf] });
    const one = aZohoWorld(server, { tokens, clock });
    const other = aZohoWorld(server, { tokens, clock });
    await one.crm.write([aRow()]);
    await other.crm.write([aRow()]);
    dead.add('first');
    await one.crm.write([aRow()]);
    dead.add('second');

    const [outcome] = await writeRows(other.crm, [aRow()]);

    expect(outcome?.kind).toBe('written');
    expect(server.tokenRequests()).toHaveLength(3);
  });

  test('twice in a row is an authorization failure, not a loop', async () => {
    const server = scriptedFetch({ crm: [invalidToken] });
    const { crm } = aZohoWorld(server);

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome).toMatchObject({
      failure: { code: 'crm_unauthorized', class: 'authorization', crmCode: 'INVALID_TOKEN' },
      mayHaveHappened: false,
    });
    expect(server.crmRequests()).toHaveLength(2);
    expect(server.tokenRequests()).toHaveLength(2);
  });

  test('is not replaced for a missing scope', async () => {
    const server = scriptedFetch({ crm: [json(401, errorStatus('OAUTH_SCOPE_MISMATCH'))] });
    const { crm } = aZohoWorld(server);

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome).toMatchObject({ failure: { code: 'crm_forbidden' } });
    expect(server.tokenRequests()).toHaveLength(1);
  });
});

describe('the accounts server gives no token', () => {
  test.each([
    { name: '400', script: throttle },
    { name: '200', script: json(200, { error: 'Access Denied' }) },
    { name: '429', script: text(429, '') },
  ])('throttled with $name: nobody asks again for ten minutes', async ({ script }) => {
    const tokens = createMemoryTokenStore();
    const clock = aClock();
    const server = scriptedFetch({ accounts: [script, grant()] });
    const one = aZohoWorld(server, { tokens, clock });
    const other = aZohoWorld(server, { tokens, clock });

    const [first] = await writeRows(one.crm, [aRow()]);
    clock.advance(9 * MINUTE_MS);
    const [second] = await writeRows(other.crm, [aRow()]);
    clock.advance(MINUTE_MS);
    const [third] = await writeRows(other.crm, [aRow()]);

    expect(first).toMatchObject({
      failure: { code: 'crm_token_throttled' },
      mayHaveHappened: false,
      retryAfterMs: 10 * MINUTE_MS,
    });
    expect(second).toMatchObject({
      failure: { code: 'crm_token_throttled' },
      retryAfterMs: MINUTE_MS,
    });
    expect(third?.kind).toBe('written');
    expect(server.tokenRequests()).toHaveLength(2);
  });

  test('is asked for nine times in ten minutes at most, whatever ends the tokens', async () => {
    const tokens = createMemoryTokenStore();
    const clock = aClock();
    const server = scriptedFetch({
      accounts: [grant({ expires_in: 30 })],
      crm: [allWritten()],
    });

    for (let n = 0; n < 20; n += 1) {
      await writeRows(aZohoWorld(server, { tokens, clock }).crm, [aRow()]);
      clock.advance(31_000);
    }
    const within = server.tokenRequests().length;
    clock.advance(10 * MINUTE_MS);
    const [after] = await writeRows(aZohoWorld(server, { tokens, clock }).crm, [aRow()]);

    expect(within).toBeLessThanOrEqual(10);
    expect(after?.kind).toBe('written');
  });

  test.each(['invalid_code', 'invalid_client', 'invalid_client_secret'])(
    '%s with HTTP 200: an authorization failure',
    async (error) => {
      const server = scriptedFetch({ accounts: [json(200, { error })] });
      const { crm } = aZohoWorld(server);

      const [outcome] = await writeRows(crm, [aRow()]);

      expect(outcome).toMatchObject({
        failure: { code: 'crm_unauthorized', class: 'authorization', crmCode: error },
        mayHaveHappened: false,
      });
      expect(server.crmRequests()).toEqual([]);
    },
  );

  test.each([
    { name: 'HTML', script: text(200, '<html>maintenance</html>') },
    { name: '502', script: text(502, '') },
    { name: 'an unknown error', script: json(200, { error: 'general_error' }) },
    { name: 'an empty token', script: json(200, { access_token: '' }) },
    { name: 'a refused connection', script: socketError('ECONNREFUSED') },
    { name: 'silence', script: silence() },
  ])('$name: to be tried again after the hold-off, and not before', async ({ script }) => {
    const server = scriptedFetch({ accounts: [script, grant()] });
    const { crm, clock } = aZohoWorld(server, { delivery: { crmTimeoutMs: 300 } });

    const [first] = await writeRows(crm, [aRow()]);
    const [second] = await writeRows(crm, [aRow()]);
    clock.advance(HOLD_OFF_MS);
    const [third] = await writeRows(crm, [aRow()]);

    expect(first).toMatchObject({
      failure: { code: 'crm_token_unavailable', class: 'retryable' },
      mayHaveHappened: false,
      retryAfterMs: HOLD_OFF_MS,
    });
    expect(second).toMatchObject({ failure: { class: 'retryable' }, mayHaveHappened: false });
    expect(third?.kind).toBe('written');
    expect(server.tokenRequests()).toHaveLength(2);
  });
});

describe('the credentials', () => {
  test('replaced: no old token is used, by any function', async () => {
    const tokens = createMemoryTokenStore();
    const accounts = [grant({ access_token: 'old' }), grant({ access_token: 'new' })];
    const server = scriptedFetch({ accounts });
    let secret = SECRET;
    const readCredentials = async (): Promise<string> => secret;
    const one = aZohoWorld(server, { tokens, readCredentials });
    const other = aZohoWorld(server, { tokens, readCredentials });
    await one.crm.write([aRow()]);

    secret = secretOf({ refresh_token: '1000.another' });
    await one.crm.write([aRow()]);
    await other.crm.write([aRow()]);

    expect(usedTokens(server)).toEqual([
      'Zoho-oauthtoken old',
      'Zoho-oauthtoken new',
      'Zoho-oauthtoken new',
    ]);
  });

  test('replaced, but still cached here: are read afresh before a request', async () => {
    const server = scriptedFetch({});
    const { crm } = aZohoWorld(server, {
      readCredentials: async (options) =>
        options?.fresh === true ? secretOf({ refresh_token: '1000.current' }) : SECRET,
    });

    await crm.write([aRow()]);

    expect(server.tokenRequests()[0]?.form.get('refresh_token')).toBe('1000.current');
  });

  test('replaced a moment ago and the old ones ended: are read once more before they count as refused', async () => {
    const server = scriptedFetch({ accounts: [json(200, { error: 'invalid_code' }), grant()] });
    const ages: (SecretAge | undefined)[] = [];
    const { crm, clock, tokens } = aZohoWorld(server, {
      readCredentials: async (age) => {
        ages.push(age);
        // The cache is a few seconds old, even for who asks for a fresh value.
        return age?.sinceMs === undefined && ages.every((each) => each?.sinceMs === undefined)
          ? SECRET
          : secretOf({ refresh_token: '1000.new' });
      },
    });

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome?.kind).toBe('written');
    expect(server.tokenRequests().map(({ form }) => form.get('refresh_token'))).toEqual([
      '1000.example-refresh-token',
      '1000.new',
    ]);
    expect((await tokens.read())?.requestedAtMs).toHaveLength(2);
    expect(ages.some((age) => age?.sinceMs !== undefined && age.sinceMs <= clock.nowMs())).toBe(
      true,
    );
  });

  test('refused, and no others there: it is what it is, and nobody asks again for a while', async () => {
    const server = scriptedFetch({ accounts: [json(200, { error: 'invalid_code' }), grant()] });
    const { crm } = aZohoWorld(server);

    const [first] = await writeRows(crm, [aRow()]);
    const [second] = await writeRows(crm, [aRow()]);

    expect(first).toMatchObject({ failure: { code: 'crm_unauthorized' }, mayHaveHappened: false });
    expect(second).toMatchObject({ failure: { class: 'retryable' } });
    expect(server.tokenRequests()).toHaveLength(1);
  });

  test('refused, and the secret store is down: nobody knows, so the lead waits', async () => {
    const server = scriptedFetch({ accounts: [json(200, { error: 'invalid_code' })] });
    const { crm } = aZohoWorld(server, {
      readCredentials: async (age) => {
        if (age?.sinceMs === undefined) return SECRET;
        throw new SecretUnavailableError('The secret store did not answer');
      },
    });

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome).toMatchObject({
      failure: { code: 'crm_token_unavailable', class: 'retryable' },
      mayHaveHappened: false,
    });
  });

  test.each([
    { name: 'replaced since', last: '1000.new', kind: 'written', asked: 3 },
    { name: 'the same still', last: '1000.example-refresh-token', kind: 'failed', asked: 2 },
  ])('$name, when even a new token is turned down', async ({ last, kind, asked }) => {
    const server = scriptedFetch({
      accounts: [
        grant({ access_token: 'a' }),
        grant({ access_token: 'b' }),
        grant({ access_token: 'c' }),
      ],
      crm: [invalidToken, invalidToken, allWritten()],
    });
    let isReplaced = false;
    const { crm } = aZohoWorld(server, {
      readCredentials: async (age) => {
        isReplaced ||= age?.sinceMs !== undefined;
        return isReplaced ? secretOf({ refresh_token: last }) : SECRET;
      },
    });

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome?.kind).toBe(kind);
    expect(server.tokenRequests()).toHaveLength(asked);
  });

  test.each([
    { name: 'no JSON', secret: 'client_id=1' },
    { name: 'a part missing', secret: JSON.stringify({ client_id: 'a', client_secret: 'b' }) },
    { name: 'an empty part', secret: secretOf({ refresh_token: '' }) },
  ])('malformed ($name): an authorization failure that says so', async ({ secret }) => {
    const server = scriptedFetch({});
    const { crm } = aZohoWorld(server, { readCredentials: async () => secret });

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome).toMatchObject({
      failure: {
        code: 'crm_unauthorized',
        message: expect.stringContaining('client_id, client_secret and refresh_token'),
      },
      mayHaveHappened: false,
    });
    expect(server.sent).toEqual([]);
  });

  test('not readable: the lead waits', async () => {
    const server = scriptedFetch({});
    const { crm } = aZohoWorld(server, {
      readCredentials: async () => {
        throw new SecretUnavailableError('The secret store did not answer');
      },
    });

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome).toMatchObject({
      failure: { code: 'crm_token_unavailable', class: 'retryable' },
      mayHaveHappened: false,
    });
  });
});

describe('the shared item', () => {
  test('not to be read: a token in memory still serves', async () => {
    const stored = createMemoryTokenStore();
    let isDown = false;
    const tokens: TokenStore = {
      read: async () => {
        if (isDown) throw new StoreUnavailableError('The table', undefined);
        return stored.read();
      },
      save: async (token) => stored.save(token),
    };
    const server = scriptedFetch({});
    const { crm, clock } = aZohoWorld(server, { tokens });
    await crm.write([aRow()]);
    isDown = true;

    clock.advance(56 * MINUTE_MS);
    const [living] = await writeRows(crm, [aRow()]);
    clock.advance(5 * MINUTE_MS);
    const [ended] = await writeRows(crm, [aRow()]);

    expect(living?.kind).toBe('written');
    expect(ended).toMatchObject({
      failure: { code: 'crm_token_unavailable' },
      mayHaveHappened: false,
    });
    expect(server.tokenRequests()).toHaveLength(1);
  });

  test('leased by a function that is gone: another takes over when the lease has ended', async () => {
    const tokens = createMemoryTokenStore();
    const clock = aClock();
    await tokens.save({
      revision: 1,
      sealedToken: '',
      fingerprint: '',
      expiresAtMs: 0,
      apiDomain: '',
      refreshLeaseUntilMs: clock.nowMs() + 3_000,
      notBeforeMs: 0,
    });
    const server = scriptedFetch({});
    const { crm } = aZohoWorld(server, { tokens, clock });
    const startedAtMs = clock.nowMs();

    const [outcome] = await writeRows(crm, [aRow()]);

    expect(outcome?.kind).toBe('written');
    expect(clock.nowMs() - startedAtMs).toBeGreaterThanOrEqual(3_000);
  });
});

describe('where the token says that records are written', () => {
  test.each([
    {
      name: 'another data centre of Zoho',
      offered: 'https://www.zohoapis.eu',
      used: 'https://www.zohoapis.eu',
      warned: false,
    },
    { name: 'the configured one', offered: API_URL, used: API_URL, warned: false },
    { name: 'nothing', offered: undefined, used: API_URL, warned: false },
    {
      name: 'a stranger',
      offered: 'https://www.zohoapis.com.example.com',
      used: API_URL,
      warned: true,
    },
    { name: 'a path', offered: 'https://www.zohoapis.com/x', used: API_URL, warned: true },
    { name: 'no TLS', offered: 'http://www.zohoapis.com', used: API_URL, warned: true },
    {
      name: 'a sandbox, from production',
      offered: 'https://sandbox.zohoapis.com',
      used: API_URL,
      warned: true,
    },
  ])('$name: writes to $used', async ({ offered, used, warned }) => {
    const server = scriptedFetch({ accounts: [grant({ api_domain: offered })] });
    const { crm, log } = aZohoWorld(server);

    await crm.write([aRow()]);

    expect(server.crmRequests()[0]?.url.origin).toBe(used);
    expect(log.lines.some((line) => line.level === 'warn')).toBe(warned);
  });

  test.each(['http://127.0.0.1:4800', 'https://sandbox.zohoapis.com'])(
    'never leads from %s to production',
    async (apiUrl) => {
      const server = scriptedFetch({ accounts: [grant({ api_domain: API_URL })] });
      const { crm } = aZohoWorld(server, { apiUrl });

      await crm.write([aRow()]);

      expect(server.crmRequests()[0]?.url.origin).toBe(apiUrl);
    },
  );
});

test.each([
  { name: 'seconds', fields: { expires_in: 3_600 } },
  {
    name: 'milliseconds beside expires_in_sec',
    fields: { expires_in: 3_600_000, expires_in_sec: 3_600 },
  },
  { name: 'milliseconds alone', fields: { expires_in: 3_600_000 } },
  { name: 'nothing', fields: { expires_in: undefined } },
])('reads a life of an hour from $name', async ({ fields }) => {
  const server = scriptedFetch({ accounts: [grant(fields)] });
  const { crm, clock, tokens } = aZohoWorld(server);

  await crm.write([aRow()]);

  const stored = await tokens.read();
  expect(stored?.expiresAtMs).toBe(clock.nowMs() + 60 * MINUTE_MS);
});
