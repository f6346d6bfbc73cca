import type { AlarmState, MetricAlarm } from './alarm-definition.ts';

/** What one period of an alarm's evaluation range holds. */
export type Datapoint = 'breaching' | 'ok' | 'missing';

/**
 * Decides an alarm's state as CloudWatch does.
 *
 * ```
 * N real points in the range      the N newest of them decide: M or more breaching are ALARM
 * fewer                           all of them, and for what is missing to N what the alarm says of missing data
 * ```
 *
 * The range is longer than N: CloudWatch looks further back before it takes data for missing. How much further depends
 * on the period and is not documented; the examples in its page have 5 for N = 3.
 *
 * With `missing` and `ignore` nothing is filled in: M breaching points are ALARM, one good point is OK, and otherwise the
 * state stays; without any point, `missing` is INSUFFICIENT_DATA. With `missing` alone, breaching points of which the
 * oldest is M periods old or older, with nothing good after it, are ALARM, too ("premature alarm state"). What `missing`
 * does with younger ones is not documented; here the state stays. No alarm of ours uses `missing`.
 *
 * @param range oldest first; N or more
 * @param before the state until now
 * @see Amazon CloudWatch, "Configuring how CloudWatch alarms treat missing data", read 2026-11-22
 */
export function decideState(
  range: readonly Datapoint[],
  {
    evaluationPeriods,
    datapointsToAlarm,
    treatMissing,
  }: Pick<MetricAlarm, 'evaluationPeriods' | 'datapointsToAlarm' | 'treatMissing'>,
  before: AlarmState,
): AlarmState {
  const real = range.filter((point) => point !== 'missing').slice(-evaluationPeriods);
  const breaching = real.filter((point) => point === 'breaching').length;
  const filled = evaluationPeriods - real.length;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  if (filled === 0) return 'OK';
  switch (treatMissing) {
    case 'notBreaching':
      return 'OK';
    case 'breaching':
      return breaching + filled >= datapointsToAlarm ? 'ALARM' : 'OK';
    case 'missing':
      if (real.length === 0) return 'INSUFFICIENT_DATA';
      if (isPremature(range, datapointsToAlarm)) return 'ALARM';
      return real.includes('ok') ? 'OK' : before;
    case 'ignore':
      return real.includes('ok') ? 'OK' : before;
  }
}

/** Breaching for M periods or more as far as is known: nothing but breaching or missing since. */
function isPremature(range: readonly Datapoint[], datapointsToAlarm: number): boolean {
  const oldest = range.findIndex((point) => point !== 'missing');
  const since = range.slice(oldest);
  return !since.includes('ok') && since.length >= datapointsToAlarm;
}
