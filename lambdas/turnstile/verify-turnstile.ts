import * as z from 'zod/mini';
import type { HumanAnswer, HumanCheck } from '../core/ports/human-check.ts';
import type { Clock } from '../core/ports/world.ts';

/** Where Cloudflare answers. */
export const TURNSTILE_ORIGIN = 'https://challenges.cloudflare.com';

const TRY_TIMEOUT_MS = 2_000;
const TRIES_MAX = 2;

const answerSchema = z.object({
  success: z.boolean(),
  'error-codes': z.optional(z.array(z.string())),
  hostname: z.optional(z.string()),
  action: z.optional(z.string()),
});

/** What Turnstile is asked with. */
export interface TurnstileOptions {
  readonly fetcher: typeof globalThis.fetch;
  readonly clock: Pick<Clock, 'after'>;
  /** `TURNSTILE_ORIGIN` by default. */
  readonly origin?: string;
}

/**
 * Cloudflare Turnstile. Two seconds for an answer, and one more try; the idempotency key makes it safe. The person's
 * address is not sent.
 *
 * @see Cloudflare, Turnstile, Validate the token (siteverify), read 2026-11-22
 */
export function createTurnstile(options: TurnstileOptions): HumanCheck {
  const url = `${options.origin ?? TURNSTILE_ORIGIN}/turnstile/v0/siteverify`;
  return {
    ask: async ({ secret, token, idempotencyKey }) => {
      const body = JSON.stringify({ secret, response: token, idempotency_key: idempotencyKey });
      for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
        const answer = meaningOf(await post(options, url, body));
        if (answer.kind !== 'no_answer') return answer;
      }
      return { kind: 'no_answer' };
    },
  };
}

/** The answer's text; `undefined` when none came whole in time. */
async function post(
  { fetcher, clock }: TurnstileOptions,
  url: string,
  body: string,
): Promise<string | undefined> {
  const timeout = new AbortController();
  const { promise: timedOut, resolve } = Promise.withResolvers<undefined>();
  const callOff = clock.after(TRY_TIMEOUT_MS, () => {
    timeout.abort();
    // Beside the signal: the time-out holds for a fetcher that does not heed it, too.
    resolve(undefined);
  });
  const exchange = async (): Promise<string | undefined> => {
    try {
      const headers = { 'content-type': 'application/json' };
      const { signal } = timeout;
      // A secret must not travel to another host.
      const response = await fetcher(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal,
      });
      return await response.text();
    } catch {
      return undefined;
    }
  };
  try {
    return await Promise.race([exchange(), timedOut]);
  } finally {
    callOff();
  }
}

function meaningOf(text: string | undefined): HumanAnswer {
  const parsed = answerSchema.safeParse(parse(text ?? ''));
  if (!parsed.success) return { kind: 'no_answer' };
  const { success, hostname, action } = parsed.data;
  if (success) {
    return {
      kind: 'passed',
      ...(hostname === undefined ? {} : { hostname }),
      ...(action === undefined ? {} : { action }),
    };
  }
  const codes = new Set(parsed.data['error-codes']);
  if (codes.has('invalid-input-secret') || codes.has('missing-input-secret')) {
    return { kind: 'secret_refused' };
  }
  // Neither says anything of the person: the fault is there, or in what we sent.
  if (codes.has('internal-error') || codes.has('bad-request')) return { kind: 'no_answer' };
  return { kind: codes.has('timeout-or-duplicate') ? 'spent' : 'failed' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
