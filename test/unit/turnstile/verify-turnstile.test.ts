import { describe, expect, it } from 'vitest';
import { createTurnstile } from '../../../lambdas/turnstile/verify-turnstile.ts';
import { systemClock } from '../../../lambdas/runtime/system.ts';
import { DUMMY_SECRETS, DUMMY_TOKEN } from '../../../local/turnstile-simulator/dummy-keys.ts';
import {
  siteverify,
  startTurnstileSimulator,
} from '../../../local/turnstile-simulator/simulator.ts';

const QUESTION = {
  secret: 'the-secret',
  token: 'the-token',
  idempotencyKey: '1b9d6bcd-0000-4000-8000-000000000001',
};

/** What one call comes to: an error, no end, a text of a gateway, or a body. */
type Answer = Error | string | object;

/** Turnstile over a fetch that answers with these, one a call; the clock's timers run when they are told to. */
function aTurnstile(...answers: Answer[]) {
  const calls: { url: string; init: RequestInit }[] = [];
  const timers: { ms: number; run: () => void; isOff: boolean }[] = [];
  const fetcher = (async (url: string, init: RequestInit) => {
    const answer = answers[Math.min(calls.length, answers.length - 1)];
    calls.push({ url, init });
    if (answer === 'never') return await new Promise(() => {});
    if (answer instanceof Error) throw answer;
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), {
      status: typeof answer === 'string' ? 502 : 200,
    });
  }) as typeof globalThis.fetch;
  const clock = {
    after: (ms: number, run: () => void) => {
      const timer = { ms, run, isOff: false };
      timers.push(timer);
      return () => {
        timer.isOff = true;
      };
    },
  };
  return {
    ask: async () => await createTurnstile({ fetcher, clock }).ask(QUESTION),
    calls,
    timers,
  };
}

describe('the question', () => {
  it("goes to Cloudflare once, with the idempotency key, without the person's address", async () => {
    const { ask, calls } = aTurnstile({ success: true });

    await ask();

    expect(calls).toHaveLength(1);
    const [{ url, init }] = calls as [(typeof calls)[number]];
    expect(url).toBe('https://challenges.cloudflare.com/turnstile/v0/siteverify');
    expect(init).toMatchObject({ method: 'POST', redirect: 'manual' });
    expect(JSON.parse(init.body as string)).toEqual({
      secret: 'the-secret',
      response: 'the-token',
      idempotency_key: QUESTION.idempotencyKey,
    });
  });
});

describe('the answer', () => {
  it.each([
    [
      {
        success: true,
        'error-codes': [],
        hostname: 'www.example.com',
        action: 'contact',
        cdata: '',
      },
      { kind: 'passed', hostname: 'www.example.com', action: 'contact' },
    ],
    [{ success: true }, { kind: 'passed' }],
    [{ success: false, 'error-codes': ['invalid-input-response'] }, { kind: 'failed' }],
    [{ success: false, 'error-codes': ['missing-input-response'] }, { kind: 'failed' }],
    [{ success: false, 'error-codes': ['something-new'] }, { kind: 'failed' }],
    [{ success: false }, { kind: 'failed' }],
    [{ success: false, 'error-codes': ['timeout-or-duplicate'] }, { kind: 'spent' }],
    [{ success: false, 'error-codes': ['invalid-input-secret'] }, { kind: 'secret_refused' }],
    [{ success: false, 'error-codes': ['missing-input-secret'] }, { kind: 'secret_refused' }],
  ])('%j is final', async (answer, expected) => {
    const { ask, calls } = aTurnstile(answer);

    expect(await ask()).toEqual(expected);
    expect(calls).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['an error inside', { success: false, 'error-codes': ['internal-error'] }],
    ['a request that it does not understand', { success: false, 'error-codes': ['bad-request'] }],
    ['a page', '<html>502</html>'],
    ['nothing', ''],
    ['another shape', { success: 'true' }],
    ['a list', [true]],
    ['a lost connection', new TypeError('fetch failed')],
  ])('%s is no answer, and is asked for once more', async (_what, answer) => {
    const twice = aTurnstile(answer);
    const mended = aTurnstile(answer, { success: true });

    expect(await twice.ask()).toEqual({ kind: 'no_answer' });
    expect(twice.calls).toHaveLength(2);
    expect(await mended.ask()).toEqual({ kind: 'passed' });
    expect(mended.calls[0]?.init.body).toBe(mended.calls[1]?.init.body);
  });

  it('is waited for two seconds, twice, and each wait is called off', async () => {
    const { ask, calls, timers } = aTurnstile('never');

    const answer = ask();
    for (let turn = 0; turn < 2; turn += 1) {
      timers[turn]?.run();
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(await answer).toEqual({ kind: 'no_answer' });
    expect(calls.map(({ init }) => init.signal?.aborted)).toEqual([true, true]);
    expect(timers.map(({ ms, isOff }) => [ms, isOff])).toEqual([
      [2_000, true],
      [2_000, true],
    ]);
  });
});

describe('against the simulator', () => {
  it.each([
    [DUMMY_SECRETS.alwaysPasses, { kind: 'passed', hostname: 'example.com' }],
    [DUMMY_SECRETS.alwaysFails, { kind: 'failed' }],
    [DUMMY_SECRETS.alreadySpent, { kind: 'spent' }],
    ['another-secret', { kind: 'secret_refused' }],
  ])('the secret %s answers %j', async (secret, expected) => {
    const simulator = await startTurnstileSimulator();
    try {
      const turnstile = createTurnstile({
        fetcher: globalThis.fetch,
        clock: systemClock,
        origin: simulator.url,
      });

      expect(await turnstile.ask({ ...QUESTION, secret, token: DUMMY_TOKEN })).toEqual(expected);
    } finally {
      await simulator.stop();
    }
  });

  it('what is missing is named', () => {
    const { alwaysPasses: secret } = DUMMY_SECRETS;

    expect(siteverify({ secret })).toMatchObject({ 'error-codes': ['missing-input-response'] });
    expect(siteverify({ response: 'x' })).toMatchObject({
      'error-codes': ['missing-input-secret'],
    });
    expect(siteverify(undefined)).toMatchObject({ 'error-codes': ['bad-request'] });
  });

  it('nobody who is not there answers', async () => {
    const simulator = await startTurnstileSimulator();
    await simulator.stop();
    const turnstile = createTurnstile({
      fetcher: globalThis.fetch,
      clock: systemClock,
      origin: simulator.url,
    });

    expect(await turnstile.ask(QUESTION)).toEqual({ kind: 'no_answer' });
  });
});
