import type { MetricName } from '../lambdas/core/metric-names.ts';
import type { Metrics } from '../lambdas/core/ports/telemetry.ts';

/** Metrics that are counted in this process and read back. */
export interface LocalMetrics extends Metrics {
  /**
   * A counter (over all sources, or of one), or the last value of a gauge; 0 if there was none.
   *
   * As in AWS, a counter of a source counts in all, too, and a gauge of a source does not.
   */
  readonly read: (name: MetricName, dimensions?: { source?: string }) => number;
  /** Nothing is held back, so there is nothing to write out. */
  readonly flush: () => void;
}

/** Counts where AWS would have CloudWatch. */
export function createLocalMetrics(): LocalMetrics {
  const values = new Map<string, number>();
  const keyOf = (name: MetricName, source?: string): string =>
    source === undefined ? name : `${name}{${source}}`;
  const add = (key: string): void => {
    values.set(key, (values.get(key) ?? 0) + 1);
  };
  return {
    count: (name, { source } = {}) => {
      add(keyOf(name));
      if (source !== undefined) add(keyOf(name, source));
    },
    gauge: (name, value, { source } = {}) => {
      values.set(keyOf(name, source), value);
    },
    flush: () => {},
    read: (name, { source } = {}) => values.get(keyOf(name, source)) ?? 0,
  };
}
