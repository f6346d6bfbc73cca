/**
 * How long to stay away from an identity that another writer holds: 1–3 s, scattered, so that those
 * who wait do not come back together.
 *
 * @param random uniform in [0, 1)
 * @returns milliseconds, 1,000–3,000
 */
export function deferralMs(random: number): number {
  return Math.round(1_000 + 2_000 * random);
}
