import * as z from 'zod/mini';
import { METRICS_NAMESPACE } from '../../lambdas/core/pipeline-names.ts';
import { parseMath } from '../alarm-evaluator/metric-math.ts';
import { findSeries, type MetricPoint, type MetricSeries } from '../simulation/metric-series.ts';
import type { MetricWidgetBody } from './dashboard-body.ts';

/** A point of a line; the value of a period. */
export interface LinePoint {
  readonly atMs: number;
  readonly value: number;
}

/** A line as a widget shows it. */
export interface ShownLine {
  readonly label: string;
  readonly color?: string;
  readonly points: readonly LinePoint[];
  /** Whether Holdfast measures it itself; else AWS does, and the simulation may have nothing of it. */
  readonly isOwn: boolean;
}

/** What time a picture shows, epoch milliseconds: `[fromMs, untilMs)`. */
export interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

const optionsSchema = z.object({
  label: z.optional(z.string()),
  color: z.optional(z.string()),
  stat: z.optional(z.string()),
  period: z.optional(z.number()),
  id: z.optional(z.string()),
  visible: z.optional(z.boolean()),
  expression: z.optional(z.string()),
});

type Options = z.output<typeof optionsSchema>;

/** One row of a widget's `metrics` (Amazon CloudWatch, Dashboard body structure, metrics array, read 2026-11-22). */
type Row =
  | {
      readonly kind: 'metric';
      readonly metric: Omit<MetricSeries, 'points'>;
      readonly options: Options;
    }
  | { readonly kind: 'expression'; readonly options: Options };

const DEFAULT_PERIOD_SECONDS = 300;

/** The lines of a widget, in its order, from what was measured. */
export function linesOf(
  { properties }: Pick<MetricWidgetBody, 'properties'>,
  series: readonly MetricSeries[],
  range: TimeRange,
): readonly ShownLine[] {
  const rows = properties.metrics.map((row) => readRow(row));
  const whole = properties.setPeriodToTimeRange === true ? range.untilMs - range.fromMs : undefined;
  const named = new Map<string, ShownLine>();
  const lines = rows.map((row) => {
    if (row.kind === 'expression') return undefined;
    const line = measuredLine(row.metric, row.options, series, range, whole);
    if (row.options.id !== undefined) named.set(row.options.id, line);
    return line;
  });
  return rows.flatMap((row, index): ShownLine[] => {
    if (row.options.visible === false) return [];
    if (row.kind === 'metric') return [lines[index] ?? emptyLine(row.options)];
    return [calculatedLine(row.options, named, range)];
  });
}

function readRow(row: readonly unknown[]): Row {
  const texts = row.filter((part) => typeof part === 'string');
  const options = optionsSchema.parse(row.find((part) => typeof part === 'object') ?? {});
  const [namespace, name, ...pairs] = texts;
  if (namespace === undefined || name === undefined) return { kind: 'expression', options };
  const dimensions = Object.fromEntries(
    Array.from({ length: pairs.length / 2 }, (_, pair) => [pairs[2 * pair], pairs[2 * pair + 1]]),
  ) as Record<string, string>;
  return { kind: 'metric', metric: { namespace, name, dimensions }, options };
}

function measuredLine(
  metric: Omit<MetricSeries, 'points'>,
  options: Options,
  series: readonly MetricSeries[],
  range: TimeRange,
  wholeMs: number | undefined,
): ShownLine {
  const found = findSeries(series, metric);
  const periodMs = wholeMs ?? (options.period ?? DEFAULT_PERIOD_SECONDS) * 1_000;
  const points = periods(found?.points ?? [], periodMs, range).map(({ atMs, ...all }) => ({
    atMs,
    value: statisticOf(options.stat ?? 'Average', all),
  }));
  return {
    ...emptyLine(options, metric.name),
    points,
    isOwn: metric.namespace === METRICS_NAMESPACE,
  };
}

function emptyLine({ label, color }: Options, name = ''): ShownLine {
  return {
    label: label ?? name,
    ...(color === undefined ? {} : { color }),
    points: [],
    isOwn: true,
  };
}

function calculatedLine(
  options: Options,
  named: ReadonlyMap<string, ShownLine>,
  range: TimeRange,
): ShownLine {
  const { expression = '', period = DEFAULT_PERIOD_SECONDS } = options;
  const valueAt = parseMath(expression);
  const values = [...named].map(
    ([id, { points }]) => [id, new Map(points.map((point) => [point.atMs, point.value]))] as const,
  );
  const points = timesOf(range, period * 1_000).flatMap((atMs): LinePoint[] => {
    const value = valueAt(Object.fromEntries(values.map(([id, all]) => [id, all.get(atMs)])));
    return value === undefined ? [] : [{ atMs, value }];
  });
  return { ...emptyLine(options), points };
}

/** The beginnings of the periods in a range, the first one at its start. */
function timesOf({ fromMs, untilMs }: TimeRange, periodMs: number): readonly number[] {
  return Array.from(
    { length: Math.ceil((untilMs - fromMs) / periodMs) },
    (_, index) => fromMs + index * periodMs,
  );
}

function periods(
  points: readonly MetricPoint[],
  periodMs: number,
  { fromMs, untilMs }: TimeRange,
): readonly MetricPoint[] {
  const byStart = new Map<number, MetricPoint>();
  for (const point of points) {
    if (point.atMs < fromMs || point.atMs >= untilMs) continue;
    const atMs = fromMs + Math.floor((point.atMs - fromMs) / periodMs) * periodMs;
    const known = byStart.get(atMs);
    byStart.set(atMs, known === undefined ? { ...point, atMs } : together(known, point));
  }
  return [...byStart.values()];
}

function together(one: MetricPoint, other: MetricPoint): MetricPoint {
  return {
    atMs: one.atMs,
    sum: one.sum + other.sum,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
    samples: one.samples + other.samples,
  };
}

function statisticOf(statistic: string, all: Omit<MetricPoint, 'atMs'>): number {
  switch (statistic) {
    case 'Sum':
      return all.sum;
    case 'Minimum':
      return all.min;
    case 'Average':
      return all.sum / all.samples;
    default:
      // A percentile near 100 of a minute is about its largest value.
      return all.max;
  }
}
