import type { Clock } from '../core/ports/world.ts';
import { type Json, parseJson } from '../providers/reading/json.ts';

/**
 * An answer that came whole. `body` is absent when it is not JSON: an error page of a proxy, or an answer that
 * was cut off.
 */
export interface DetailsAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly body?: { readonly value: Json; readonly text: string };
  /** What `Retry-After` asks for, 0 to 24 hours in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What became of a call. `too_large`: the answer was longer than any submission. */
export type CallOutcome =
  | DetailsAnswer
  | { readonly kind: 'no_answer'; readonly reason: 'timed_out' | 'connection_lost' }
  | { readonly kind: 'too_large' };

/** The longest answer that is read, in bytes: more than the largest form, and little for a function's memory. */
export const ANSWER_BYTES_MAX = 1_000_000;

const RETRY_AFTER_MS_MAX = 24 * 3_600_000;

/**
 * Makes one call to a provider's API. Never throws, never follows a redirect: the token must not travel to
 * another host.
 *
 * @param headers the token among them; it stands nowhere else, since URLs get logged
 * @param timeoutMs from now until the last byte of the answer, in milliseconds
 */
export async function callDetails(
  fetcher: typeof globalThis.fetch,
  url: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
  clock: Clock,
): Promise<CallOutcome> {
  const timeout = new AbortController();
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const callOff = clock.after(timeoutMs, () => {
    timeout.abort();
    // Beside the signal: the time-out holds for a fetcher that does not heed it, too.
    reject(new DOMException('The time for the call was over', 'TimeoutError'));
  });
  try {
    return await Promise.race([exchange(fetcher, url, headers, clock, timeout.signal), timedOut]);
  } catch {
    return { kind: 'no_answer', reason: timeout.signal.aborted ? 'timed_out' : 'connection_lost' };
  } finally {
    callOff();
  }
}

async function exchange(
  fetcher: typeof globalThis.fetch,
  url: string,
  headers: Readonly<Record<string, string>>,
  clock: Clock,
  signal: AbortSignal,
): Promise<CallOutcome> {
  const response = await fetcher(url, {
    method: 'GET',
    headers: { accept: 'application/json', ...headers },
    redirect: 'manual',
    signal,
  });
  const bytes = await readBody(response);
  if (bytes === undefined) return { kind: 'too_large' };
  const parsed = parseJson(bytes);
  return {
    kind: 'answer',
    status: response.status,
    ...(parsed.kind === 'parsed'
      ? { body: { value: parsed.value, text: new TextDecoder().decode(bytes) } }
      : {}),
    ...retryAfterOf(response.headers.get('retry-after'), clock.nowMs()),
  };
}

/** @returns `undefined` when there is more than is read; the rest is not waited for */
async function readBody(response: Response): Promise<Uint8Array | undefined> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength;
    if (length > ANSWER_BYTES_MAX) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

function retryAfterOf(header: string | null, nowMs: number): { retryAfterMs?: number } {
  if (header === null) return {};
  const value = header.trim();
  const waitMs = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  if (!Number.isFinite(waitMs)) return {};
  return { retryAfterMs: Math.min(RETRY_AFTER_MS_MAX, Math.max(0, waitMs)) };
}
