import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeServer, listenOnLoopback } from '../../local/emulators/listen.ts';
import { LOCAL_API_TOKEN } from '../../local/provider-apis/provider-apis.ts';
import {
  type ProviderApiServer,
  startProviderApis,
} from '../../local/provider-apis/start-provider-apis.ts';
import { aThinWorld } from '../support/thin-world.ts';

let server: ProviderApiServer;
let sequence = 0;

beforeAll(async () => {
  server = await startProviderApis();
});
afterAll(async () => {
  await server.close();
});

/** A consumer whose provider's API is on a socket, with a lead that nobody else asks for. */
async function aWorld(email = 'ana@example.com', origin = `${server.url}/meta`) {
  const world = aThinWorld({ provider: { origin: () => origin }, fetch: globalThis.fetch });
  world.secretsById.set('source/ads', JSON.stringify({ api_token: LOCAL_API_TOKEN }));
  sequence += 1;
  const id = `${1_000 + sequence}`;
  const path = `/${id}`;
  await putLead(id, email);
  const key = await world.store(id);
  const calls = () => server.apis.calls('meta').filter((call) => call.path === path);
  return { ...world, key, id, calls };
}

async function putLead(id: string, email: string): Promise<void> {
  await admin('PUT', `meta/submissions/${id}`, {
    field_data: [
      { name: 'email', values: [email] },
      { name: 'full_name', values: ['Ana Ng'] },
    ],
  });
}

async function admin(method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(`${server.url}/_admin/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  expect(response.status).toBe(200);
}

describe('details over HTTP', () => {
  it('are read with the source’s token and bring the lead into the CRM', async () => {
    const world = await aWorld('over-http@example.com');

    await world.receive([{ key: world.key }]);

    expect(world.calls()).toEqual([{ path: `/${world.id}`, status: 200 }]);
    expect(world.crm.calls[0]).toMatchObject([{ values: { email: 'over-http@example.com' } }]);
    expect(await world.recordOf(world.key)).toMatchObject({ state: 'succeeded' });
  });

  it.each([
    ['unauthorized', 'quarantined', 'details_unauthorized'],
    ['forbidden', 'quarantined', 'details_unauthorized'],
    ['expired', 'quarantined', 'details_unauthorized'],
    ['rate_limited', 'failed', 'details_rate_limited'],
    ['unavailable', 'failed', 'details_unavailable'],
    ['cut', 'failed', 'details_unavailable'],
  ])('that meet %s leave the event %s as %s', async (trouble, state, code) => {
    const world = await aWorld();
    await admin('POST', 'meta/troubles', { trouble, retryAfterSeconds: 30 });

    await world.receive([{ key: world.key }]);

    expect(await world.recordOf(world.key)).toMatchObject({ state, failure: { code } });
    expect(world.crm.calls).toEqual([]);
  });

  it('are had in the end, after trouble of every kind that passes', async () => {
    const world = await aWorld();
    for (const trouble of ['unavailable', 'cut', 'rate_limited']) {
      await admin('POST', 'meta/troubles', { trouble });
    }

    for (let round = 0; round < 4; round += 1) {
      await world.receive([{ key: world.key }]);
      world.clock.advance(120_000);
    }

    expect(world.calls().map(({ status }) => status)).toEqual([500, 0, 429, 200]);
    expect(await world.recordOf(world.key)).toMatchObject({ state: 'succeeded', attempts: 1 });
  });

  it('that never come are given up when the time for the call is over', async () => {
    const world = await aWorld();
    await admin('POST', 'meta/troubles', { trouble: 'hang' });

    const received = world.receive([{ key: world.key }]);
    while (world.calls().length === 0) await turn();
    world.clock.advance(8_000);
    await received;

    expect(await world.recordOf(world.key)).toMatchObject({
      state: 'failed',
      failure: { code: 'details_no_answer' },
    });
  });

  it('are tried again when nobody listens', async () => {
    const gone = createServer();
    const port = await listenOnLoopback(gone, { port: 0, what: 'nobody', remedy: '' });
    await closeServer(gone);
    const world = await aWorld(undefined, `http://127.0.0.1:${port}`);

    await world.receive([{ key: world.key }]);

    expect(await world.recordOf(world.key)).toMatchObject({
      state: 'failed',
      failure: { code: 'details_no_answer' },
    });
  });

  it('are not read from where a redirect points: the token stays with its host', async () => {
    const seen: string[] = [];
    const other = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.end('{"field_data":[{"name":"email","values":["thief@example.com"]}]}');
    });
    const otherPort = await listenOnLoopback(other, { port: 0, what: 'another', remedy: '' });
    const redirecting = createServer((_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${otherPort}/elsewhere` }).end();
    });
    const port = await listenOnLoopback(redirecting, { port: 0, what: 'a redirect', remedy: '' });
    const world = await aWorld(undefined, `http://127.0.0.1:${port}`);

    await world.receive([{ key: world.key }]);
    await Promise.all([closeServer(other), closeServer(redirecting)]);

    expect(seen).toEqual([]);
    expect(await world.recordOf(world.key)).toMatchObject({
      state: 'failed',
      failure: { code: 'details_unavailable' },
    });
  });

  it('are read with the new token once the old one is replaced, and the class is replayed', async () => {
    const world = await aWorld();
    await admin('PUT', 'meta/token', { token: 'token-2' });
    await world.receive([{ key: world.key }]);
    const parked = await world.recordOf(world.key);
    world.secretsById.set('source/ads', JSON.stringify({ api_token: 'token-2' }));

    await world.receive([{ key: world.key, quarantineId: parked.quarantineId! }]);
    await admin('PUT', 'meta/token', { token: LOCAL_API_TOKEN });

    expect(parked).toMatchObject({ failure: { class: 'source_authorization' } });
    expect(await world.recordOf(world.key)).toMatchObject({ state: 'succeeded' });
  });
});
