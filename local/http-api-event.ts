import { TextDecoder } from 'node:util';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** A request as it came over the socket. */
export interface RawHttpRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  /** Name, value, name, value, …, as sent, duplicates included. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  readonly sourceIp: string;
}

/**
 * A route of an HTTP API: `ANY` or a method, and a path. `{name}` in it stands for one segment, and
 * `{name+}` at its end for all the rest.
 */
export interface Route {
  readonly method: string;
  readonly path: string;
}

/**
 * Finds the route of a request: one that matches in full goes before a greedy one, and the method itself
 * before `ANY` (API Gateway developer guide, routes for HTTP APIs, read 2026-11-22).
 *
 * @returns `undefined`: API Gateway answers 404, for a method without a route as well
 */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly parameters: Readonly<Record<string, string>> } | undefined {
  const isGreedy = (route: Route) => route.path.endsWith('+}');
  const inOrder = [
    ...routes.filter((route) => !isGreedy(route)),
    ...routes.filter((route) => isGreedy(route)),
  ];
  for (const wanted of [method, 'ANY']) {
    for (const route of inOrder) {
      if (route.method !== wanted) continue;
      const parameters = matchPath(route.path, path);
      if (parameters !== undefined) return { route, parameters };
    }
  }
  return undefined;
}

/**
 * Builds the event that an HTTP API hands to its function, payload format 2.0.
 *
 * Rules (API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs", read
 * 2026-11-22): header names are lower case, and the values of a header that came twice are joined by
 * commas, those of a query parameter as well; cookies stand in a list of their own.
 */
export function buildHttpApiEvent(
  request: RawHttpRequest,
  match: { readonly route: Route; readonly parameters: Readonly<Record<string, string>> },
  context: { readonly requestId: string; readonly nowMs: number },
): APIGatewayProxyEventV2 {
  const { path, query } = splitTarget(request.target);
  const { cookie, ...headers } = joinHeaders(request.rawHeaders);
  const queryParameters = joinQuery(query);
  const routeKey = `${match.route.method} ${match.route.path}`;
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/[;,]\s*/) }),
    headers,
    ...(queryParameters === undefined ? {} : { queryStringParameters: queryParameters }),
    ...(Object.keys(match.parameters).length === 0 ? {} : { pathParameters: match.parameters }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers['host'] ?? '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: context.requestId,
      routeKey,
      stage: '$default',
      time: new Date(context.nowMs).toISOString(),
      timeEpoch: context.nowMs,
    },
    ...encodeBody(request.body, headers['content-type']),
  };
}

/**
 * What becomes of a body: text stays text, everything else arrives as base64.
 *
 * Text is `text/*` and `application/json`, `application/javascript`, `application/xml`. Anything else
 * is base64, among it urlencoded forms, multipart and a body without a type (seen on AWS in
 * middyjs/middy issue 603, slackapi/python-slack-sdk issue 859 and localstack issue 5691, read
 * 2026-11-22). A body of a text type that is no UTF-8 is not documented; as base64 its bytes stay
 * what they were.
 */
export function encodeBody(
  body: Uint8Array,
  contentType: string | undefined,
): { readonly body?: string; readonly isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const text = isTextType(contentType ?? '') ? decodeUtf8(body) : undefined;
  return text === undefined
    ? { body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
    : { body: text, isBase64Encoded: false };
}

/** The path and the query string of a request line's target. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const greedy = /^\{(\w+)\+\}$/.exec(wanted.at(-1) ?? '')?.[1];
  if (greedy !== undefined) {
    const rest = given.splice(wanted.length - 1).join('/');
    wanted.pop();
    const parameters = rest === '' ? undefined : matchSegments(wanted, given);
    return parameters && { ...parameters, [greedy]: decodeSegment(rest) };
  }
  return matchSegments(wanted, given);
}

function matchSegments(
  wanted: readonly string[],
  given: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) {
      if (segment !== value) return undefined;
    } else {
      if (value === '') return undefined;
      parameters[name] = decodeSegment(value);
    }
  }
  return parameters;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function joinHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(headers);
}

function joinQuery(query: string): Record<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return parameters.size === 0 ? undefined : Object.fromEntries(parameters);
}

function isTextType(contentType: string): boolean {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  return type.startsWith('text/') || /^application\/(json|javascript|xml)$/.test(type);
}

function decodeUtf8(body: Uint8Array): string | undefined {
  try {
    // A byte order mark is part of what was signed, so it is kept.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
