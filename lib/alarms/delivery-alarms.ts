import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { LeadAlarm } from '../lead-alarm.ts';
import type { PipelineParts } from '../pipeline-parts.ts';
import { type AlarmGroup, firstOf } from './alarm-group.ts';
import { counter, gauge } from './metrics.ts';

const HOUR_SECONDS = 3_600;

/** The consumer scatters what the breaker asks for by up to this share, upwards. */
const BREAKER_SCATTER = 0.2;

/** The alarm over those that say that leads wait: see `delivery-trouble.ts`. */
export const DELIVERY_TROUBLE = 'delivery-trouble';

/** What delivers leads, and what it reads from. */
export interface DeliveryParts {
  readonly delivery: IQueue;
  readonly consumer: IFunction;
  readonly breaker: PipelineParts['config']['delivery']['breaker'];
}

/** Alarms on leads that wait for longer than they should, whatever the reason. */
export function raiseWaitingAlarms(
  group: AlarmGroup,
  { delivery, breaker }: DeliveryParts,
): { readonly late: readonly LeadAlarm[]; readonly stranded: LeadAlarm } {
  const { numbers, stage } = group;
  const age = group.raise('delivery-age', {
    title: 'The delivery queue is not being emptied',
    metric: delivery.metricApproximateAgeOfOldestMessage({
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(1),
    }),
    threshold: numbers.oldestMessageSeconds,
    periods: numbers.windowMinutes,
    missingData: 'good',
    impact: 'Leads are safe but late: nothing has taken them off the delivery queue in time.',
    runbook:
      `"npx holdfast stats --stage ${stage}", then the consumer log. SQS leaves out messages received three ` +
      'times, so a lower age does not mean that the backlog is gone.',
    toldBy: DELIVERY_TROUBLE,
  });
  const pending = group.raise('lead-pending', {
    title: 'A lead is waiting',
    metric: gauge('OldestPendingLeadAgeSeconds'),
    threshold: numbers.oldestPendingSeconds,
    periods: numbers.oldestPendingMinutes,
    missingData: 'unchanged',
    impact: 'A lead has been accepted and is still neither in the CRM nor set aside: it is late.',
    runbook: `"npx holdfast stats --stage ${stage}". Nothing is lost: it is delivered once the cause ends.`,
    toldBy: DELIVERY_TROUBLE,
  });
  const stranded = group.raise('lead-stranded', {
    title: 'A lead has waited for a day',
    metric: gauge('OldestPendingLeadAgeSeconds'),
    threshold: numbers.strandedHours * HOUR_SECONDS,
    periods: numbers.lastingMinutes,
    missingData: 'unchanged',
    impact:
      `A lead has waited for ${numbers.strandedHours} hours. It is stored, but whoever wrote it has most likely ` +
      'gone elsewhere; or delivery was switched off and forgotten.',
    runbook: `"npx holdfast stats --stage ${stage}", then "npx holdfast breaker status --stage ${stage}".`,
  });
  group.raise('high-intent-delayed', {
    title: 'Somebody who expects a call is waiting',
    metric: counter(
      'consumer',
      'HighIntentLeadDelayed',
      Math.max(numbers.highIntentMinutes, minutesBetweenTries(breaker)),
    ),
    threshold: 0,
    periods: 1,
    missingData: 'good',
    impact: 'A lead of a highIntent source has waited too long: somebody expects to hear from you.',
    runbook:
      'Look in the consumer log for its idempotency_key, then ' +
      `"npx holdfast lead show <key> --stage ${stage}". If the CRM is down, call the person by hand.`,
  });
  return { late: [age, pending], stranded };
}

/**
 * A lead that the breaker sends away again and again is to be counted in every window, so that it is one alarm, however
 * far CloudWatch looks back.
 */
function minutesBetweenTries({ openMaxMs }: DeliveryParts['breaker']): number {
  return Math.ceil((openMaxMs * (1 + BREAKER_SCATTER)) / 60_000) + 1;
}

/** Alarms on the function that delivers. */
export function raiseConsumerAlarms(group: AlarmGroup, { consumer }: DeliveryParts): void {
  const { windowMinutes } = group.numbers;
  group.raise(
    'consumer-errors',
    firstOf(consumer.metricErrors.bind(consumer), windowMinutes, {
      title: 'The consumer fails',
      impact: 'Deliveries crash or time out; their leads are tried again, but later.',
      runbook: 'Look for the last error line in the consumer log, and for a deployment before it.',
    }),
  );
  group.raise(
    'consumer-throttles',
    firstOf(consumer.metricThrottles.bind(consumer), windowMinutes, {
      title: 'The consumer finds no room',
      impact: 'The account has no room for the consumer: leads are late.',
      runbook:
        "Look at the account's concurrent executions in the Lambda console; raise the quota or " +
        'reserve concurrency for the consumer.',
    }),
  );
}
