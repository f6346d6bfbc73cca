import * as z from 'zod/mini';
import { wholeNumber } from './setting.ts';

/** What the sweeper, which runs every minute, takes for stuck, and how much it looks at in a run. */
export const sweeperSchema = z.strictObject({
  /** A lead that was stored so long ago and not claimed since has no message any more. */
  receivedStaleMs: z._default(wholeNumber(30_000, 7_200_000), 120_000),
  /** So long after a claim ended by itself, its message has not come back. Outlasts the queue's visibility. */
  leaseStaleMs: z._default(wholeNumber(60_000, 7_200_000), 600_000),
  /** So long after a failed lead was due, its message has not come back. Outlasts every retry's wait. */
  overdueMs: z._default(wholeNumber(60_000, 7_200_000), 900_000),
  /** Leaves intake and consumer the time to send a dead letter themselves. */
  unreportedStaleMs: z._default(wholeNumber(30_000, 7_200_000), 120_000),
  /** A lead in a backlog looks as if its message were lost: it gets no more than one in this time. */
  requeueIntervalMs: z._default(wholeNumber(60_000, 7_200_000), 600_000),
  /** Leads looked at in a partition of the index and run; the next run goes on behind them. */
  pageEvents: z._default(wholeNumber(10, 1_000), 250),
  /** Held leads are not stuck, they are to be drained: more pages of them a run. */
  heldPagesMax: z._default(wholeNumber(1, 100), 10),
  /** Messages a run while the breaker lets one call through to see whether Zoho is back. */
  probeEventsMax: z._default(wholeNumber(1, 10), 3),
  /** Leads counted in a partition for the metrics, at the most. */
  countMax: z._default(wholeNumber(100, 1_000_000), 10_000),
  /** After this, a run begins nothing more. Leaves the calls in flight time to end. */
  runForMs: z._default(wholeNumber(1_000, 600_000), 20_000),
});
