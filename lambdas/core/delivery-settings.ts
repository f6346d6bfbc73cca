import * as z from 'zod/mini';
import { ROWS_PER_CALL_MAX } from './pipeline-limits.ts';
import { retrySchema } from './retry-settings.ts';
import { wholeNumber } from './setting.ts';

/** How leads are delivered. */
export const deliverySchema = z.strictObject({
  /** Events a consumer call takes. 10 leads are one upsert: 1 API credit. */
  batchSize: z._default(wholeNumber(1, ROWS_PER_CALL_MAX), ROWS_PER_CALL_MAX),
  /** Consumer functions at a time. SQS allows no fewer than 2. */
  maxConcurrency: z._default(wholeNumber(2, 25), 3),
  crmTimeoutMs: z._default(wholeNumber(100, 25_000), 10_000),
  /** When a failed delivery is tried again. */
  retry: z.prefault(retrySchema, {}),
  /** When Zoho is left alone for a while, for all leads. */
  breaker: z.prefault(
    z
      .strictObject({
        failuresInRowMax: z._default(wholeNumber(1, 100), 5),
        windowSeconds: z._default(wholeNumber(1, 3_600), 60),
        windowCallsMin: z._default(wholeNumber(1, 10_000), 20),
        windowFailureShareMax: z._default(z.number().check(z.gt(0), z.lte(1)), 0.5),
        openMs: z._default(wholeNumber(1_000, 3_600_000), 30_000),
        openMaxMs: z._default(wholeNumber(1_000, 3_600_000), 300_000),
        /** How long one consumer may take to try whether Zoho is back. Outlasts a consumer's time-out. */
        probeLeaseMs: z._default(wholeNumber(1_000, 900_000), 90_000),
      })
      .check(
        z.refine(({ openMs, openMaxMs }) => openMs <= openMaxMs, {
          path: ['openMs'],
          error: 'must be at most openMaxMs',
        }),
      ),
    {},
  ),
  /** API credits of the day that are left to people and other tools. */
  credits: z.prefault(
    z
      .strictObject({
        /** Below this, deliveries stop for `pauseMs` at a time. */
        reserve: z._default(wholeNumber(0, 100_000_000), 500),
        /** Below this, each write waits `slowDownMs`. */
        slowBelow: z._default(wholeNumber(0, 100_000_000), 1_000),
        slowDownMs: z._default(wholeNumber(0, 10_000), 5_000),
        pauseMs: z._default(wholeNumber(60_000, 43_000_000), 900_000),
      })
      .check(
        z.refine(({ reserve, slowBelow }) => slowBelow >= reserve, {
          path: ['slowBelow'],
          error: 'must be at least reserve: writes slow down before they stop',
        }),
      ),
    {},
  ),
  /** A lead of a `highIntent` source that waits for longer than this pages somebody. */
  highIntentPatienceSeconds: z._default(wholeNumber(1, 86_400), 120),
  /** Claims that end without a result (crash, time-out) before a lead is quarantined as poison. */
  poisonClaimsMax: z._default(wholeNumber(2, 100), 5),
  /**
   * Leads that may have killed their consumer are tried one at a time: others of the same batch come back
   * after up to this long.
   */
  suspectDelayMaxMs: z._default(wholeNumber(1_000, 300_000), 60_000),
  /** How long one consumer may hold an event. Outlasts the consumer function's time-out. */
  claimLeaseMs: z._default(wholeNumber(15_000, 900_000), 90_000),
  /** How long one writer may hold an identity's record. Outlasts `crmTimeoutMs` by far. */
  identityLeaseMs: z._default(wholeNumber(15_000, 300_000), 60_000),
  /** How long after a call without an answer Zoho may still commit it. */
  settleWindowMs: z._default(wholeNumber(1_000, 120_000), 30_000),
});
