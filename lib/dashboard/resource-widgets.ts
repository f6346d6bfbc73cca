import { Duration } from 'aws-cdk-lib';
import { type IMetric, type IWidget, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { DeliveryQueues } from '../delivery-queues.ts';
import type { StageConfig } from '../stage-config.ts';
import { axis, graphs } from './layout.ts';
import { own } from '../alarms/metrics.ts';
import { COLOURS, COUNT_MINUTES, counted, measured, shown } from './shown-metric.ts';

/** What leads go through. */
export interface ShownResources {
  readonly stage: StageConfig;
  readonly intake: IFunction;
  readonly consumer: IFunction;
  readonly sweeper: IFunction;
  readonly queues: Pick<DeliveryQueues, 'delivery' | 'deadLetter'>;
  readonly table: { readonly tableName: string };
}

const FIVE_MINUTES = Duration.minutes(COUNT_MINUTES);

/** Zoho first, since it is what fails most; then the functions, the queues and the table. */
export function resourceGraphs(resources: ShownResources): IWidget[][] {
  return [zohoGraphs(), functionGraphs(resources), storeGraphs(resources)];
}

/** The synthetic lead that is sent now and then, where one is (docs/canary.md). */
export function canaryGraphs(everyMinutes: number): IWidget[] {
  return graphs(
    {
      title: 'Canary: 1 when the test lead arrived',
      left: [
        shown(own('canary', 'CanaryDelivered', Stats.MINIMUM, everyMinutes), {
          label: 'arrived',
          colour: COLOURS.done,
        }),
      ],
      leftYAxis: axis('0 or 1', 1),
    },
    {
      title: 'Canary: how long the test lead took',
      left: [
        shown(own('canary', 'CanarySeconds', Stats.MAXIMUM, everyMinutes), {
          label: 'seconds',
          colour: COLOURS.good,
        }),
      ],
      leftYAxis: axis('seconds'),
    },
  );
}

function zohoGraphs(): IWidget[] {
  return graphs(
    {
      title: 'Calls to Zoho',
      left: [
        counted('consumer', 'CrmCall', { label: 'calls', colour: COLOURS.good }),
        counted('consumer', 'CrmCallFailed', { label: 'failed', colour: COLOURS.bad }),
        counted('consumer', 'CrmTokenRefresh', { label: 'new tokens', colour: COLOURS.other }),
      ],
      leftYAxis: axis('calls in 5 minutes'),
    },
    {
      title: 'Breaker: 1 while Zoho is left alone',
      left: [
        measured('BreakerOpen', { label: 'open', colour: COLOURS.waiting }),
        measured('BreakerNeedsOperator', { label: 'waits for you', colour: COLOURS.bad }),
      ],
      leftYAxis: axis('0 or 1', 1),
    },
    {
      title: 'Zoho API credits left today',
      left: [
        shown(own('consumer', 'CrmCreditsRemaining', Stats.MINIMUM, COUNT_MINUTES), {
          label: 'credits, once half are used',
          colour: COLOURS.good,
        }),
      ],
      leftYAxis: axis('credits'),
    },
    {
      title: 'Requests turned away',
      left: [
        counted('intake', 'IntakeUnavailable', { label: 'a fault of ours', colour: COLOURS.bad }),
        counted('intake', 'SignatureRejected', { label: 'not signed', colour: COLOURS.waiting }),
        counted('intake', 'UnknownSource', { label: 'no such source', colour: COLOURS.held }),
      ],
      leftYAxis: axis('requests in 5 minutes'),
    },
  );
}

function functionGraphs({ stage, ...resources }: ShownResources): IWidget[] {
  const functions = functionsOf(resources);
  return graphs(
    {
      title: 'Function errors',
      left: functions.map(({ fn, label, color }) =>
        fn.metricErrors({ period: FIVE_MINUTES, label, color }),
      ),
      leftYAxis: axis('calls in 5 minutes'),
    },
    {
      title: 'Function throttles',
      left: functions.map(({ fn, label, color }) =>
        fn.metricThrottles({ period: FIVE_MINUTES, label, color }),
      ),
      leftYAxis: axis('calls in 5 minutes'),
    },
    {
      title: 'How long functions take (99 of 100 calls)',
      left: functions.map(({ fn, label, color }) =>
        fn.metricDuration({ period: FIVE_MINUTES, statistic: 'p99', label, color }),
      ),
      leftYAxis: axis('milliseconds'),
      leftAnnotations: [
        {
          value: stage.consumer.timeoutSeconds * 1_000,
          label: 'the consumer is ended here',
          color: COLOURS.bad,
        },
      ],
    },
    {
      title: 'Functions at a time',
      left: functions.map(({ fn, label, color }) =>
        fn.metric('ConcurrentExecutions', {
          period: Duration.minutes(1),
          statistic: Stats.MAXIMUM,
          label,
          color,
        }),
      ),
      leftYAxis: axis('at a time'),
    },
  );
}

function functionsOf({ intake, consumer, sweeper }: Omit<ShownResources, 'stage'>) {
  return [
    { fn: intake, label: 'intake', color: COLOURS.good },
    { fn: consumer, label: 'consumer', color: COLOURS.done },
    { fn: sweeper, label: 'sweeper', color: COLOURS.other },
  ] as const;
}

function storeGraphs({ queues, table }: ShownResources): IWidget[] {
  const perMinute = { period: Duration.minutes(1), statistic: Stats.MAXIMUM };
  const { delivery } = queues;
  return graphs(
    {
      title: 'Messages on queues',
      left: [
        delivery.metricApproximateNumberOfMessagesVisible({
          ...perMinute,
          label: 'ready',
          color: COLOURS.good,
        }),
        delivery.metricApproximateNumberOfMessagesNotVisible({
          ...perMinute,
          label: 'in work, or hidden until they are due',
          color: COLOURS.waiting,
        }),
        measured('DlqDepth', { label: 'dead letters', colour: COLOURS.bad }),
      ],
      leftYAxis: axis('messages'),
    },
    {
      title: 'Oldest message of the delivery queue',
      left: [
        delivery.metricApproximateAgeOfOldestMessage({
          ...perMinute,
          label: 'age, as SQS tells it',
          color: COLOURS.waiting,
        }),
      ],
      leftYAxis: axis('seconds'),
    },
    {
      title: 'Table: units used',
      left: [
        ofTable(table, 'ConsumedWriteCapacityUnits', 'write units', COLOURS.good),
        ofTable(table, 'ConsumedReadCapacityUnits', 'read units', COLOURS.done),
      ],
      leftYAxis: axis('units in 5 minutes'),
    },
    {
      title: 'Table: throttled requests',
      left: [
        ofTable(table, 'WriteThrottleEvents', 'writes', COLOURS.bad),
        ofTable(table, 'ReadThrottleEvents', 'reads', COLOURS.waiting),
      ],
      leftYAxis: axis('requests in 5 minutes'),
    },
  );
}

/** One of the table's own metrics, of the table alone, without its index. */
function ofTable(
  table: ShownResources['table'],
  metricName: string,
  label: string,
  color: string,
): IMetric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: table.tableName },
    statistic: Stats.SUM,
    period: FIVE_MINUTES,
    label,
    color,
  });
}
