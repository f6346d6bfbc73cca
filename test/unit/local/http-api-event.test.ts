import { describe, expect, it } from 'vitest';
import {
  buildHttpApiEvent,
  matchRoute,
  type RawHttpRequest,
  type Route,
} from '../../../local/http-api-event.ts';

const ROUTES: readonly Route[] = [
  { method: 'ANY', path: '/hooks/{source}' },
  { method: 'ANY', path: '/hooks/{source}/{token}' },
  { method: 'ANY', path: '/files/{rest+}' },
  { method: 'GET', path: '/files/{name}' },
  { method: 'ANY', path: '/files/{name}' },
  { method: 'GET', path: '/health' },
];

describe('routes of the local HTTP API', () => {
  it.each([
    ['POST', '/hooks/website', { source: 'website' }],
    ['OPTIONS', '/hooks/website', { source: 'website' }],
    ['POST', '/hooks/website/t0ken', { source: 'website', token: 't0ken' }],
    ['POST', '/hooks/a%20b', { source: 'a b' }],
    ['POST', '/hooks/%E0%A4%A', { source: '%E0%A4%A' }],
    ['GET', '/health', {}],
    ['GET', '/files/a', { name: 'a' }],
    ['GET', '/files/a/b%20c/d', { rest: 'a/b c/d' }],
  ])('finds %s %s', (method, path, parameters) => {
    const match = matchRoute(ROUTES, method, path);

    expect(match?.parameters).toEqual(parameters);
  });

  it.each([
    ['POST', '/health'],
    ['POST', '/hooks'],
    ['POST', '/hooks/'],
    ['POST', '/hooks/a/b/c'],
    ['GET', '/files/'],
    ['GET', '/'],
    ['GET', '/HOOKS/website'],
  ])('has none for %s %s', (method, path) => {
    const match = matchRoute(ROUTES, method, path);

    expect(match).toBeUndefined();
  });
});

describe('the event of payload format 2.0', () => {
  it('lower-cases header names and joins the values of a header that came twice', () => {
    const event = eventOf({
      rawHeaders: ['X-Signature', 'one', 'Content-Type', 'text/plain', 'x-signature', 'two'],
    });

    expect(event.headers).toEqual({ 'x-signature': 'one,two', 'content-type': 'text/plain' });
  });

  it('keeps cookies apart from the headers', () => {
    const event = eventOf({ rawHeaders: ['Cookie', 'a=1; b=2'] });

    expect(event.cookies).toEqual(['a=1', 'b=2']);
    expect(event.headers).not.toHaveProperty('cookie');
  });

  it('carries the query as sent and as joined parameters', () => {
    const event = eventOf({ target: '/hooks/website?a=1&b=%20x&a=2' });

    expect(event.rawPath).toBe('/hooks/website');
    expect(event.rawQueryString).toBe('a=1&b=%20x&a=2');
    expect(event.queryStringParameters).toEqual({ a: '1,2', b: ' x' });
  });

  it('names method, path and route', () => {
    const event = eventOf({ method: 'OPTIONS' });

    expect(event.requestContext.http).toMatchObject({ method: 'OPTIONS', path: '/hooks/website' });
    expect(event.routeKey).toBe('ANY /hooks/{source}');
    expect(event.pathParameters).toEqual({ source: 'website' });
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'text/plain',
    'application/xml',
    'application/javascript',
  ])('leaves a body of type %s as text', (contentType) => {
    const event = eventOf({
      rawHeaders: ['content-type', contentType],
      body: Buffer.from('\ufeffžluťoučký'),
    });

    expect(event.isBase64Encoded).toBe(false);
    expect(event.body).toBe('\ufeffžluťoučký');
  });

  it.each([
    ['content-type', 'application/x-www-form-urlencoded'],
    ['content-type', 'multipart/form-data; boundary=x'],
    ['content-type', 'application/octet-stream'],
    ['x-other', 'no content type'],
  ])('encodes a body as base64 when it comes with %s: %s', (name, value) => {
    const event = eventOf({ rawHeaders: [name, value], body: Buffer.from('a=1') });

    expect(event.isBase64Encoded).toBe(true);
    expect(Buffer.from(event.body ?? '', 'base64').toString()).toBe('a=1');
  });

  it('keeps the bytes of a body that is not UTF-8', () => {
    const bytes = Uint8Array.from([0x7b, 0xff, 0x7d]);

    const event = eventOf({ rawHeaders: ['content-type', 'application/json'], body: bytes });

    expect(Uint8Array.from(Buffer.from(event.body ?? '', 'base64'))).toEqual(bytes);
  });

  it('has no body where none was sent', () => {
    const event = eventOf({ body: new Uint8Array() });

    expect(event).not.toHaveProperty('body');
    expect(event.isBase64Encoded).toBe(false);
  });
});

function eventOf(overrides: Partial<RawHttpRequest>) {
  const request: RawHttpRequest = {
    method: 'POST',
    target: '/hooks/website',
    rawHeaders: [],
    body: Buffer.from('{}'),
    sourceIp: '127.0.0.1',
    ...overrides,
  };
  const match = matchRoute(ROUTES, request.method, request.target.split('?')[0]!)!;
  return buildHttpApiEvent(request, match, { requestId: 'request-1', nowMs: 1_795_320_000_000 });
}
