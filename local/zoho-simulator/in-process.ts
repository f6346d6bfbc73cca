import { exchange, isOauth } from './http/exchange.ts';
import type { SimReply, SimRequest } from './http/message.ts';
import type { World } from './world.ts';

/**
 * A `fetch` that reaches a simulated organisation without sockets: the same exchange as the server's, and
 * the same endings, as a client sees them.
 *
 * ```
 * reply   a response
 * cut     a response whose body breaks off
 * hang    nothing, until the client's signal
 * reset   a rejection with ECONNRESET
 * ```
 *
 * A request whose client has gone goes on and takes effect, as it does over a socket. A call counts as
 * under way until it is answered or its client has gone.
 *
 * @param baseUrl what the organisation takes for its own address
 */
export function createInProcessFetch(world: World, baseUrl: string): typeof globalThis.fetch {
  return async (input, init) => {
    const request = readRequest(input, init);
    const call = isOauth(request) ? undefined : world.calls.enter();
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const signal = init?.signal ?? undefined;
    const giveUp = (): void => {
      call?.leave();
      reject(new DOMException('This operation was aborted', 'AbortError'));
    };
    if (signal?.aborted === true) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });

    const underWay = exchange(request, { world, underWay: call?.underWay ?? 0, baseUrl });
    underWay.then((ending) => {
      if (ending.kind !== 'hang') call?.leave();
      if (ending.kind === 'reset') reject(connectionReset());
      if ('reply' in ending) resolve(responseOf(ending.reply, ending.kind === 'cut'));
    }, reject);
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  };
}

function readRequest(
  input: string | URL | Request,
  init: Parameters<typeof globalThis.fetch>[1],
): SimRequest {
  const url = new URL(input instanceof Request ? input.url : input);
  return {
    method: init?.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(new Headers(init?.headers)),
    body: Buffer.from(typeof init?.body === 'string' ? init.body : ''),
  };
}

function responseOf(reply: SimReply, isCut: boolean): Response {
  const headers = reply.body === '' ? reply.headers : withType(reply);
  const body = reply.body === '' ? null : isCut ? brokenOff(reply.body) : reply.body;
  return new Response(body, { status: reply.status, headers });
}

function withType(reply: SimReply): Record<string, string> {
  return { ...reply.headers, 'content-type': reply.contentType };
}

/** Half of the bytes, then an error, as a reader of a reset connection sees it. */
function brokenOff(body: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(body);
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes.subarray(0, Math.floor(bytes.length / 2)));
      controller.error(connectionReset());
    },
  });
}

function connectionReset(): TypeError {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  return new TypeError('fetch failed', { cause });
}
