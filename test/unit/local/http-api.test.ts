import { afterEach, describe, expect, it } from 'vitest';
import { PortTakenError } from '../../../local/emulators/listen.ts';
import { type HttpApi, type HttpApiHandler, startHttpApi } from '../../../local/http-api.ts';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('the local HTTP API', () => {
  it('hands the request to the function and its answer to the sender', async () => {
    const api = await start(async (event) => ({
      statusCode: 202,
      headers: { 'x-source': event.pathParameters?.['source'] ?? '' },
      body: event.body ?? '',
    }));

    const answer = await post(`${api.url}/hooks/website`, '{"ä":1}');

    expect(answer.status).toBe(202);
    expect(answer.headers.get('x-source')).toBe('website');
    expect(await answer.text()).toBe('{"ä":1}');
  });

  it('takes a result without a status for the body of a 200', async () => {
    const api = await start(async () => ({ fine: true }) as never);

    const answer = await post(`${api.url}/hooks/website`, '{}');

    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ fine: true });
  });

  it('decodes a base64 body', async () => {
    const api = await start(async () => ({
      statusCode: 200,
      body: Buffer.from([1, 2, 255]).toString('base64'),
      isBase64Encoded: true,
    }));

    const answer = await post(`${api.url}/hooks/website`, '{}');

    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([1, 2, 255]);
  });

  it('answers 404 where there is no route, without asking the function', async () => {
    const api = await start(async () => {
      throw new Error('must not be called');
    });

    const answer = await post(`${api.url}/other`, '{}');

    expect(answer.status).toBe(404);
    expect(api.errors).toEqual([]);
  });

  it('answers 413 to a body over 10 MB', async () => {
    const api = await start(async () => {
      throw new Error('must not be called');
    });

    const answer = await post(`${api.url}/hooks/website`, 'x'.repeat(10 * 1_024 * 1_024 + 1));

    expect(answer.status).toBe(413);
  });

  it('answers 500 when the function fails, and goes on', async () => {
    let calls = 0;
    const api = await start(async () => {
      calls += 1;
      if (calls === 1) throw new Error('broken');
      return { statusCode: 200 };
    });

    const first = await post(`${api.url}/hooks/website`, '{}');
    const second = await post(`${api.url}/hooks/website`, '{}');

    expect([first.status, second.status]).toEqual([500, 200]);
    expect(api.errors).toHaveLength(1);
  });

  it('answers 500 when the function does not end in time', async () => {
    const api = await start(() => new Promise(() => {}), 30);

    const answer = await post(`${api.url}/hooks/website`, '{}');

    expect(answer.status).toBe(500);
    expect(api.errors).toMatchObject([{ name: 'FunctionTimeoutError' }]);
  });

  it('answers 503 when the function takes longer than an integration may', async () => {
    const api = await start(() => new Promise(() => {}), 5_000, 0, 30);

    const answer = await post(`${api.url}/hooks/website`, '{}');

    expect(answer.status).toBe(503);
  });

  it('answers a request in flight before it stops', async () => {
    let release: () => void = () => {};
    let arrived: () => void = () => {};
    const inFlight = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const api = await start(async () => {
      arrived();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { statusCode: 200, body: 'late' };
    });

    const answering = post(`${api.url}/hooks/website`, '{}');
    await inFlight;
    const stopping = api.stop();
    release();

    expect(await (await answering).text()).toBe('late');
    await stopping;
  });

  it('names the port and the option when the port is taken', async () => {
    const api = await start(async () => ({ statusCode: 200 }));

    const second = start(async () => ({ statusCode: 200 }), 1_000, api.port);

    await expect(second).rejects.toThrow(PortTakenError);
    await expect(second).rejects.toThrow(new RegExp(`Port ${api.port} .*--port`));
  });
});

async function start(
  handler: HttpApiHandler,
  timeoutMs = 5_000,
  port = 0,
  integrationTimeoutMs = 30_000,
) {
  const errors: unknown[] = [];
  const api: HttpApi = await startHttpApi({
    port,
    routes: [{ method: 'ANY', path: '/hooks/{source}' }],
    fn: { name: 'intake', timeoutMs, memoryMb: 512 },
    handler,
    integrationTimeoutMs,
    onFunctionError: (error) => errors.push(error),
  });
  stops.push(api.stop);
  return { ...api, errors };
}

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
}
