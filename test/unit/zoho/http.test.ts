import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../lambdas/runtime/system.ts';
import { callHttp, type HttpOutcome } from '../../../lambdas/zoho/http.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function post(url: string, timeoutMs = 5_000): Promise<HttpOutcome> {
  const request = { method: 'POST', url, headers: {}, body: '{}' } as const;
  return callHttp(globalThis.fetch, request, timeoutMs, systemClock);
}

describe('over a socket', () => {
  test('reads a JSON answer with its headers', async () => {
    const url = await serve((_, response) => {
      response.writeHead(207, { 'retry-after': '3', 'x-api-credits-remaining': '42' });
      response.end('{"data":[]}');
    });

    expect(await post(url)).toEqual({
      kind: 'answer',
      status: 207,
      body: { kind: 'json', value: { data: [] } },
      retryAfterMs: 3_000,
      creditsRemaining: 42,
    });
  });

  test('is certain that a request to a closed port was not sent', async () => {
    const url = await serve(() => {});
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));

    expect(await post(url)).toEqual({ kind: 'no_answer', reason: 'not_connected', sent: false });
  });

  test('is certain that a request to an unknown host was not sent', async () => {
    expect(await post('http://zoho.invalid')).toEqual({
      kind: 'no_answer',
      reason: 'not_connected',
      sent: false,
    });
  });

  test('takes a request whose connection is reset for sent', async () => {
    const url = await serve((request) => request.socket.resetAndDestroy());

    expect(await post(url)).toEqual({ kind: 'no_answer', reason: 'connection_lost', sent: true });
  });

  test('takes a request whose answer breaks off for sent', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"data":[', () => response.socket?.destroy());
    });

    expect(await post(url)).toEqual({ kind: 'no_answer', reason: 'connection_lost', sent: true });
  });

  test('gives up on an answer that does not come in time', async () => {
    const url = await serve(() => {});

    expect(await post(url, 50)).toEqual({ kind: 'no_answer', reason: 'timed_out', sent: true });
  });

  test('gives up on an answer whose end does not come in time', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200);
      response.write('{"data":[');
    });

    expect(await post(url, 100)).toEqual({ kind: 'no_answer', reason: 'timed_out', sent: true });
  });

  test('does not follow a redirect', async () => {
    let followed = false;
    const elsewhere = await serve((_, response) => {
      followed = true;
      response.end('{}');
    });
    const url = await serve((_, response) => {
      response.writeHead(307, { location: elsewhere });
      response.end();
    });

    const outcome = await post(url);

    expect(outcome).toMatchObject({ kind: 'answer', status: 307 });
    expect(followed).toBe(false);
  });
});
