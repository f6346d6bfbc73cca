import type { HoldfastConfig } from '../core/config.ts';
import type { EventRecord } from '../core/event-record.ts';

/** How long an event may stay as it is before it counts as stuck. */
export type StaleSettings = Pick<
  HoldfastConfig['sweeper'],
  'receivedStaleMs' | 'leaseStaleMs' | 'overdueMs' | 'unreportedStaleMs' | 'requeueIntervalMs'
>;

/**
 * What an event needs that nothing but the sweeper will give it.
 *
 * - `message`: it waits for delivery, and the message that would bring it back is gone
 * - `dead_letter`: it is in quarantine, and nobody has been told
 */
export type Need = 'message' | 'dead_letter';

/**
 * Says whether an event is stuck, by how long it has been as it is.
 *
 * An event in a long backlog looks just like one whose message is lost. It gets another message, but
 * no more than one in `requeueIntervalMs`: a backlog must not multiply itself.
 *
 * @returns `undefined`: nothing, it has ended or may still move by itself
 */
export function needOf(
  record: EventRecord,
  nowMs: number,
  settings: StaleSettings,
): Need | undefined {
  if (record.state === 'quarantined') {
    const sinceMs = Date.parse(record.quarantinedAt ?? record.receivedAt);
    return sinceMs <= nowMs - settings.unreportedStaleMs ? 'dead_letter' : undefined;
  }
  const isFresh = (record.requeuedAtMs ?? 0) > nowMs - settings.requeueIntervalMs;
  return !isFresh && waitsTooLong(record, nowMs, settings) ? 'message' : undefined;
}

/** An event is never stuck sooner than this after it was received. In milliseconds. */
export function staleMsMin(settings: StaleSettings): number {
  return Math.min(settings.receivedStaleMs, settings.unreportedStaleMs);
}

function waitsTooLong(record: EventRecord, nowMs: number, settings: StaleSettings): boolean {
  switch (record.state) {
    case 'received':
      return Date.parse(record.receivedAt) <= nowMs - settings.receivedStaleMs;
    case 'processing':
      return (record.leaseUntilMs ?? 0) <= nowMs - settings.leaseStaleMs;
    case 'failed':
      return (record.nextDueAtMs ?? 0) <= nowMs - settings.overdueMs;
    case 'held':
    case 'quarantined':
    case 'succeeded':
    case 'suppressed':
    case 'closed':
    case 'erased':
      return false;
  }
}
