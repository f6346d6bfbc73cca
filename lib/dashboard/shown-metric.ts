import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../lambdas/core/metric-names.ts';
import { own } from '../alarms/metrics.ts';

/**
 * Colours that people who see few colours tell apart, by what they stand for.
 *
 * @see Okabe and Ito, Color Universal Design, 2008
 */
export const COLOURS = {
  good: '#0072B2',
  done: '#009E73',
  waiting: '#E69F00',
  bad: '#D55E00',
  held: '#56B4E9',
  other: '#CC79A7',
} as const;

/** How a metric is shown: the words of its legend, and its colour. */
export interface Shown {
  readonly label: string;
  readonly colour?: string;
}

/** Counts of what leads go through are added up over this time. */
export const COUNT_MINUTES = 5;

/** Leads are: most forms bring a few in an hour, and shorter times would show a comb. */
export const LEAD_MINUTES = 15;

/** What happened, as often as it did in five minutes. @param source of one source alone */
export function counted(
  service: 'intake' | 'consumer',
  name: MetricName,
  words: Shown,
  source?: string,
): Metric {
  return shown(own(service, name, Stats.SUM, COUNT_MINUTES, source), words);
}

/** What the sweeper measured, the largest value of each minute. */
export function measured(name: MetricName, words: Shown): Metric {
  return shown(own('sweeper', name, Stats.MAXIMUM, 1), words);
}

/** One of Holdfast's own metrics, with the words and the colour in which it is shown. */
export function shown(metric: Metric, { label, colour }: Shown): Metric {
  return metric.with({ label, ...(colour === undefined ? {} : { color: colour }) });
}
