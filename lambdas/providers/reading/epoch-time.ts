import type { Json } from './json.ts';

/** The end of the year 9999: later moments have no plain ISO 8601 form. */
const EPOCH_MS_MAX = 253_402_300_799_999;

/**
 * A moment that a sender gives in seconds since 1970, as ISO 8601 in UTC.
 *
 * @returns `undefined` for anything but a whole number, or its digits, from 0 to the year 9999
 */
export function isoOfSeconds(value: Json | undefined): string | undefined {
  return isoOf(value, 1_000);
}

/**
 * A moment that a sender gives in milliseconds since 1970, as ISO 8601 in UTC.
 *
 * @returns `undefined` for anything but a whole number, or its digits, from 0 to the year 9999
 */
export function isoOfMilliseconds(value: Json | undefined): string | undefined {
  return isoOf(value, 1);
}

function isoOf(value: Json | undefined, unitMs: number): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  if (!/^\d{1,15}$/.test(String(value))) return undefined;
  const ms = Number(value) * unitMs;
  return ms > EPOCH_MS_MAX ? undefined : new Date(ms).toISOString();
}
