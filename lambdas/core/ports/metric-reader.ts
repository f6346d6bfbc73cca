import type { MetricName } from '../metric-names.ts';

/** One metric to read: over all sources, or of one. */
export interface MetricQuery {
  readonly name: MetricName;
  readonly source?: string;
  /** Of the values within a step: counters are read by `sum`, gauges by the others. */
  readonly statistic: 'sum' | 'max' | 'min';
}

/** Which metrics, of when, and how finely. */
export interface MetricRequest {
  readonly queries: readonly MetricQuery[];
  /** Epoch milliseconds; rounded down to a whole step. */
  readonly fromMs: number;
  /** Epoch milliseconds, not included. */
  readonly toMs: number;
  /** A multiple of `METRIC_STEP_SECONDS`. */
  readonly stepSeconds: number;
}

/** The values of one query, oldest first; a step in which nothing was measured is left out. */
export type MetricSeries = readonly MetricPoint[];

/** The value of one step. */
export interface MetricPoint {
  /** When the step begins, epoch milliseconds. */
  readonly atMs: number;
  readonly value: number;
}

/** What was asked for. */
export interface MetricAnswer {
  /** One for each query, in their order. */
  readonly series: readonly MetricSeries[];
  /** Nothing was counted before this time; absent where everything asked for was. Epoch milliseconds. */
  readonly sinceMs?: number;
}

/** The finest step in which metrics can be read everywhere. */
export const METRIC_STEP_SECONDS = 300;

/** What was measured. For operators: no function reads it. */
export interface MetricReader {
  /** @throws {HoldfastError} nobody answered, or the right to read them is missing */
  read(request: MetricRequest): Promise<MetricAnswer>;
}

/** All values of a series together: of counters, how many there were. */
export function totalOf(series: MetricSeries): number {
  return series.reduce((sum, { value }) => sum + value, 0);
}

/** The latest value of a series. */
export function lastOf(series: MetricSeries): number | undefined {
  return series.at(-1)?.value;
}
