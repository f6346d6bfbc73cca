import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../lambdas/core/metric-names.ts';
import { METRICS_NAMESPACE } from '../../lambdas/core/pipeline-names.ts';

/** The function that measured something. */
export type Service = 'intake' | 'consumer' | 'sweeper' | 'canary';

/** What the sweeper measures once a minute. @param source for a metric of each source */
export function gauge(metricName: MetricName, source?: string): IMetric {
  return own('sweeper', metricName, Stats.MAXIMUM, 1, source);
}

/** How often something happened in so many minutes. @param source of one source alone */
export function counter(
  service: Service,
  metricName: MetricName,
  minutes: number,
  source?: string,
): IMetric {
  return own(service, metricName, Stats.SUM, minutes, source);
}

/** One of Holdfast's own metrics, with the dimensions that EMF gives it (docs/metrics.md). */
export function own(
  service: Service,
  metricName: MetricName,
  statistic: string,
  minutes: number,
  source?: string,
): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service, ...(source === undefined ? {} : { source }) },
    statistic,
    period: Duration.minutes(minutes),
  });
}
