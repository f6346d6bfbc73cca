import { vi } from 'vitest';
import { quotingError } from './quoting-error.ts';

/** A request as it was to be sent. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request that gets another answer than its server's. */
export interface FetchFault {
  readonly matches: (request: SentRequest) => boolean;
  /** The answer; or an error, as fetch throws it when no answer comes. */
  readonly answer: (request: SentRequest) => Response | Error;
  /** How often, 1 by default. */
  readonly times?: number;
}

/** Calls of fetch by every function of the process. */
export interface WatchedFetch {
  readonly fail: (fault: FetchFault) => void;
  /** Each `Authorization` header, and each other header by which a token travels, that was sent. */
  readonly tokens: () => readonly string[];
  readonly restore: () => void;
}

/** Watches `fetch`, until `restore`. What no fault matches goes out, over a socket. */
export function watchFetch(): WatchedFetch {
  const original = globalThis.fetch;
  const tokens = new Set<string>();
  const faults: { readonly fault: FetchFault; left: number }[] = [];
  vi.stubGlobal('fetch', async (...[input, init]: Parameters<typeof fetch>) => {
    const request = await sentRequest(input, init);
    for (const name of ['authorization', 'apikey']) {
      const token = request.headers[name]?.split(' ').at(-1);
      if (token !== undefined) tokens.add(token);
    }
    const struck = faults.find(({ fault, left }) => left > 0 && fault.matches(request));
    if (struck === undefined) return await original(input, init);
    struck.left -= 1;
    const answer = struck.fault.answer(request);
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return {
    fail: (fault) => {
      faults.push({ fault, left: fault.times ?? 1 });
    },
    tokens: () => [...tokens],
    restore: () => {
      vi.unstubAllGlobals();
    },
  };
}

async function sentRequest(
  input: Parameters<typeof fetch>[0],
  init: Parameters<typeof fetch>[1],
): Promise<SentRequest> {
  // A copy: a body can be read once, and the request may still have to go out.
  const copy = input instanceof Request ? input.clone() : input;
  const request = new Request(copy, { ...init, signal: null });
  return {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  };
}

/** What a request says of itself, for answers that quote it: its address, its headers, its body. */
export function quoteOf({ method, url, headers, body }: SentRequest): string {
  return `${method} ${url} ${JSON.stringify(headers)} ${body}`;
}

/** JSON that quotes the request wherever Zoho's and others' errors have room for words. */
export function quotingJson(status: number, body: object): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json' },
  });
}

/** The page of a proxy that shows the request it could not pass on. */
export function quotingPage(status: number, request: SentRequest): Response {
  const page = `<html><h1>${status}</h1><pre>${quoteOf(request)}</pre></html>`;
  return new Response(page, { status, headers: { 'content-type': 'text/html' } });
}

/** No answer came, and the error says to what. */
export function quotingSilence(request: SentRequest): Error {
  return quotingError(quoteOf(request));
}
