import { describe, expect, it } from 'vitest';
import { ANSWER_BYTES_MAX, callDetails } from '../../../lambdas/details/call-details.ts';
import { aClock } from '../../support/fakes.ts';
import { T0 } from '../../support/event-builders.ts';

const call = async (answer: () => Response | Promise<Response>) => {
  const seen: RequestInit[] = [];
  const fetcher = async (_url: unknown, init?: RequestInit) => {
    seen.push(init ?? {});
    return await answer();
  };
  const outcome = await callDetails(
    fetcher,
    'https://api.example.com/1',
    { authorization: 'Bearer token-1' },
    8_000,
    aClock(),
  );
  return { outcome, seen };
};

describe('a call to a provider’s API', () => {
  it('asks for JSON, follows no redirect, and hands over what came', async () => {
    const { outcome, seen } = await call(() => new Response('{"id":9007199254740993}'));

    expect(outcome).toEqual({
      kind: 'answer',
      status: 200,
      body: { value: { id: '9007199254740993' }, text: '{"id":9007199254740993}' },
    });
    expect(seen[0]).toMatchObject({
      method: 'GET',
      redirect: 'manual',
      headers: { accept: 'application/json', authorization: 'Bearer token-1' },
    });
  });

  it.each([
    ['in seconds', '120', 120_000],
    ['as a date', new Date(T0 + 60_000).toUTCString(), 60_000],
    ['beyond a day', '999999', 86_400_000],
    ['in the past', new Date(T0 - 60_000).toUTCString(), 0],
    ['as nonsense', 'soon', undefined],
  ])('tells a Retry-After %s', async (_how, header, expected) => {
    const { outcome } = await call(
      () => new Response('{}', { status: 429, headers: { 'retry-after': header } }),
    );

    expect(outcome).toMatchObject({ kind: 'answer', status: 429 });
    expect((outcome as { retryAfterMs?: number }).retryAfterMs).toBe(expected);
  });

  it.each([
    ['an error page', '<html>'],
    ['an answer that was cut off', '{"id":'],
    ['nothing', ''],
    ['bytes that are no text', new Uint8Array([0x22, 0xff, 0x22])],
  ])('takes %s for no JSON', async (_what, body) => {
    const { outcome } = await call(() => new Response(body, { status: 502 }));

    expect(outcome).toEqual({ kind: 'answer', status: 502 });
  });

  it('reads no more than a submission can be long', async () => {
    const fits = await call(() => new Response('"x"'.padEnd(ANSWER_BYTES_MAX)));
    const over = await call(() => new Response('"x"'.padEnd(ANSWER_BYTES_MAX + 1)));

    expect(fits.outcome).toMatchObject({ kind: 'answer', status: 200 });
    expect(over.outcome).toEqual({ kind: 'too_large' });
  });

  it('ends with its time although the API holds it, and with a connection that is lost', async () => {
    const clock = aClock();
    const held = callDetails(
      async () => await new Promise<Response>(() => {}),
      'https://api.example.com/1',
      {},
      8_000,
      clock,
    );
    clock.advance(8_000);
    const lost = await call(async () => await Promise.reject(new TypeError('fetch failed')));

    expect(await held).toEqual({ kind: 'no_answer', reason: 'timed_out' });
    expect(lost.outcome).toEqual({ kind: 'no_answer', reason: 'connection_lost' });
  });
});
