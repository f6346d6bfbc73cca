import type { CrmAccount } from '../core/ports/crm.ts';
import { failure } from '../core/failure.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import type { Clock } from '../core/ports/world.ts';
import type { Deadline } from './deadline.ts';
import { callHttp, type HttpAnswer, type HttpOutcome } from './http.ts';
import { type CallReading, type Refusal, refusalOfNoAnswer } from './request-outcome.ts';
import type { AccessTokens, TokenResult } from './token.ts';
import type { AccessToken } from './token-step.ts';

/** One call to the CRM's API, without token and host. */
export interface ZohoCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Path and query, from the module on: `Leads/upsert`. */
  readonly path: string;
  readonly body?: unknown;
  /** A `read` whose answer gets lost has left nothing behind. */
  readonly effect: 'read' | 'write';
  /** Rows that the call carries or looks for, for the log. */
  readonly rows: number;
}

/** The calls of one piece of work, which share its deadline. Never throws. */
export interface ZohoSession {
  /**
   * Makes one call; up to two more, each with another token, when a token is turned down.
   *
   * @param read turns an answer into what was asked for, or a refusal
   */
  send<T>(call: ZohoCall, read: (answer: HttpAnswer) => CallReading<T>): Promise<CallReading<T>>;
  /** What the answers so far told of the organisation; the latest one that did counts. */
  account(): CrmAccount;
}

/** Makes calls with the shared token. */
export interface ZohoApi {
  begin(deadline: Deadline): ZohoSession;
}

/** What calls to Zoho need of the world. */
export interface ZohoApiOptions {
  readonly accessTokens: AccessTokens;
  readonly module: string;
  readonly callTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly fetch: typeof globalThis.fetch;
}

/**
 * A call is not begun with less than this part of its time-out left: it would hardly be answered, and
 * a call without an answer is worse than none.
 */
const LEAST_PART_OF_TIMEOUT = 0.2;

/** Builds the calls. */
export function createZohoApi(options: ZohoApiOptions): ZohoApi {
  const { accessTokens, metrics, clock } = options;

  function isTooLate(deadline: Deadline): boolean {
    return deadline.remainingMs() < options.callTimeoutMs * LEAST_PART_OF_TIMEOUT;
  }

  async function attempt<T>(
    call: ZohoCall,
    token: AccessToken,
    read: (answer: HttpAnswer) => CallReading<T>,
    { deadline, told }: Work,
  ): Promise<CallReading<T>> {
    if (isTooLate(deadline)) return notBegun();
    const startedAtMs = clock.nowMs();
    metrics.count('CrmCall');
    const outcome = await callHttp(
      options.fetch,
      {
        method: call.method,
        url: `${token.apiUrl}/crm/v8/${call.path}`,
        headers: {
          authorization: `Zoho-oauthtoken ${token.token}`,
          accept: 'application/json',
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      },
      Math.min(options.callTimeoutMs, deadline.remainingMs()),
      clock,
    );
    if (outcome.kind === 'answer' && outcome.creditsRemaining !== undefined) {
      told.creditsRemaining = outcome.creditsRemaining;
      metrics.gauge('CrmCreditsRemaining', outcome.creditsRemaining);
    }
    const reading =
      outcome.kind === 'answer' ? read(outcome) : refused(refusalOfNoAnswer(outcome, call.effect));
    if (reading.kind === 'read') return reading;
    report(options, call, outcome, reading.refusal, startedAtMs);
    return call.effect === 'read'
      ? refused({ ...reading.refusal, mayHaveHappened: false })
      : reading;
  }

  async function send<T>(
    call: ZohoCall,
    read: (answer: HttpAnswer) => CallReading<T>,
    work: Work,
  ): Promise<CallReading<T>> {
    const { deadline } = work;
    if (isTooLate(deadline)) return notBegun();
    const first = await accessTokens.current(deadline);
    if (first.kind === 'failed') return withoutToken(first);
    const reading = await attempt(call, first.token, read, work);
    if (reading.kind === 'read' || !reading.refusal.tokenRejected) return reading;

    const second = await accessTokens.replace(first.token, deadline);
    if (second.kind === 'failed') return withoutToken(second);
    const again = await attempt(call, second.token, read, work);
    if (again.kind === 'read' || !again.refusal.tokenRejected) return again;
    if (second.token.isNew && !(await accessTokens.wereReplaced(deadline))) return again;

    // The second was another function's, or of credentials that ended meanwhile: a new one may still do.
    const third = await accessTokens.replace(second.token, deadline);
    if (third.kind === 'failed') return withoutToken(third);
    return attempt(call, third.token, read, work);
  }

  return {
    begin: (deadline) => {
      const work: Work = { deadline, told: {} };
      return {
        send: async (call, read) => send(call, read, work),
        account: () => ({ ...work.told }),
      };
    },
  };
}

interface Work {
  readonly deadline: Deadline;
  readonly told: { creditsRemaining?: number };
}

function report(
  { metrics, log, clock, module }: ZohoApiOptions,
  call: ZohoCall,
  outcome: HttpOutcome,
  refusal: Refusal,
  sinceMs: number,
): void {
  metrics.count('CrmCallFailed');
  log.warn(outcome.kind === 'answer' ? 'Zoho refused a call' : 'Zoho did not answer a call', {
    crm_module: module,
    rows: call.rows,
    duration_ms: clock.nowMs() - sinceMs,
    failure_code: refusal.failure.code,
    failure_class: refusal.failure.class,
    ...(outcome.kind === 'answer' ? { http_status: outcome.status } : { outcome: outcome.reason }),
    ...(refusal.failure.crmCode === undefined ? {} : { crm_code: refusal.failure.crmCode }),
    ...(refusal.failure.crmField === undefined ? {} : { crm_field: refusal.failure.crmField }),
  });
}

function withoutToken(result: Extract<TokenResult, { kind: 'failed' }>): CallReading<never> {
  return refused({
    failure: result.failure,
    mayHaveHappened: false,
    ...(result.retryAfterMs === undefined ? {} : { retryAfterMs: result.retryAfterMs }),
    tokenRejected: false,
    rowUnknown: false,
  });
}

function notBegun(): CallReading<never> {
  return refused({
    failure: failure(
      'crm_no_answer',
      'there was no time left for the call, and nothing was written',
    ),
    mayHaveHappened: false,
    tokenRejected: false,
    rowUnknown: false,
  });
}

function refused(refusal: Refusal): { readonly kind: 'refused'; readonly refusal: Refusal } {
  return { kind: 'refused', refusal };
}
