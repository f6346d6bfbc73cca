import { Duration } from 'aws-cdk-lib';
import {
  type IMetric,
  type IWidget,
  MathExpression,
  type Metric,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { StageConfig } from '../stage-config.ts';
import { axis, COLUMNS, graphs } from './layout.ts';
import { COLOURS, counted, LEAD_MINUTES, measured } from './shown-metric.ts';

const VALUES = 6;
const VALUE_UNITS = 3;

/** Six numbers, and where they come from: what somebody sees who asks whether leads arrive. */
export function leadNumbers(): IWidget[] {
  return [
    overTheTime('Leads in', leadsIn()),
    overTheTime('Delivered to Zoho', delivered()),
    now('Waiting now', waiting()),
    now('Held back', held()),
    now('In quarantine', quarantined()),
    now('Longest wait, in minutes', longestWait()),
  ];
}

/**
 * Leads over time: what comes in and what is delivered, by source, what waits and how long, what is set aside.
 *
 * @param sources names of the configured sources
 */
export function leadGraphs(sources: readonly string[], stage: StageConfig): IWidget[][] {
  const lateMinutes = stage.alarms.oldestPendingSeconds / 60;
  return [
    graphs(
      {
        title: 'Leads in and delivered, each quarter of an hour',
        left: [orNone(leadsIn(), 'accepted'), orNone(delivered(), 'delivered')],
        leftYAxis: axis('leads'),
      },
      {
        title: 'Leads in by source, each quarter of an hour',
        left: sources.map((source, index) =>
          orNone(counted('intake', 'LeadAccepted', { label: source }, source), `source${index}`),
        ),
        leftYAxis: axis('leads'),
        stacked: true,
      },
    ),
    graphs(
      {
        title: 'Leads that wait',
        left: [waiting(), held()],
        leftYAxis: axis('leads'),
      },
      {
        title: 'Longest wait, in minutes',
        left: [longestWait()],
        leftYAxis: axis('minutes'),
        leftAnnotations: [
          { value: lateMinutes, label: `late: over ${lateMinutes} minutes`, color: COLOURS.bad },
        ],
      },
      {
        title: 'Leads set aside for a person',
        left: [quarantined(), newlySetAside()],
        leftYAxis: axis('leads'),
      },
    ),
  ];
}

const leadsIn = (): Metric =>
  counted('intake', 'LeadAccepted', { label: 'leads in', colour: COLOURS.good });

const delivered = (): Metric =>
  counted('consumer', 'LeadDelivered', { label: 'delivered', colour: COLOURS.done });

const waiting = (): IMetric => measured('Pending', { label: 'waiting', colour: COLOURS.waiting });

const held = (): IMetric =>
  measured('Held', { label: 'held back: delivery is off', colour: COLOURS.held });

const quarantined = (): IMetric =>
  measured('Quarantined', { label: 'in quarantine', colour: COLOURS.bad });

/** A count that is 0 where nothing was counted: a line must not lead past a quiet hour. */
function orNone(metric: Metric, id: string): IMetric {
  return new MathExpression({
    expression: `FILL(${id}, 0)`,
    usingMetrics: { [id]: metric },
    ...(metric.label === undefined ? {} : { label: metric.label }),
    ...(metric.color === undefined ? {} : { color: metric.color }),
    period: Duration.minutes(LEAD_MINUTES),
  });
}

/** Minutes, since nobody thinks of an afternoon in seconds. */
const longestWait = (): IMetric =>
  new MathExpression({
    expression: 'oldest / 60',
    usingMetrics: { oldest: measured('OldestPendingLeadAgeSeconds', { label: 'seconds' }) },
    label: 'minutes',
    color: COLOURS.waiting,
    period: Duration.minutes(1),
  });

/** By intake, that could not read them, or by the consumer, since Zoho refused them. */
const newlySetAside = (): IMetric =>
  new MathExpression({
    expression: 'FILL(unread, 0) + FILL(refused, 0)',
    usingMetrics: {
      unread: counted('intake', 'LeadQuarantined', { label: 'unread' }),
      refused: counted('consumer', 'LeadQuarantined', { label: 'refused' }),
    },
    label: 'newly set aside, each quarter of an hour',
    color: COLOURS.other,
    period: Duration.minutes(LEAD_MINUTES),
  });

/** A count of all that the dashboard's time range shows. */
function overTheTime(title: string, metric: IMetric): IWidget {
  return new SingleValueWidget({ ...small(title, metric), setPeriodToTimeRange: true });
}

/** What was measured last. */
function now(title: string, metric: IMetric): IWidget {
  return new SingleValueWidget(small(title, metric));
}

function small(title: string, metric: IMetric) {
  return {
    title,
    metrics: [metric],
    width: COLUMNS / VALUES,
    height: VALUE_UNITS,
    fullPrecision: true,
  };
}
