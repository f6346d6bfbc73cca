import * as z from 'zod/mini';
import { wholeNumber } from './setting.ts';

/**
 * What is normal for a source, so that its absence can be told. Without it nothing is watched: for some
 * sources it is normal to be silent for weeks.
 */
export const expectSchema = z.strictObject({
  /**
   * Something comes at least once in so many hours, nights and weekends included; else a person is told. Up to a
   * week.
   */
  everyHours: wholeNumber(1, 168),
  /**
   * Leads of an ordinary day; fewer than half of it, day after day, tells a person. From 20 on: of fewer, half
   * of a day's leads are missing by chance now and then (of 20 that come independently, once in 200 days; of
   * 10, once in 34), and `everyHours` says all that can be said.
   */
  leadsPerDay: z.optional(wholeNumber(20, 10_000_000)),
  /** Days in a row on which few leads are normal: 2 for a form that companies fill in, 0 for one of people at home. */
  quietDays: z._default(wholeNumber(0, 5), 2),
});
