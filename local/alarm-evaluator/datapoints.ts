import { findSeries, type MetricPoint, type MetricSeries } from '../simulation/metric-series.ts';
import type { MetricAlarm, MetricStat } from './alarm-definition.ts';
import type { Datapoint } from './alarm-state.ts';
import { parseMath } from './metric-math.ts';

const MINUTE_MS = 60_000;

/** The data of an alarm at any time. @returns oldest first, as many as are asked for, the last period ending at `atMs` */
export type ReadRange = (atMs: number, periods: number) => readonly Datapoint[];

/**
 * Builds what reads an alarm's data out of series.
 *
 * Windows slide: a period ends at the time of the evaluation, whatever the clock says (Amazon CloudWatch, "Alarm
 * evaluation window", read 2026-11-22). That data takes a while to arrive is left out.
 */
export function createReadRange(alarm: MetricAlarm, series: readonly MetricSeries[]): ReadRange {
  const periodMs = alarm.periodSeconds * 1_000;
  const valueAt = createValueAt(alarm, series, periodMs);
  return (atMs, periods) =>
    Array.from({ length: periods }, (_, index): Datapoint => {
      const value = valueAt(atMs - (periods - 1 - index) * periodMs);
      if (value === undefined) return 'missing';
      return isBreaching(value, alarm) ? 'breaching' : 'ok';
    });
}

/** The value of the period that ends at a time. */
function createValueAt(
  { watched }: MetricAlarm,
  series: readonly MetricSeries[],
  periodMs: number,
): (endMs: number) => number | undefined {
  if (watched.kind === 'metric') {
    const byMinute = minutesOf(watched.metric, series);
    return (endMs) => statisticOf(watched.metric, byMinute, endMs, periodMs);
  }
  const math = parseMath(watched.expression);
  const metrics = Object.entries(watched.metrics).map(
    ([id, metric]) => ({ id, metric, byMinute: minutesOf(metric, series) }) as const,
  );
  return (endMs) =>
    math(
      Object.fromEntries(
        metrics.map(({ id, metric, byMinute }) => [
          id,
          statisticOf(metric, byMinute, endMs, periodMs),
        ]),
      ),
    );
}

function minutesOf(
  metric: MetricStat,
  series: readonly MetricSeries[],
): ReadonlyMap<number, MetricPoint> {
  const points = findSeries(series, metric)?.points ?? [];
  return new Map(points.map((point) => [point.atMs, point]));
}

function statisticOf(
  { statistic }: MetricStat,
  byMinute: ReadonlyMap<number, MetricPoint>,
  endMs: number,
  periodMs: number,
): number | undefined {
  let [sum, samples, min, max] = [0, 0, Infinity, -Infinity];
  for (let atMs = endMs - periodMs; atMs < endMs; atMs += MINUTE_MS) {
    const point = byMinute.get(atMs);
    if (point === undefined) continue;
    sum += point.sum;
    samples += point.samples;
    min = Math.min(min, point.min);
    max = Math.max(max, point.max);
  }
  if (samples === 0) return undefined;
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Minimum':
      return min;
    case 'Maximum':
      return max;
    case 'Average':
      return sum / samples;
    case 'SampleCount':
      return samples;
  }
}

function isBreaching(value: number, { comparison, threshold }: MetricAlarm): boolean {
  switch (comparison) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
  }
}
