import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { IntakeRequest, IntakeResponse } from './intake-request.ts';

/**
 * Reads an HTTP API event, payload format 2.0.
 *
 * The body comes as text, or as base64 for types that the API does not take for text: forms among them.
 * Either way the result is the bytes that were sent. Header names come lower-cased and repeated headers
 * joined with commas; both are made sure of, since signatures depend on it.
 *
 * @see Amazon API Gateway, AWS Lambda proxy integrations for HTTP APIs, read 2026-11-22
 */
export function readHttpEvent(event: APIGatewayProxyEventV2): IntakeRequest {
  return {
    method: event.requestContext.http.method.toUpperCase(),
    path: withoutStage(event.rawPath, event.requestContext.stage),
    headers: lowerCased(event.headers),
    query: firstValues(event.rawQueryString),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** Writes an answer as the HTTP API takes it. */
export function writeHttpResult(response: IntakeResponse): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: response.status,
    headers: { ...response.headers },
    body: response.body,
    isBase64Encoded: false,
  };
}

/** Every stage but `$default` stands in front of the path. */
function withoutStage(rawPath: string, stage: string): string {
  const prefix = `/${stage}/`;
  return rawPath.startsWith(prefix) ? rawPath.slice(prefix.length - 1) : rawPath;
}

function firstValues(rawQueryString: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    if (!values.has(name)) values.set(name, value);
  }
  return values;
}

function lowerCased(
  headers: Readonly<Record<string, string | undefined>> | undefined,
): Readonly<Record<string, string>> {
  const joined = new Map<string, string>();
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === undefined) continue;
    const key = name.toLowerCase();
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}
