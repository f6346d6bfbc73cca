import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../../local/dashboard-picture/shown-line.ts';
import type { MetricSeries } from '../../../../local/simulation/metric-series.ts';

const MINUTE_MS = 60_000;
const FROM_MS = Date.UTC(2026, 10, 22, 4);
const RANGE = { fromMs: FROM_MS, untilMs: FROM_MS + 10 * MINUTE_MS };

const series = (name: string, values: readonly (number | undefined)[]): MetricSeries => ({
  namespace: 'Holdfast',
  name,
  dimensions: { service: 'intake' },
  points: values.flatMap((value, minute) =>
    value === undefined
      ? []
      : [{ atMs: FROM_MS + minute * MINUTE_MS, sum: value, min: value, max: value, samples: 1 }],
  ),
});
const row = (name: string, options: object) => ['Holdfast', name, 'service', 'intake', options];
const shown = (metrics: readonly (readonly unknown[])[], all: readonly MetricSeries[], more = {}) =>
  linesOf(
    {
      properties: {
        view: 'timeSeries',
        title: 'T',
        metrics: metrics.map((one) => [...one]),
        ...more,
      },
    },
    all,
    RANGE,
  );

describe('a line of the picture', () => {
  const counts = series('A', [1, 2, undefined, 4, 5, 6, undefined, 8, 9, 10]);

  it.each([
    ['Sum', [12, 33]],
    ['Maximum', [5, 10]],
    ['Minimum', [1, 6]],
    ['Average', [3, 8.25]],
    ['p99', [5, 10]],
  ])('is the %s of each period', (stat, values) => {
    const [line] = shown([row('A', { stat, period: 300, label: 'a' })], [counts]);

    expect(line).toMatchObject({ label: 'a', isOwn: true });
    expect(line?.points.map(({ value }) => value)).toEqual(values);
    expect(line?.points[1]?.atMs).toBe(FROM_MS + 5 * MINUTE_MS);
  });

  it('is one number where the period is the whole time', () => {
    const [line] = shown([row('A', { stat: 'Sum', period: 60 })], [counts], {
      setPeriodToTimeRange: true,
    });

    expect(line?.points).toEqual([{ atMs: FROM_MS, value: 45 }]);
  });

  it('is calculated where it is an expression, and what that uses is not shown', () => {
    const lines = shown(
      [
        [{ expression: 'FILL(a, 0) + FILL(b, 0)', label: 'both', period: 60 }],
        row('A', { id: 'a', visible: false, stat: 'Sum', period: 60 }),
        row('B', { id: 'b', visible: false, stat: 'Sum', period: 60 }),
      ],
      [counts, series('B', [100])],
    );

    expect(lines.map(({ label }) => label)).toEqual(['both']);
    expect(lines[0]?.points.slice(0, 3).map(({ value }) => value)).toEqual([101, 2, 0]);
  });

  it('leaves out what lies before and after the time that is shown', () => {
    const early = { ...counts, points: counts.points.map((point) => ({ ...point, atMs: 0 })) };

    expect(shown([row('A', { stat: 'Sum' })], [early])[0]?.points).toEqual([]);
  });

  it('is empty for another source, and for what is not measured', () => {
    const [other, ofAws] = shown(
      [
        ['Holdfast', 'A', 'service', 'intake', 'source', 'demo', { label: 'demo' }],
        ['AWS/DynamoDB', 'X', 'TableName', 't', { label: 'x' }],
      ],
      [counts],
    );

    expect(other).toMatchObject({ points: [], isOwn: true });
    expect(ofAws).toMatchObject({ points: [], isOwn: false });
  });
});
