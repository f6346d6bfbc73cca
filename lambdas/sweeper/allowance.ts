import type { Breaker } from '../core/breaker.ts';

/** How many more events of a run may get a message. */
export interface Allowance {
  /** Takes one; `false` when none is left. */
  take(): boolean;
  isUsedUp(): boolean;
}

/** What a run may put on the delivery queue. */
export interface Allowances {
  /** For events whose message is lost. */
  readonly stuck: Allowance;
  /** For events held while delivery was off. */
  readonly held: Allowance;
}

/**
 * Decides how much a run may put on the delivery queue, by the state of the breaker.
 *
 * ```
 * breaker                     events without a message     held events
 * open                        none                         none
 * open, its time is over      probeEventsMax together: one must come to try whether the CRM is back
 * closed a short while ago    probeEventsMax               all
 * closed                      all                          all
 * ```
 *
 * While it is open nothing could be delivered, and each message would only come back, again and again.
 *
 * Once its time is over it takes a message to find out whether the CRM is back. Should every message be
 * lost, or every event be held, none would ever come and the breaker would stay open for ever; so a few
 * are sent. Few, since all but one of them find the probe taken.
 *
 * After it has closed, messages that it sent away are still hidden for up to an opening, and their events
 * look as if they had none. Those come by themselves within `requeueIntervalMs` (asserted at synth), so
 * until then the backlog of an outage does not get a second message each. When it closed is not stored:
 * `openSeenAtMs` is what this sweeper saw, and a new one may send some for nothing.
 *
 * @param openSeenAtMs when a run last found the breaker open
 */
export function allowancesOf(
  breaker: Breaker,
  nowMs: number,
  openSeenAtMs: number | undefined,
  settings: { readonly probeEventsMax: number; readonly requeueIntervalMs: number },
): Allowances {
  const few = allow(settings.probeEventsMax);
  const all = allow(Number.POSITIVE_INFINITY);
  if (breaker.state === 'open') {
    const isOver = breaker.openUntilMs !== undefined && breaker.openUntilMs <= nowMs;
    const some = isOver ? few : allow(0);
    return { stuck: some, held: some };
  }
  const hasJustClosed =
    openSeenAtMs !== undefined && nowMs - openSeenAtMs < settings.requeueIntervalMs;
  return { stuck: hasJustClosed ? few : all, held: all };
}

function allow(max: number): Allowance {
  let left = max;
  return {
    take: () => {
      if (left <= 0) return false;
      left -= 1;
      return true;
    },
    isUsedUp: () => left <= 0,
  };
}
