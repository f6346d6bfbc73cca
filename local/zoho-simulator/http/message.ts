import type { IncomingHttpHeaders } from 'node:http';

/** One request as the rooms see it: nothing of the socket, nothing parsed but the address. */
export interface SimRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One answer. An empty `body` is sent without a content type. */
export interface SimReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: string;
}

/** An answer with a JSON body. */
export function jsonReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): SimReply {
  return {
    status,
    headers,
    contentType: 'application/json;charset=UTF-8',
    body: JSON.stringify(value),
  };
}

/** 204: what Zoho answers when a read finds nothing (Zoho CRM v8, Search Records, read 2026-11-22). */
export function noContentReply(): SimReply {
  return { status: 204, headers: {}, contentType: '', body: '' };
}

/**
 * Reads a body as JSON, whatever its content type says: Zoho's own samples send none.
 *
 * @returns `undefined` when it is no JSON
 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object: neither an array nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
