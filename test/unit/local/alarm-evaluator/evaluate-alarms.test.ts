import { describe, expect, it } from 'vitest';
import type {
  CompositeAlarm,
  MetricAlarm,
} from '../../../../local/alarm-evaluator/alarm-definition.ts';
import {
  type Evaluation,
  evaluateAlarms,
} from '../../../../local/alarm-evaluator/evaluate-alarms.ts';
import { createSeriesRecorder } from '../../../../local/simulation/metric-series.ts';

const MINUTE_MS = 60_000;
const METRIC = { namespace: 'Holdfast', name: 'Depth', dimensions: { service: 'sweeper' } };

function anAlarm(changes: Partial<MetricAlarm> = {}): MetricAlarm {
  return {
    name: 'depth',
    watched: { kind: 'metric', metric: { ...METRIC, statistic: 'Maximum' } },
    periodSeconds: 60,
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    treatMissing: 'ignore',
    tells: true,
    ...changes,
  };
}

/** @param values by the minute of the recording in which they were measured */
function evaluate(
  values: readonly (number | undefined)[],
  alarms: readonly MetricAlarm[],
  composites: readonly CompositeAlarm[] = [],
): Evaluation {
  const recorder = createSeriesRecorder();
  for (const [minute, value] of values.entries()) {
    if (value !== undefined) recorder.add(METRIC, minute * MINUTE_MS + 30_000, value);
  }
  return evaluateAlarms(
    { metricAlarms: alarms, composites },
    { startMs: 0, endMs: values.length * MINUTE_MS, series: recorder.series() },
  );
}

const minutesOf = (evaluation: Evaluation): readonly (readonly [string, number])[] =>
  evaluation.told.map(({ alarm, atMs }) => [alarm, atMs / MINUTE_MS] as const);

const times = (count: number, value: number): readonly number[] =>
  Array.from({ length: count }, () => value);

describe('alarms over time', () => {
  it('fire once all periods are beyond the threshold, and end with the first that is not', () => {
    const evaluation = evaluate([0, 0, 1, 1, 1, 1, 0, 0], [anAlarm()]);

    expect(evaluation.transitions).toEqual([
      { alarm: 'depth', atMs: MINUTE_MS, from: 'INSUFFICIENT_DATA', to: 'OK' },
      { alarm: 'depth', atMs: 5 * MINUTE_MS, from: 'OK', to: 'ALARM' },
      { alarm: 'depth', atMs: 7 * MINUTE_MS, from: 'ALARM', to: 'OK' },
    ]);
    expect(minutesOf(evaluation)).toEqual([['depth', 5]]);
  });

  it('add up in windows that slide with the minute', () => {
    const sum = anAlarm({
      watched: { kind: 'metric', metric: { ...METRIC, statistic: 'Sum' } },
      periodSeconds: 300,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      threshold: 10,
      treatMissing: 'notBreaching',
    });

    expect(minutesOf(evaluate([0, 0, 0, 4, 4, 4, 0, 0, 0, 0, 0, 0], [sum]))).toEqual([
      ['depth', 6],
    ]);
    expect(minutesOf(evaluate([4, 0, 0, 0, 0, 4, 0, 0, 0, 4], [sum]))).toEqual([]);
  });

  it('are told again what had ended, when long periods meet data that is 0 now and then', () => {
    const changes = {
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissing: 'notBreaching',
    } as const;
    const watched = { kind: 'metric', metric: { ...METRIC, statistic: 'Sum' } } as const;
    const long = anAlarm({ ...changes, name: 'long', watched, periodSeconds: 300 });
    const minutely = anAlarm({ ...changes, name: 'minutely', watched, evaluationPeriods: 5 });
    const sparse = [0, 1, ...times(3, 0), ...Array.from({ length: 20 }, () => undefined)];

    const { told } = evaluate(sparse, [long, minutely]);

    expect(told.filter(({ alarm }) => alarm === 'long').length).toBeGreaterThan(1);
    expect(told.filter(({ alarm }) => alarm === 'minutely')).toHaveLength(1);
  });

  it('are looked at once an hour when they look back for more than a day', () => {
    const daily = anAlarm({
      watched: { kind: 'metric', metric: { ...METRIC, statistic: 'Sum' } },
      periodSeconds: 86_400,
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      comparison: 'LessThanThreshold',
      threshold: 10,
    });

    const [told] = evaluate(times(3 * 1_440, 0), [daily]).told;

    expect((told?.atMs ?? 0) % 3_600_000).toBe(0);
    expect(told?.atMs).toBeGreaterThan(86_400_000);
  });

  it('tell nobody without an action, and do not invent what was not measured', () => {
    const evaluation = evaluate(
      [undefined, undefined, ...times(4, 1)],
      [anAlarm({ tells: false })],
    );

    expect(evaluation.told).toEqual([]);
    expect(evaluation.transitions.map(({ to }) => to)).toEqual(['ALARM']);
  });
});

describe('alarms over alarms', () => {
  const depth = anAlarm({ tells: false, evaluationPeriods: 1, datapointsToAlarm: 1 });
  const over = anAlarm({
    name: 'cause',
    tells: false,
    threshold: 10,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
  });
  const late: CompositeAlarm = {
    name: 'late',
    rule: 'ALARM("depth")',
    suppressor: { name: 'cause', waitSeconds: 180, extensionSeconds: 300 },
    tells: true,
  };

  it('follow their children within the minute', () => {
    const composite = { name: 'late', rule: 'ALARM("depth")', tells: true };

    expect(minutesOf(evaluate([0, 1, 1, 0, 1], [depth], [composite]))).toEqual([
      ['late', 2],
      ['late', 5],
    ]);
  });

  it('wait for what silences them, and then tell', () => {
    expect(minutesOf(evaluate([0, ...times(8, 1)], [depth, over], [late]))).toEqual([['late', 5]]);
  });

  it('say nothing while they are silenced, nor before the extension is over', () => {
    const silenced = [0, 1, 1, ...times(10, 11), ...times(9, 1)];

    expect(minutesOf(evaluate(silenced, [depth, over], [late]))).toEqual([['late', 19]]);
    expect(
      minutesOf(evaluate([0, 1, 1, ...times(10, 11), 1, 1, 0, 0], [depth, over], [late])),
    ).toEqual([]);
  });

  it('say nothing of what ends while they wait, and begin to wait anew', () => {
    expect(
      minutesOf(evaluate([0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1], [depth, over], [late])),
    ).toEqual([['late', 11]]);
  });
});
