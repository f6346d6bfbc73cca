import type { MetricName } from '../lambdas/core/metric-names.ts';
import type { Metrics } from '../lambdas/core/ports.ts';

/** Metrics that are counted in this process and read back. */
export interface LocalMetrics extends Metrics {
  /** The sum of a counter over all sources, or the last value of a gauge; 0 if there was none. */
  readonly read: (name: MetricName) => number;
  /** Nothing is held back, so there is nothing to write out. */
  readonly flush: () => void;
}

/** Counts where AWS would have CloudWatch. */
export function createLocalMetrics(): LocalMetrics {
  const values = new Map<MetricName, number>();
  return {
    count: (name) => {
      values.set(name, (values.get(name) ?? 0) + 1);
    },
    gauge: (name, value) => {
      values.set(name, value);
    },
    flush: () => {},
    read: (name) => values.get(name) ?? 0,
  };
}
