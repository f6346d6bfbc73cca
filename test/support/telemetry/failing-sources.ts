import type { HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import type { FailureCode } from '../../../lambdas/core/failure.ts';

/** Every way of a thin source to fail has a source of its own: after trouble, one rests for a while. */
export const DETAILS_CODES = [
  'details_no_answer',
  'details_unavailable',
  'details_rate_limited',
  'details_not_yet',
  'details_unauthorized',
  'details_missing_secret',
  'details_gone',
  'details_unreadable',
] as const satisfies readonly FailureCode[];

/** A thin source that is about to be taken out of the configuration, with a lead of which only the name came. */
export const SOURCE_TO_GO = 'leaving';

const LEADS = {
  provider: 'shared_secret',
  idPath: 'submission_id',
  fields: { customer: 'external_id' },
} as const;

/** Each is cut off at 1,000 characters; together more than an identity may hold, 350 KB compressed. */
export const LONG_QUESTIONS = Array.from({ length: 280 }, (_, index) => `q${index}`);

/** The sources that failures are provoked at. */
export const FAILING_SOURCES: NonNullable<HoldfastConfigInput['sources']> = {
  leads: LEADS,
  updates: { ...LEADS, mode: 'update_only' },
  last_try: { ...LEADS, retry: { attemptsMax: 1, retryForHours: 0 } },
  unread: LEADS,
  novels: {
    ...LEADS,
    fields: Object.fromEntries(LONG_QUESTIONS.map((name) => [name, `custom_${name}`])),
  },
  signed: { provider: 'typeform' },
  page: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
  human: {
    provider: 'website_form',
    allowedOrigins: ['https://www.example.com'],
    turnstile: { whenDown: 'quarantine' },
  },
  [SOURCE_TO_GO]: { provider: 'meta' },
  ...Object.fromEntries(DETAILS_CODES.map((code) => [code, { provider: 'meta' } as const])),
};

/** Each failure is final as soon as it can be, and no row shares a call with another. */
export const FAILING_DELIVERY: HoldfastConfigInput['delivery'] = {
  batchSize: 1,
  retry: {
    immediateAttempts: 1,
    inInvocationAttempts: 1,
    shortWaitMs: 0,
    firstDelayMs: 1_000,
    raceAttemptsMax: 1,
  },
  breaker: { failuresInRowMax: 100, windowCallsMin: 10_000 },
  poisonClaimsMax: 2,
};
