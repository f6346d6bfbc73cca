import * as z from 'zod/mini';
import { wholeNumber } from './setting.ts';

/** Numbers of the retry schedule; a source may have its own for some of them. */
const settings = {
  /** CRM calls for one lead, one right after the other. */
  immediateAttempts: wholeNumber(1, 5),
  /** CRM calls for one lead within one invocation; those after the immediate ones wait `shortWaitMs`. */
  inInvocationAttempts: wholeNumber(1, 10),
  shortWaitMs: wholeNumber(0, 10_000),
  /** The first wait outside an invocation; each further one is twice as long. */
  firstDelayMs: wholeNumber(1_000, 60_000),
  delayMaxMs: wholeNumber(1_000, 900_000),
  /** From `attemptsMax` on: a wait for long outages, which must not use up a message's receives. */
  longDelayMs: wholeNumber(60_000, 3_600_000),
  /** Waits are scattered by up to this share, up and down, so that leads do not retry together. */
  jitterShare: z.number().check(z.gte(0), z.lte(0.5)),
  /** CRM calls for one lead before it is quarantined (if the hours below are over, too). */
  attemptsMax: wholeNumber(1, 1_000),
  retryForHours: wholeNumber(0, 168),
  /** CRM calls for one lead whose refusals may come from a race. */
  raceAttemptsMax: wholeNumber(1, 50),
};

/** The retry settings of all sources, with their defaults. */
export const retrySchema = z.strictObject({
  immediateAttempts: z._default(settings.immediateAttempts, 3),
  inInvocationAttempts: z._default(settings.inInvocationAttempts, 5),
  shortWaitMs: z._default(settings.shortWaitMs, 1_000),
  firstDelayMs: z._default(settings.firstDelayMs, 2_000),
  delayMaxMs: z._default(settings.delayMaxMs, 60_000),
  longDelayMs: z._default(settings.longDelayMs, 300_000),
  jitterShare: z._default(settings.jitterShare, 0.2),
  attemptsMax: z._default(settings.attemptsMax, 50),
  retryForHours: z._default(settings.retryForHours, 72),
  raceAttemptsMax: z._default(settings.raceAttemptsMax, 5),
});

/** Retry settings of one source, over those of all. */
export const ownRetrySchema = z.partial(z.strictObject(settings));

/** The retry schedule with every setting filled in. */
export type RetrySettings = z.output<typeof retrySchema>;

/** For leads that must reach a person soon, by whatever way. */
const HIGH_INTENT: Partial<RetrySettings> = { attemptsMax: 10, retryForHours: 0 };

/**
 * The retry settings of a source: its own over those of all.
 *
 * @param own of the source; `undefined` for one that is no longer configured
 */
export function retrySettingsFor(
  ofAll: RetrySettings,
  own:
    | { readonly highIntent: boolean; readonly retry: z.output<typeof ownRetrySchema> }
    | undefined,
): RetrySettings {
  const set = Object.entries(own?.retry ?? {}).filter(([, value]) => value !== undefined);
  return { ...ofAll, ...(own?.highIntent === true ? HIGH_INTENT : {}), ...Object.fromEntries(set) };
}
