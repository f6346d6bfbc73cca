import type { MetricSeries } from '../simulation/metric-series.ts';

/** A metric with its statistic over a period. */
export interface MetricStat extends Omit<MetricSeries, 'points'> {
  readonly statistic: 'Sum' | 'Minimum' | 'Maximum' | 'Average' | 'SampleCount';
}

/** What an alarm watches: a metric, or an expression over metrics by their ids. */
export type Watched =
  | { readonly kind: 'metric'; readonly metric: MetricStat }
  | {
      readonly kind: 'math';
      readonly expression: string;
      readonly metrics: Readonly<Record<string, MetricStat>>;
    };

/** An alarm on a metric, as `PutMetricAlarm` takes it. */
export interface MetricAlarm {
  readonly name: string;
  readonly watched: Watched;
  /** Of every metric that it watches; a multiple of 60. */
  readonly periodSeconds: number;
  /** N: periods that are looked at. */
  readonly evaluationPeriods: number;
  /** M: of those, how many must be beyond the threshold. */
  readonly datapointsToAlarm: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly treatMissing: TreatMissing;
  /** Whether anybody is told. */
  readonly tells: boolean;
}

/** On which side of the threshold a value is too much. */
export type Comparison =
  | 'GreaterThanThreshold'
  | 'GreaterThanOrEqualToThreshold'
  | 'LessThanThreshold'
  | 'LessThanOrEqualToThreshold';

/** What stands for a period without data. */
export type TreatMissing = 'breaching' | 'notBreaching' | 'ignore' | 'missing';

/** An alarm over alarms. */
export interface CompositeAlarm {
  readonly name: string;
  /** For example `ALARM("a") OR (ALARM("b") AND NOT ALARM("c"))`. */
  readonly rule: string;
  readonly suppressor?: {
    readonly name: string;
    readonly waitSeconds: number;
    readonly extensionSeconds: number;
  };
  readonly tells: boolean;
}

/** The states of an alarm. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
