import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHttpEvent, writeHttpResult } from '../../../lambdas/intake/http-event.ts';

function anEvent(overrides: Partial<APIGatewayProxyEventV2> = {}, stage = '$default') {
  return {
    version: '2.0',
    rawPath: '/hooks/demo',
    headers: {},
    isBase64Encoded: false,
    requestContext: { stage, http: { method: 'POST' } },
    ...overrides,
  } as APIGatewayProxyEventV2;
}

describe('readHttpEvent', () => {
  it('brings back the bytes that were sent, however they travelled', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const body = Buffer.from(bytes).toString('base64');

        const request = readHttpEvent(anEvent({ body, isBase64Encoded: true }));

        expect(Buffer.from(request.body)).toEqual(Buffer.from(bytes));
      }),
    );
    expect(Buffer.from(readHttpEvent(anEvent({ body: 'é' })).body)).toEqual(Buffer.from('é'));
    expect(readHttpEvent(anEvent()).body).toHaveLength(0);
  });

  it('lower-cases header names and joins those that come twice', () => {
    const headers = { 'X-Signature': 'a', 'x-signature': 'b', Empty: undefined, __proto__x: 'y' };

    const request = readHttpEvent(anEvent({ headers }));

    expect(request.headers).toEqual({ 'x-signature': 'a,b', __proto__x: 'y' });
  });

  it('takes the stage off the path', () => {
    const path = (rawPath: string, stage?: string) =>
      readHttpEvent(anEvent({ rawPath }, stage)).path;

    expect(path('/hooks/demo')).toBe('/hooks/demo');
    expect(path('/prod/hooks/demo', 'prod')).toBe('/hooks/demo');
    expect(path('/hooks/demo', 'hooks2')).toBe('/hooks/demo');
  });
});

describe('writeHttpResult', () => {
  it('writes status, headers and text', () => {
    const result = writeHttpResult({ status: 204, headers: { vary: 'Origin' }, body: '' });

    expect(result).toEqual({
      statusCode: 204,
      headers: { vary: 'Origin' },
      body: '',
      isBase64Encoded: false,
    });
  });
});
