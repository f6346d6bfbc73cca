import type { ScanMeasure } from '../../../lambdas/core/ports/event-scan.ts';
import { roughly } from '../text/rough-time.ts';

/** Scans are paced to this many read units a second: see `paced-scan.ts`. */
const READ_UNITS_A_SECOND = 1_000;

/** Dollars for a million read units, on demand, in us-east-1 (Amazon DynamoDB, Pricing, read 2026-11-22). */
const DOLLARS_A_MILLION = 0.125;

/** What looking at everything takes, for example `12000 items, 1500 read units (less than a cent), 1 s`. */
export function describeScanCost({ items, readUnits }: ScanMeasure): string {
  if (readUnits === undefined) return `${items} items`;
  const dollars = (readUnits / 1_000_000) * DOLLARS_A_MILLION;
  const cost = dollars < 0.01 ? 'less than a cent' : `about $${dollars.toFixed(2)}`;
  const spanMs = Math.max(1, Math.ceil(readUnits / READ_UNITS_A_SECOND)) * 1_000;
  return `${items} items, ${readUnits} read units (${cost}), ${roughly(spanMs)}`;
}

/** A look at everything that takes no more read units than this is done unasked: about 8 MB, two seconds. */
export const UNASKED_READ_UNITS_MAX = 2 * READ_UNITS_A_SECOND;

/**
 * Whether looking at everything is so cheap that nobody need be asked.
 *
 * A table that is hours old has not been measured yet: then it is small, most likely, and the bound holds all the same.
 */
export function isCheapScan({ readUnits = 0 }: ScanMeasure): boolean {
  return readUnits <= UNASKED_READ_UNITS_MAX;
}
