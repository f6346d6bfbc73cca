/** What was measured of one metric in one minute, as CloudWatch keeps it: enough for any plain statistic. */
export interface MetricPoint {
  /** When the minute began, epoch milliseconds. */
  readonly atMs: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Measurements in that minute, 1 or more. */
  readonly samples: number;
}

/** One metric over time. A minute in which nothing was measured has no point. */
export interface MetricSeries {
  /** `Holdfast`, or the namespace of an AWS service whose part the simulation plays. */
  readonly namespace: string;
  readonly name: string;
  /** For example `{ service: 'sweeper' }`, or `{ service: 'intake', source: 'demo' }`. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** In the order of time. */
  readonly points: readonly MetricPoint[];
}

/** Gathers measurements into series. */
export interface SeriesRecorder {
  /** Adds a measurement made at `atMs`, epoch milliseconds. */
  add(metric: Omit<MetricSeries, 'points'>, atMs: number, value: number): void;
  /** What was gathered so far, by namespace, name and dimensions. */
  series(): readonly MetricSeries[];
}

interface Gathered extends Omit<MetricSeries, 'points'> {
  readonly points: Map<number, MetricPoint>;
}

/** The resolution of CloudWatch's standard metrics, and of EMF without a storage resolution. */
const MINUTE_MS = 60_000;

/** Builds a recorder that has seen nothing yet. */
export function createSeriesRecorder(): SeriesRecorder {
  const known = new Map<string, Gathered>();
  return {
    add: ({ namespace, name, dimensions }, atMs, value) => {
      const key = keyOf(namespace, name, dimensions);
      const one: Gathered = known.get(key) ?? { namespace, name, dimensions, points: new Map() };
      known.set(key, one);
      const minuteMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
      one.points.set(minuteMs, withValue(one.points.get(minuteMs), minuteMs, value));
    },
    series: () =>
      [...known.entries()]
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([, { points, ...metric }]) => ({
          ...metric,
          points: [...points.values()].toSorted((left, right) => left.atMs - right.atMs),
        })),
  };
}

/** Finds the series of a metric with exactly these dimensions; `undefined` when nothing was measured. */
export function findSeries(
  all: readonly MetricSeries[],
  { namespace, name, dimensions }: Omit<MetricSeries, 'points'>,
): MetricSeries | undefined {
  const key = keyOf(namespace, name, dimensions);
  return all.find((one) => keyOf(one.namespace, one.name, one.dimensions) === key);
}

function withValue(point: MetricPoint | undefined, atMs: number, value: number): MetricPoint {
  return point === undefined
    ? { atMs, sum: value, min: value, max: value, samples: 1 }
    : {
        atMs,
        sum: point.sum + value,
        min: Math.min(point.min, value),
        max: Math.max(point.max, value),
        samples: point.samples + 1,
      };
}

/** Dimensions have no order (Amazon CloudWatch, concepts, read 2026-11-22). */
function keyOf(
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
): string {
  const sorted = Object.entries(dimensions).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}
