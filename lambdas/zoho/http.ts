import type { Clock } from '../core/ports/world.ts';

/** One HTTP request. Secrets go into headers or the body, never into the URL: URLs get logged. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `unreadable`: not JSON (an HTML page of a proxy, for instance), or JSON that was cut off. */
export type HttpBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unreadable' };

/** An answer that came whole, whatever it says. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: HttpBody;
  /** What `Retry-After` asks for, 0 to 24 hours in milliseconds. */
  readonly retryAfterMs?: number;
  /** `X-API-CREDITS-REMAINING`: sent once half of the day's credits are used. */
  readonly creditsRemaining?: number;
}

/**
 * No answer came. `sent` is false only where it is certain that nothing reached the server, so that
 * whatever the request asks for did not happen.
 */
export interface NoAnswer {
  readonly kind: 'no_answer';
  readonly reason: 'timed_out' | 'connection_lost' | 'not_connected';
  readonly sent: boolean;
}

/** What became of a request: an answer, whatever it says, or none. */
export type HttpOutcome = HttpAnswer | NoAnswer;

const RETRY_AFTER_MAX_MS = 24 * 3_600_000;

/**
 * Error codes that Node.js gives before a request is written: no name, no route, no listener, no TLS.
 * With any other, the request may have been sent.
 */
const NOT_CONNECTED_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/**
 * Makes one HTTP call and tells an answer from none. Never throws, never follows a redirect: a token
 * must not travel to another host.
 *
 * @param timeoutMs from now until the last byte of the answer, in milliseconds
 * @param clock ends the wait, and says how far off a `Retry-After` is that is a date
 */
export async function callHttp(
  fetcher: typeof globalThis.fetch,
  request: HttpRequest,
  timeoutMs: number,
  clock: Clock,
): Promise<HttpOutcome> {
  const timeout = new AbortController();
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const callOff = clock.after(timeoutMs, () => {
    timeout.abort();
    // Beside the signal: the time-out holds for a fetcher that does not heed it, too.
    reject(new DOMException('The time for the call was over', 'TimeoutError'));
  });
  try {
    return await Promise.race([exchange(fetcher, request, clock, timeout.signal), timedOut]);
  } catch (error) {
    if (timeout.signal.aborted) return { kind: 'no_answer', reason: 'timed_out', sent: true };
    return isNotConnected(error)
      ? { kind: 'no_answer', reason: 'not_connected', sent: false }
      : { kind: 'no_answer', reason: 'connection_lost', sent: true };
  } finally {
    callOff();
  }
}

async function exchange(
  fetcher: typeof globalThis.fetch,
  request: HttpRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const response = await fetcher(request.url, {
    method: request.method,
    headers: { ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    redirect: 'manual',
    signal,
  });
  const text = await response.text();
  return {
    kind: 'answer',
    status: response.status,
    body: readBody(text),
    ...retryAfterOf(response.headers.get('retry-after'), clock.nowMs()),
    ...creditsOf(response.headers.get('x-api-credits-remaining')),
  };
}

function readBody(text: string): HttpBody {
  if (text.trim() === '') return { kind: 'empty' };
  try {
    const value: unknown = JSON.parse(text);
    return { kind: 'json', value };
  } catch {
    return { kind: 'unreadable' };
  }
}

function retryAfterOf(header: string | null, nowMs: number): { retryAfterMs?: number } {
  if (header === null) return {};
  const value = header.trim();
  const waitMs = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  if (!Number.isFinite(waitMs)) return {};
  return { retryAfterMs: Math.min(RETRY_AFTER_MAX_MS, Math.max(0, waitMs)) };
}

function creditsOf(header: string | null): { creditsRemaining?: number } {
  return header !== null && /^\d{1,12}$/.test(header.trim())
    ? { creditsRemaining: Number(header) }
    : {};
}

/** fetch wraps the socket's error as its `cause`; an attempt at several addresses nests them. */
function isNotConnected(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return false;
  if (cause instanceof AggregateError && cause.errors.length > 0) {
    return cause.errors.every((each) => hasNotConnectedCode(each));
  }
  return hasNotConnectedCode(cause);
}

function hasNotConnectedCode(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    NOT_CONNECTED_CODES.has(error.code)
  );
}
