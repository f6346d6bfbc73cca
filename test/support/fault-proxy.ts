import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as it came to the proxy. */
export interface ProxiedCall {
  readonly method: string;
  readonly path: string;
  /** The operation of an AWS call (`PutItem`, `DeleteMessageBatch`); empty for any other. */
  readonly operation: string;
  /** Which try of its AWS call this is, from 1; 0 for any other call. */
  readonly tryNumber: number;
  readonly body: string;
}

/** Which calls a fault is for. */
export type CallMatch = (call: ProxiedCall) => boolean;

/** An HTTP proxy on loopback that goes wrong on purpose, call by call. */
export interface FaultProxy {
  readonly url: string;
  /** Connections it has taken. */
  readonly connections: () => number;
  /**
   * Keeps the next such call for ever: its target never hears of it.
   *
   * @returns resolves when the call has come
   */
  readonly holdNext: (matches: CallMatch) => Promise<ProxiedCall>;
  /** Such calls take effect, but half of their answer is all that comes back. @returns how many so far */
  readonly cutAnswers: (matches: CallMatch, times: number) => () => number;
  /** Such calls are cut before their target hears of them. @returns how many so far */
  readonly cutRequests: (matches: CallMatch, times: number) => () => number;
  /** Nobody listens any more: connections are ended, and new ones refused. */
  readonly refuse: () => Promise<void>;
  /** Listens again, where it did before. */
  readonly accept: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Fault {
  readonly kind: 'hold' | 'cut_answer' | 'cut_request';
  readonly matches: CallMatch;
  readonly times: number;
  struck: number;
  readonly onStrike: (call: ProxiedCall) => void;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/** Starts a proxy in front of an HTTP server. */
export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const faults: Fault[] = [];
  const agent = new Agent({ keepAlive: true });
  let connections = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(request);
    const call = callOf(request, body);
    const fault = faults.find((each) => each.struck < each.times && each.matches(call));
    if (fault !== undefined) {
      fault.struck += 1;
      fault.onStrike(call);
    }
    if (fault?.kind === 'hold') return;
    if (fault?.kind === 'cut_request') {
      response.socket?.resetAndDestroy();
      return;
    }
    // Whoever gives up is gone for the target, too.
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answer = await forward({ targetUrl, request, body, agent, signal: gone.signal });
    response.writeHead(answer.status, {
      ...without(answer.headers, HOP_BY_HOP),
      'content-length': String(answer.body.length),
    });
    if (fault?.kind !== 'cut_answer') {
      response.end(answer.body);
      return;
    }
    response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () =>
      response.socket?.resetAndDestroy(),
    );
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.socket?.resetAndDestroy());
  });
  server.on('connection', () => {
    connections += 1;
  });
  const listen = async (port: number): Promise<void> =>
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const add = (kind: Fault['kind'], matches: CallMatch, times: number, onStrike = () => {}) => {
    const fault: Fault = { kind, matches, times, struck: 0, onStrike };
    faults.push(fault);
    return () => fault.struck;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    holdNext: async (matches) =>
      await new Promise((resolve) => {
        faults.push({ kind: 'hold', matches, times: 1, struck: 0, onStrike: resolve });
      }),
    cutAnswers: (matches, times) => add('cut_answer', matches, times),
    cutRequests: (matches, times) => add('cut_request', matches, times),
    refuse: close,
    accept: async () => await listen(port),
    stop: async () => {
      await close();
      agent.destroy();
    },
  };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function callOf(request: IncomingMessage, body: Buffer): ProxiedCall {
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    operation: String(request.headers['x-amz-target'] ?? '').replace(/^.*\./, ''),
    tryNumber: Number(/attempt=(\d+)/.exec(String(request.headers['amz-sdk-request']))?.[1] ?? 0),
    body: body.toString('utf8'),
  };
}

async function forward(call: {
  readonly targetUrl: string;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly agent: Agent;
  readonly signal: AbortSignal;
}): Promise<Answer> {
  const { targetUrl, request, body, agent, signal } = call;
  return await new Promise((resolve, reject) => {
    const onward = requestHttp(
      new URL(request.url ?? '/', targetUrl),
      {
        method: request.method ?? 'GET',
        headers: {
          ...without(request.headers, [...HOP_BY_HOP, 'host']),
          'content-length': String(body.length),
        },
        agent,
        signal,
      },
      (answer) => {
        readAll(answer).then(
          (bytes) =>
            resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }),
          reject,
        );
      },
    );
    onward.once('error', reject);
    onward.end(body);
  });
}

function without(
  headers: IncomingHttpHeaders,
  names: readonly string[],
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !names.includes(name)) kept[name] = value;
  }
  return kept;
}
