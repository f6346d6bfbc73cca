import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyResultV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { closeServer, listenOnLoopback, TAKEN_REMEDY } from './emulators/listen.ts';
import { buildHttpApiEvent, matchRoute, type Route, splitTarget } from './http-api-event.ts';
import { FunctionTimeoutError, invoke, type LocalFunction } from './lambda-context.ts';

/** API Gateway quotas for HTTP APIs (API Gateway developer guide, quotas, read 2026-11-22). */
const BODY_BYTES_MAX = 10 * 1_024 * 1_024;
const REQUEST_LINE_AND_HEADERS_BYTES_MAX = 10_240;
const INTEGRATION_TIMEOUT_MS = 30_000;

/** A function behind the API. */
export type HttpApiHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyResultV2>;

/** Where the endpoint listens, what it routes, and to which function. */
export interface HttpApiOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly fn: LocalFunction;
  readonly handler: HttpApiHandler;
  /** API Gateway's own by default. */
  readonly integrationTimeoutMs?: number;
  /** The function failed or did not end in time: the sender gets 500 or 503. */
  readonly onFunctionError: (error: unknown) => void;
}

/** An HTTP API on this machine. */
export interface HttpApi {
  readonly url: string;
  readonly port: number;
  /** Answers the requests in flight, then stops. */
  readonly stop: () => Promise<void>;
}

/**
 * An API Gateway HTTP API with one Lambda function behind it, payload format 2.0, on loopback.
 *
 * What it answers itself: 404 where there is no route (API Gateway developer guide, routes for HTTP APIs,
 * read 2026-11-22), 413 above 10 MB, 500 when the function fails or exceeds its own time-out, and 503 when
 * it takes longer than the 30 s of an integration. AWS documents these limits, but not all the statuses.
 *
 * @throws {PortTakenError}
 */
export async function startHttpApi(options: HttpApiOptions): Promise<HttpApi> {
  const server = createServer(
    { maxHeaderSize: REQUEST_LINE_AND_HEADERS_BYTES_MAX },
    (request, response) => {
      handle(options, request)
        .then((result) => send(response, result))
        .catch(() => response.destroy());
    },
  );
  const port = await listenOnLoopback(server, {
    port: options.port,
    what: 'the HTTP endpoint',
    remedy: TAKEN_REMEDY,
  });
  return { url: `http://127.0.0.1:${port}`, port, stop: () => closeServer(server) };
}

async function handle(
  options: HttpApiOptions,
  request: IncomingMessage,
): Promise<APIGatewayProxyStructuredResultV2> {
  const body = await readBody(request);
  const method = request.method ?? 'GET';
  const target = request.url ?? '/';
  const match = matchRoute(options.routes, method, splitTarget(target).path);
  if (match === undefined) return gatewayAnswer(404, 'Not Found');
  if (body === undefined) return gatewayAnswer(413, 'Request Entity Too Large');

  const event = buildHttpApiEvent(
    {
      method,
      target,
      rawHeaders: request.rawHeaders,
      body,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    },
    match,
    { requestId: randomUUID(), nowMs: Date.now() },
  );
  const { fn, handler, integrationTimeoutMs = INTEGRATION_TIMEOUT_MS } = options;
  const limits = { ...fn, timeoutMs: Math.min(fn.timeoutMs, integrationTimeoutMs) };
  try {
    return structured(await invoke(limits, async (context) => await handler(event, context)));
  } catch (error) {
    options.onFunctionError(error);
    return error instanceof FunctionTimeoutError && integrationTimeoutMs < fn.timeoutMs
      ? gatewayAnswer(503, 'Service Unavailable')
      : gatewayAnswer(500, 'Internal Server Error');
  }
}

// What is over the limit is read to its end and dropped, so that the sender sees the answer.
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk as Buffer);
  }
  return bytes > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks);
}

// "API Gateway infers the response format": a result without a status is the body of a 200 (API
// Gateway developer guide, Lambda function response for format 2.0, read 2026-11-22).
function structured(result: APIGatewayProxyResultV2): APIGatewayProxyStructuredResultV2 {
  if (typeof result === 'object' && 'statusCode' in result) return result;
  const body = typeof result === 'string' ? result : JSON.stringify(result);
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
}

function gatewayAnswer(statusCode: number, message: string): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  };
}

function send(response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  for (const [name, value] of Object.entries(result.headers ?? {})) {
    response.setHeader(name, String(value));
  }
  if (result.cookies !== undefined) response.setHeader('set-cookie', result.cookies);
  response.statusCode = result.statusCode ?? 200;
  response.end(Buffer.from(result.body ?? '', result.isBase64Encoded === true ? 'base64' : 'utf8'));
}
