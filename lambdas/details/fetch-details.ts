import assert from 'node:assert/strict';
import { type Failure, failure } from '../core/failure.ts';
import type { Metrics } from '../core/ports/telemetry.ts';
import type { Clock } from '../core/ports/world.ts';
import type { BoundDetailsApi } from '../providers/bind-details.ts';
import type { DetailsCall } from '../providers/details.ts';
import type { Json } from '../providers/reading/json.ts';
import { type CallOutcome, callDetails, type DetailsAnswer } from './call-details.ts';

/**
 * What a provider's API answered of one submission.
 *
 * - `answers`: one a call, and all of them as they came, as a JSON array
 * - `refused`: the first call that brought nothing. `pauseMs`: the source should leave the API alone for a while
 */
export type FetchedDetails =
  | { readonly kind: 'answers'; readonly values: readonly Json[]; readonly text: string }
  | {
      readonly kind: 'refused';
      readonly failure: Failure;
      readonly retryAfterMs?: number;
      readonly pauseMs?: number;
    };

/** What fetching details needs of the world. */
export interface FetchPorts {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** One submission to be read. */
export interface FetchRequest {
  readonly source: string;
  readonly api: Pick<BoundDetailsApi, 'authorize' | 'refusal'>;
  /** `https://graph.example.com`, or with a path before those of the calls. */
  readonly origin: string;
  readonly calls: readonly DetailsCall[];
  readonly token: string;
  /** When all calls must be over, epoch milliseconds. */
  readonly untilMs: number;
}

/** Without a `Retry-After`, after too many requests. */
const RATE_LIMITED_PAUSE_MS = 60_000;

/** After a time-out: an API that hangs must not hold up the batches of other sources time and again. */
const TIMED_OUT_PAUSE_MS = 15_000;

/** Makes the calls that read one submission, one after the other, within one deadline. Never throws. */
export async function fetchDetails(
  request: FetchRequest,
  { fetch, clock, metrics }: FetchPorts,
): Promise<FetchedDetails> {
  const { source, api, token } = request;
  const bodies: NonNullable<DetailsAnswer['body']>[] = [];
  for (const call of request.calls) {
    assert(call.path.startsWith('/'), 'a path begins with /, or it would be part of the host');
    const headers = { ...call.headers, ...api.authorize(token) };
    const timeoutMs = Math.max(0, request.untilMs - clock.nowMs());
    metrics.count('DetailsCall', { source });
    const url = `${request.origin}${call.path}`;
    if (!leadsWhereItSays(url)) return refused(failure('details_unreadable', 'its id is none'));
    const outcome = await callDetails(fetch, url, headers, timeoutMs, clock);
    const read = readOutcome(outcome, api);
    if (read.kind === 'refused') {
      metrics.count('DetailsCallFailed', { source });
      if (!isDoneWithout(call, read)) return read;
    }
    bodies.push(read.kind === 'refused' ? NO_ANSWER : read.body);
  }
  return {
    kind: 'answers',
    values: bodies.map(({ value }) => value),
    text: `[${bodies.map(({ text }) => text).join(',')}]`,
  };
}

/**
 * Whether a URL leads to what it names: an id of `.` or `..` would climb to another resource of the API, with the
 * source's token, and none at all would ask for everything. What else could lead astray is percent-encoded by the
 * provider.
 *
 * @see WHATWG, URL, path state, read 2026-11-22
 */
function leadsWhereItSays(url: string): boolean {
  const { origin, pathname } = new URL(url);
  return url.split('?', 1)[0] === `${origin}${pathname}` && !/\/(?:\/|$)/.test(pathname);
}

/** What stands in the place of an optional call's answer. */
const NO_ANSWER: NonNullable<DetailsAnswer['body']> = { value: null, text: 'null' };

/** Only where asking again cannot help: trouble that passes is waited for, or half of the lead would be told. */
function isDoneWithout({ isOptional = false }: DetailsCall, { failure: why }: Refused): boolean {
  return isOptional && (why.code === 'details_gone' || why.code === 'details_unreadable');
}

type Refused = Extract<FetchedDetails, { kind: 'refused' }>;
type Read = { readonly kind: 'body'; readonly body: NonNullable<DetailsAnswer['body']> };

function readOutcome(outcome: CallOutcome, api: FetchRequest['api']): Read | Refused {
  switch (outcome.kind) {
    case 'no_answer':
      return outcome.reason === 'timed_out'
        ? {
            ...refused(failure('details_no_answer', 'the time for it was over')),
            pauseMs: TIMED_OUT_PAUSE_MS,
          }
        : refused(failure('details_no_answer', 'the connection was lost, or could not be made'));
    case 'too_large':
      return refused(failure('details_unreadable', 'the answer is too large'));
    case 'answer': {
      const { status, body } = outcome;
      if (status < 200 || status > 299) return refusalOf(outcome, api);
      return body === undefined
        ? refused(failure('details_unavailable', 'the answer is not JSON, or was cut off'))
        : { kind: 'body', body };
    }
  }
}

function refusalOf(
  { status, body, retryAfterMs }: DetailsAnswer,
  api: FetchRequest['api'],
): Refused {
  const detail = `status ${status}`;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  // A redirect is a maintenance page or a proxy's: it passes.
  if (status < 400) return refused(failure('details_unavailable', `${detail}, a redirect`));
  switch (api.refusal(status, body?.value)) {
    case 'rate_limited':
      return {
        ...refused(failure('details_rate_limited', detail)),
        ...wait,
        pauseMs: retryAfterMs ?? RATE_LIMITED_PAUSE_MS,
      };
    case 'retry':
      return {
        ...refused(failure('details_unavailable', detail)),
        ...wait,
        ...(retryAfterMs === undefined ? {} : { pauseMs: retryAfterMs }),
      };
    case 'unauthorized':
      return refused(failure('details_unauthorized', detail));
    case 'gone':
      return refused(failure('details_gone', detail));
    case 'unreadable':
      return refused(failure('details_unreadable', detail));
  }
}

function refused(why: Failure): Refused {
  return { kind: 'refused', failure: why };
}
