import { type Check, checksOf } from './check.ts';

/**
 * Signatures of AWS are refused from 5 minutes on, and those of senders from 300 s on by default; long before that
 * times in logs mislead.
 *
 * @see AWS General Reference, Signature Version 4, read 2026-11-22
 */
const DIFFERENCE_MAX_MS = 60_000;

const make = checksOf('clock');

/**
 * Checks this machine's clock against somebody else's.
 *
 * @param whose `aws` or `zoho`
 * @param theirMs what time it is there, to the second; `undefined` when they did not say
 */
export function checkClock(
  whose: 'aws' | 'zoho',
  theirMs: number | undefined,
  nowMs: number,
): Check {
  const name = whose === 'aws' ? 'AWS' : 'Zoho';
  if (theirMs === undefined)
    return make.notHere(whose, `There is no clock of ${name} to compare with here.`);
  const seconds = Math.round(Math.abs(nowMs - theirMs) / 1_000);
  if (Math.abs(nowMs - theirMs) <= DIFFERENCE_MAX_MS) {
    return make.ok(whose, `This machine's clock agrees with ${name}'s (${seconds} s apart).`);
  }
  const way = nowMs > theirMs ? 'ahead of' : 'behind';
  return make.warning(
    whose,
    `This machine's clock is ${seconds} s ${way} ${name}'s: signatures made here may be refused.`,
    'Let the clock be set by the network (NTP).',
  );
}
