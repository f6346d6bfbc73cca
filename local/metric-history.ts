import type { MetricName } from '../lambdas/core/metric-names.ts';
import {
  METRIC_STEP_SECONDS,
  type MetricAnswer,
  type MetricQuery,
  type MetricRequest,
  type MetricSeries,
} from '../lambdas/core/ports/metric-reader.ts';
import type { LocalMetrics } from './local-metrics.ts';

const BUCKET_MS = METRIC_STEP_SECONDS * 1_000;

/** As long as commands look back, and a day more. */
const KEPT_MS = 8 * 24 * 60 * 60 * 1_000;

/** What was measured of one metric within five minutes; can be added to another of the same. */
export interface MetricBucket {
  readonly name: string;
  readonly source?: string;
  /** When it begins, epoch milliseconds. */
  readonly atMs: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** What the local pipeline has measured, where AWS would have CloudWatch. */
export interface MetricHistory {
  /** Notes a value: of a counter, 1. */
  add(name: MetricName, value: number, source: string | undefined, atMs: number): void;
  /** Takes in what was measured before. */
  load(bucket: MetricBucket): void;
  /** What has been measured since this was last asked. Forgets what is too old. */
  takeChanges(nowMs: number): readonly MetricBucket[];
  /** All that is kept, oldest first. */
  all(): readonly MetricBucket[];
  read(request: MetricRequest): MetricAnswer;
}

/**
 * Keeps values in memory, five minutes together.
 *
 * @param sinceMs when counting began, epoch milliseconds
 */
export function createMetricHistory(sinceMs: number): MetricHistory {
  const kept = new Map<string, Map<number, MetricBucket>>();
  let changes = new Map<string, MetricBucket>();

  const put = (bucket: MetricBucket): void => {
    const key = keyOf(bucket);
    const series = kept.get(key) ?? new Map<number, MetricBucket>();
    kept.set(key, series);
    series.set(bucket.atMs, added(series.get(bucket.atMs), bucket));
  };
  return {
    add: (name, value, source, atMs) => {
      const bucket: MetricBucket = {
        name,
        ...(source === undefined ? {} : { source }),
        atMs: Math.floor(atMs / BUCKET_MS) * BUCKET_MS,
        sum: value,
        min: value,
        max: value,
      };
      put(bucket);
      const change = `${keyOf(bucket)} ${bucket.atMs}`;
      changes.set(change, added(changes.get(change), bucket));
    },
    load: put,
    takeChanges: (nowMs) => {
      for (const series of kept.values()) {
        for (const atMs of series.keys()) if (atMs < nowMs - KEPT_MS) series.delete(atMs);
      }
      const taken = [...changes.values()];
      changes = new Map();
      return taken;
    },
    all: () =>
      [...kept.values()]
        .flatMap((series) => [...series.values()])
        .toSorted((left, right) => left.atMs - right.atMs),
    read: (request) => ({
      series: request.queries.map((query) => seriesOf(kept.get(keyOf(query)), query, request)),
      ...(sinceMs > request.fromMs ? { sinceMs } : {}),
    }),
  };
}

/** The same metrics, which are kept in a history as well. */
export function withHistory(
  metrics: LocalMetrics,
  history: Pick<MetricHistory, 'add'>,
  nowMs: () => number,
): LocalMetrics {
  return {
    ...metrics,
    count: (name, dimensions = {}) => {
      metrics.count(name, dimensions);
      const atMs = nowMs();
      history.add(name, 1, undefined, atMs);
      if (dimensions.source !== undefined) history.add(name, 1, dimensions.source, atMs);
    },
    gauge: (name, value, dimensions = {}) => {
      metrics.gauge(name, value, dimensions);
      history.add(name, value, dimensions.source, nowMs());
    },
  };
}

function keyOf({ name, source }: { readonly name: string; readonly source?: string }): string {
  return source === undefined ? name : `${name}{${source}}`;
}

function added(before: MetricBucket | undefined, bucket: MetricBucket): MetricBucket {
  if (before === undefined) return bucket;
  return {
    ...before,
    sum: before.sum + bucket.sum,
    min: Math.min(before.min, bucket.min),
    max: Math.max(before.max, bucket.max),
  };
}

function seriesOf(
  buckets: ReadonlyMap<number, MetricBucket> | undefined,
  { statistic }: MetricQuery,
  { fromMs, toMs, stepSeconds }: MetricRequest,
): MetricSeries {
  const stepMs = stepSeconds * 1_000;
  const startMs = Math.floor(fromMs / stepMs) * stepMs;
  const steps = new Map<number, MetricBucket>();
  for (const bucket of buckets?.values() ?? []) {
    if (bucket.atMs < startMs || bucket.atMs >= toMs) continue;
    const atMs = Math.floor(bucket.atMs / stepMs) * stepMs;
    steps.set(atMs, added(steps.get(atMs), bucket));
  }
  return [...steps]
    .map(([atMs, bucket]) => ({ atMs, value: bucket[statistic] }))
    .toSorted((left, right) => left.atMs - right.atMs);
}
