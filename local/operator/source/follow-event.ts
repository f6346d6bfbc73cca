import type { EventRecord, EventState } from '../../../lambdas/core/event-record.ts';
import type { EventStore } from '../../../lambdas/core/ports/events.ts';
import type { Clock } from '../../../lambdas/core/ports/world.ts';

/** A state in which an event was seen. */
export interface SeenState {
  readonly state: EventState;
  /** When it was seen, ISO 8601. */
  readonly at: string;
  readonly record: EventRecord;
}

/** How long an event is watched, and how often. */
export interface FollowLimits {
  readonly waitMs: number;
  readonly everyMs: number;
}

/** States that an event leaves by itself. A held one waits for a person. */
const MOVING: ReadonlySet<EventState> = new Set(['received', 'processing', 'failed']);

/**
 * Watches an event until it has ended, waits for a person, or the time is over.
 *
 * Each event was received; other states that last shorter than a look are not seen.
 *
 * @param onChange gets each state once, and again with each new attempt
 * @returns the last state; `undefined` when there is no such event
 * @throws {StoreUnavailableError} the event store could not be read
 */
export async function followEvent(
  { events, clock }: { readonly events: Pick<EventStore, 'readRecord'>; readonly clock: Clock },
  key: string,
  { waitMs, everyMs }: FollowLimits,
  onChange: (seen: SeenState) => void,
): Promise<SeenState | undefined> {
  const untilMs = clock.nowMs() + waitMs;
  let last: SeenState | undefined;
  for (;;) {
    const record = await events.readRecord(key);
    if (record !== undefined && last === undefined) {
      last = { state: 'received', at: record.receivedAt, record: { ...record, state: 'received' } };
      onChange(last);
    }
    if (record !== undefined && !isSame(last?.record, record)) {
      last = { state: record.state, at: new Date(clock.nowMs()).toISOString(), record };
      onChange(last);
    }
    if (last !== undefined && !MOVING.has(last.state)) return last;
    if (clock.nowMs() + everyMs > untilMs) return last;
    await clock.sleep(everyMs);
  }
}

function isSame(before: EventRecord | undefined, now: EventRecord): boolean {
  if (before?.state !== now.state) return false;
  // Attempts are counted while it moves; a stored event has made none.
  return now.state === 'received' || before.attempts === now.attempts;
}
