import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import type { Barrier } from '../runtime/barrier.ts';
import type { ClaimedEvent } from './delivery-ports.ts';

/** A record's places in the batch, and behind it. */
export interface Places {
  readonly batch: Attendance;
  readonly last: Attendance;
}

/** One record's part in a batch: it is counted once, however often it leaves. */
export interface Attendance {
  /** Waits for the others; see `Barrier.join`. */
  join(event: ClaimedEvent): Promise<DeliveryOutcome>;
  /** The others wait for this record no longer, unless it has joined or left before. */
  leaveUnlessJoined(): void;
}

/** Holds one record's place in a batch; the others wait until it has joined or left. */
export function attend(batch: Barrier<ClaimedEvent, DeliveryOutcome>): Attendance {
  let counted = false;
  return {
    join: async (event) => {
      counted = true;
      return await batch.join(event);
    },
    leaveUnlessJoined: () => {
      if (counted) return;
      counted = true;
      batch.leave();
    },
  };
}
