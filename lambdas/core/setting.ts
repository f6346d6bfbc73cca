import * as z from 'zod/mini';

/** A setting that is a whole number within bounds, both included. */
export function wholeNumber(min: number, max: number): z.ZodMiniNumber {
  return z.number().check(z.int(), z.gte(min), z.lte(max));
}
