import type { StoredToken } from '../core/ports/crm-access.ts';

/**
 * Token requests in one window, one less than Zoho takes; a window as long as Zoho's and clocks differ.
 *
 * @see Zoho Accounts, OAuth 2.0, Token limits, read 2026-11-22
 */
export const REQUESTS_MAX = 9;
const WINDOW_MS = 10 * 60_000 + 10_000;

/** When tokens were asked for within the window, oldest first; epoch milliseconds. */
export function recentRequests(
  stored: Pick<StoredToken, 'requestedAtMs'> | undefined,
  nowMs: number,
): readonly number[] {
  return (stored?.requestedAtMs ?? []).filter((atMs) => atMs > nowMs - WINDOW_MS);
}

/** When the oldest of these requests no longer counts, epoch milliseconds. */
export function requestWindowEndMs(recent: readonly number[], nowMs: number): number {
  return (recent[0] ?? nowMs) + WINDOW_MS;
}
