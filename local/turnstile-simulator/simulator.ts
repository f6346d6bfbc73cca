import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback, TAKEN_REMEDY } from '../emulators/listen.ts';
import { DUMMY_SECRETS } from './dummy-keys.ts';

/** Turnstile on this machine. */
export interface TurnstileSimulator {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Answers Turnstile's siteverify as Cloudflare does for its test keys: one secret always passes, one always fails, and
 * for one every token is spent. Any other secret is refused.
 *
 * @see Cloudflare, Turnstile, Testing; Validate the token, read 2026-11-22
 */
export async function startTurnstileSimulator(): Promise<TurnstileSimulator> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const port = await listenOnLoopback(server, {
    port: 0,
    what: 'the Turnstile simulator',
    remedy: TAKEN_REMEDY,
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => closeServer(server) };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const isKnown = request.method === 'POST' && request.url === '/turnstile/v0/siteverify';
  response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
  response.end(isKnown ? JSON.stringify(siteverify(parse(Buffer.concat(chunks)))) : '{}');
}

/** What siteverify answers to the members of a request. */
export function siteverify(asked: Readonly<Record<string, unknown>> | undefined): object {
  if (asked === undefined) return failed('bad-request');
  const { secret, response } = asked;
  if (typeof secret !== 'string' || secret === '') return failed('missing-input-secret');
  if (typeof response !== 'string' || response === '') return failed('missing-input-response');
  switch (secret) {
    case DUMMY_SECRETS.alwaysPasses:
      return {
        success: true,
        'error-codes': [],
        challenge_ts: '2026-11-22T04:00:00.000Z',
        hostname: 'example.com',
      };
    case DUMMY_SECRETS.alwaysFails:
      return failed('invalid-input-response');
    case DUMMY_SECRETS.alreadySpent:
      return failed('timeout-or-duplicate');
    default:
      return failed('invalid-input-secret');
  }
}

function failed(code: string): object {
  return { success: false, 'error-codes': [code] };
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
