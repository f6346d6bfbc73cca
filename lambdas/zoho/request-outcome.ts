import { type Failure, type FailureCode, failure } from '../core/failure.ts';
import { failureOfCode, isInternalError, safeCode } from './failure-of-code.ts';
import type { HttpAnswer, NoAnswer } from './http.ts';
import { parseZohoStatus, type ZohoStatus } from './zoho-status.ts';

/** Why a whole call brought nothing, for all its rows alike. */
export interface Refusal {
  readonly failure: Failure;
  /** The write may have happened, or may still happen. */
  readonly mayHaveHappened: boolean;
  readonly retryAfterMs?: number;
  /** Another access token may mend it. */
  readonly tokenRejected: boolean;
  /** One row may be to blame, and Zoho does not say which. */
  readonly rowUnknown: boolean;
}

/** What a call brought: something to read, or a refusal. */
export type CallReading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** With these statuses the request as a whole failed, whatever the body looks like. */
const REQUEST_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 405, 408, 413, 415, 429]);

/**
 * With these statuses Zoho says why, as JSON. Without that it is not known who refused what: a proxy, a
 * firewall, or Zoho in an answer that was cut off. No lead is set aside for it.
 */
const BODY_EXPECTED: ReadonlySet<number> = new Set([400, 403, 404, 405]);

/** Codes that no single row can be the reason for. */
const REQUEST_FAILURES: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'crm_unauthorized',
  'crm_forbidden',
  'crm_rate_limited',
  'crm_credits_exhausted',
  'crm_unavailable',
  'crm_misconfigured',
]);

/**
 * Reads the answer to a write: one status a row, or the refusal of them all.
 *
 * Zoho reports an error of the whole request in two shapes, flat (`{code, …}`) and wrapped
 * (`{data: [{code, …}]}`), sometimes with a 2xx status: both are read.
 *
 * @param rowsSent rows of the call; an answer with another number can't be matched to them
 */
export function readRowStatuses(
  answer: HttpAnswer,
  rowsSent: number,
): CallReading<readonly ZohoStatus[]> {
  const rows = rowsOf(answer);
  const wholeRequest = REQUEST_STATUSES.has(answer.status) || answer.status >= 500;
  if (rows === undefined || wholeRequest) {
    return { kind: 'refused', refusal: refusalOf(answer, rowsSent) };
  }
  if (rows.length === rowsSent) return { kind: 'read', value: rows };

  const only = rows.length === 1 ? rows[0] : undefined;
  const isWrapped =
    only?.status === 'error' && REQUEST_FAILURES.has(failureOfCode(only, 'crm_bad_answer').code);
  return {
    kind: 'refused',
    refusal: isWrapped ? refusalOf(answer, rowsSent) : badAnswer('the number of rows differs'),
  };
}

/** The refusal that an answer without a usable row stands for. */
export function refusalOf(answer: HttpAnswer, rowsSent: number): Refusal {
  const error = statusOf(answer);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (isSuccess && (error === undefined || error.status !== 'error')) {
    return badAnswer(
      answer.body.kind === 'json' ? 'it has no rows' : 'it is not JSON, or was cut off',
    );
  }

  if (error === undefined && BODY_EXPECTED.has(answer.status)) {
    return badAnswer(`status ${answer.status}, and no reason that can be read`);
  }
  const found = failureOfRequest(answer.status, error);
  return {
    failure: found,
    // A refusal is certain; an error inside Zoho, a gateway's or a redirect is not.
    mayHaveHappened:
      failureOfStatus(answer.status) === 'crm_unavailable' ||
      (error !== undefined && isInternalError(error)),
    ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
    tokenRejected: found.code === 'crm_unauthorized',
    rowUnknown: rowsSent > 1 && found.class === 'permanent' && !REQUEST_FAILURES.has(found.code),
  };
}

/** The refusal that no answer stands for. */
export function refusalOfNoAnswer(outcome: NoAnswer, effect: 'read' | 'write'): Refusal {
  const detail = {
    timed_out: 'the time for it was over',
    connection_lost: 'the connection was lost',
    not_connected: 'no connection could be made',
  }[outcome.reason];
  const mayHaveHappened = outcome.sent && effect === 'write';
  const rest = mayHaveHappened ? 'the write may have happened' : 'nothing was written';
  return {
    failure: failure('crm_no_answer', `${detail}, and ${rest}`),
    mayHaveHappened,
    tokenRejected: false,
    rowUnknown: false,
  };
}

function badAnswer(detail: string): Refusal {
  return {
    failure: failure('crm_bad_answer', detail),
    mayHaveHappened: true,
    tokenRejected: false,
    rowUnknown: false,
  };
}

function rowsOf(answer: HttpAnswer): readonly ZohoStatus[] | undefined {
  if (answer.body.kind !== 'json') return undefined;
  const { value } = answer.body;
  if (typeof value !== 'object' || value === null || !('data' in value)) return undefined;
  if (!Array.isArray(value.data)) return undefined;
  const rows = value.data.map((each: unknown) => parseZohoStatus(each));
  return rows.every((row) => row !== undefined) ? rows : undefined;
}

function statusOf(answer: HttpAnswer): ZohoStatus | undefined {
  const wrapped = rowsOf(answer)?.[0];
  if (wrapped !== undefined) return wrapped;
  return answer.body.kind === 'json' ? parseZohoStatus(answer.body.value) : undefined;
}

function failureOfRequest(status: number, error: ZohoStatus | undefined): Failure {
  const fallback = failureOfStatus(status);
  if (error === undefined || error.code === '') return failure(fallback, `status ${status}`);
  const found = failureOfCode(error, fallback);
  const isStatusStronger =
    (fallback === 'crm_unavailable' || fallback === 'crm_rate_limited') &&
    found.code !== 'crm_credits_exhausted';
  if (!isStatusStronger || found.code === fallback) return found;
  return failure(fallback, `status ${status}`, { code: safeCode(error.code) });
}

/** For an answer whose body says nothing that we know. */
function failureOfStatus(status: number): FailureCode {
  if (status === 401) return 'crm_unauthorized';
  if (status === 403) return 'crm_forbidden';
  if (status === 404 || status === 405) return 'crm_misconfigured';
  if (status === 409 || status === 412) return 'crm_conflict';
  if (status === 429) return 'crm_rate_limited';
  // A redirect is a maintenance page or a proxy's: it passes.
  if (status === 408 || status >= 500 || (status >= 300 && status < 400)) return 'crm_unavailable';
  return 'crm_refused';
}
