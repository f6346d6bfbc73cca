import type { WebhookRequest } from '../providers/provider.ts';

/** A request as it reached us. */
export interface IntakeRequest extends WebhookRequest {
  /** Without the stage, starts with `/`, still percent-encoded. */
  readonly path: string;
}

/** An answer; `body` is text, empty for 204. */
export interface IntakeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Seconds after which a sender should try again when the fault is ours: long enough for a throttled table
 * to recover, short enough for a person who waits at a form.
 */
const RETRY_AFTER_SECONDS = 30;

/** An answer in JSON that nobody may cache. */
export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): IntakeResponse {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...headers,
    },
    body: JSON.stringify(body),
  };
}

/** The answer when the fault is ours: 503, so that every sender tries again. */
export function unavailableResponse(correlationId: string): IntakeResponse {
  return jsonResponse(
    503,
    { status: 'unavailable', correlation_id: correlationId },
    { 'retry-after': String(RETRY_AFTER_SECONDS) },
  );
}
