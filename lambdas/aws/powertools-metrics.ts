import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type { MetricName } from '../core/metric-names.ts';
import { METRICS_NAMESPACE } from '../core/pipeline-names.ts';
import type { Metrics } from '../core/ports/telemetry.ts';

/** Metrics that can be written out at the end of an invocation. */
export type FlushableMetrics = Metrics & {
  /** Writes what was measured since the last flush as one EMF line each. */
  flush(): void;
};

/** Units of the gauges that are no plain numbers. */
const UNITS: Partial<Readonly<Record<MetricName, typeof MetricUnit.Seconds>>> = {
  OldestPendingLeadAgeSeconds: MetricUnit.Seconds,
  OldestQuarantinedLeadAgeSeconds: MetricUnit.Seconds,
  SecondsSinceLastEvent: MetricUnit.Seconds,
  CanarySeconds: MetricUnit.Seconds,
};

/**
 * Metrics in CloudWatch's embedded format (EMF) through Powertools.
 *
 * Dimensions cost money each, so there are two at the most: the service, and the source where a
 * number per source answers a question that people ask. A counter of a source counts in all, too; a
 * gauge of a source does not, since the last value of many sources says nothing.
 */
export function createPowertoolsMetrics(service: string): FlushableMetrics {
  const total = new PowertoolsMetrics({ namespace: METRICS_NAMESPACE, serviceName: service });
  const bySource = new Map<string, PowertoolsMetrics>();
  const forSource = (source: string): PowertoolsMetrics => {
    const known = bySource.get(source);
    if (known !== undefined) return known;
    const metrics = new PowertoolsMetrics({ namespace: METRICS_NAMESPACE, serviceName: service });
    metrics.setDefaultDimensions({ source });
    bySource.set(source, metrics);
    return metrics;
  };

  return {
    count: (name, dimensions = {}) => {
      total.addMetric(name, MetricUnit.Count, 1);
      if (dimensions.source !== undefined) {
        forSource(dimensions.source).addMetric(name, MetricUnit.Count, 1);
      }
    },
    gauge: (name, value, { source } = {}) => {
      const unit = UNITS[name] ?? MetricUnit.Count;
      if (source === undefined) {
        total.addMetric(name, unit, value);
        return;
      }
      // A line of its own, written at once: no other metric can get this dimension.
      const single = total.singleMetric();
      single.addDimension('source', source);
      single.addMetric(name, unit, value);
    },
    flush: () => {
      for (const metrics of [total, ...bySource.values()]) {
        if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
      }
    },
  };
}
