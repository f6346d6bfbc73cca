import type { Knobs } from '../knobs.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const BUCKET_MS = 60_000;

/**
 * The API credits of the last 24 hours, a rolling window, counted by the minute.
 *
 * @see Zoho CRM v8, API limits, read 2026-11-22
 */
export class CreditLedger {
  private readonly knobs: () => Knobs;
  private readonly now: () => number;
  private buckets: { readonly atMs: number; credits: number }[] = [];

  constructor(knobs: () => Knobs, now: () => number) {
    this.knobs = knobs;
    this.now = now;
  }

  /** Takes credits. @returns `false`, taking none, when fewer are left */
  spend(credits: number): boolean {
    if (this.remaining() < credits) return false;
    const atMs = Math.floor(this.now() / BUCKET_MS) * BUCKET_MS;
    const last = this.buckets.at(-1);
    if (last?.atMs === atMs) last.credits += credits;
    else this.buckets.push({ atMs, credits });
    return true;
  }

  used(): number {
    const horizonMs = this.now() - DAY_MS;
    this.buckets = this.buckets.filter((bucket) => bucket.atMs > horizonMs);
    return this.buckets.reduce((sum, bucket) => sum + bucket.credits, 0);
  }

  remaining(): number {
    return Math.max(0, this.knobs().dailyCredits - this.used());
  }

  /** `X-API-CREDITS-REMAINING`, which Zoho sends only once half of the credits is used. */
  headers(): Readonly<Record<string, string>> {
    const { dailyCredits } = this.knobs();
    return this.used() * 2 >= dailyCredits
      ? { 'X-API-CREDITS-REMAINING': String(this.remaining()) }
      : {};
  }

  reset(): void {
    this.buckets = [];
  }
}

/** What a write of so many rows costs: 1 credit for each 10, begun ones in full. */
export function writeCredits(rows: number): number {
  return Math.max(1, Math.ceil(rows / 10));
}
