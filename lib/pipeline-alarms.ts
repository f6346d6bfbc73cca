import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { MetricName } from '../lambdas/core/metric-names.ts';
import { METRICS_NAMESPACE } from '../lambdas/core/pipeline-names.ts';
import type { DeliveryQueues } from './delivery-queues.ts';
import type { Deployment } from './deployment.ts';
import { LeadAlarm, type LeadAlarmProps } from './lead-alarm.ts';
import type { StageConfig } from './stage-config.ts';

/** What is watched, and who is told. */
export interface PipelineAlarmsProps {
  readonly deployment: Deployment;
  readonly stage: StageConfig;
  readonly queues: DeliveryQueues;
  readonly intake: IFunction;
  readonly consumer: IFunction;
  readonly sweeper: IFunction;
  readonly topic: ITopic;
}

type AlarmWords = Omit<LeadAlarmProps, 'alarmName' | 'topic'>;

/**
 * What wakes somebody: leads set aside, leads waiting, senders turned away, functions that fail.
 *
 * A source that nobody configured is no alarm: it is answered 503 too, and scanners try names. That
 * is why intake is watched through its own metric and not through the API's count of 5xx.
 */
export class PipelineAlarms extends Construct {
  private readonly props: PipelineAlarmsProps;
  private readonly windowMinutes: number;

  constructor(scope: Construct, id: string, props: PipelineAlarmsProps) {
    super(scope, id);
    this.props = props;
    this.windowMinutes = props.stage.alarms.windowMinutes;
    this.watchDeadLetters();
    this.watchDelivery();
    this.watchIntake();
    this.watchSweeper();
  }

  private watchDeadLetters(): void {
    const { stage, queues } = this.props;
    const { deadLetterMinutes, deadLetterBurst, deadLetterBurstMinutes } = stage.alarms;
    // Counted by the sweeper: an idle queue stops reporting its depth after some hours, with messages
    // still in it, and takes up to 15 minutes to begin again (Amazon SQS, CloudWatch metrics, read
    // 2026-11-22).
    this.alarm('dead-letter-depth', {
      metric: gauge('DlqDepth'),
      threshold: 0,
      periods: deadLetterMinutes,
      missingData: 'unchanged',
      impact: 'At least one lead was set aside and does not reach the CRM by itself.',
      runbook:
        'Read failure_code and failure_message of the messages on the dead-letter queue, look the ' +
        'code up in docs/errors.md, mend the cause, then redrive the queue.',
    });
    this.alarm('dead-letter-burst', {
      metric: queues.deadLetter.metricNumberOfMessagesSent({
        statistic: Stats.SUM,
        period: Duration.minutes(deadLetterBurstMinutes),
      }),
      threshold: deadLetterBurst,
      periods: 1,
      missingData: 'good',
      impact: 'Many leads are being set aside at once: most likely every new lead is.',
      runbook:
        'Compare the failure_code of several dead letters. One code for all of them points to the ' +
        'CRM (a new mandatory field, a revoked token): mend it there, then redrive.',
    });
  }

  private watchDelivery(): void {
    const { stage, queues, consumer } = this.props;
    this.alarm('delivery-age', {
      metric: queues.delivery.metricApproximateAgeOfOldestMessage({
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(1),
      }),
      threshold: stage.alarms.oldestMessageSeconds,
      periods: this.windowMinutes,
      missingData: 'good',
      impact: 'Leads are safe but late: nothing has taken them off the delivery queue in time.',
      runbook:
        'Look at the consumer log for failure_code and at the Zoho status page. SQS leaves out ' +
        'messages received three times, so a lower age does not mean that the backlog is gone.',
    });
    this.watchPending();
    this.watchBreaker();
    this.watchDetails();
    this.functionAlarm('consumer-errors', consumer.metricErrors.bind(consumer), {
      impact: 'Deliveries crash or time out; their leads are tried again, but later.',
      runbook: 'Look for the last error line in the consumer log, and for a deployment before it.',
    });
    this.functionAlarm('consumer-throttles', consumer.metricThrottles.bind(consumer), {
      impact: 'The account has no room for the consumer: leads are late.',
      runbook:
        "Look at the account's concurrent executions in the Lambda console; raise the quota or " +
        'reserve concurrency for the consumer.',
    });
  }

  private watchPending(): void {
    const { oldestPendingSeconds, oldestPendingMinutes } = this.props.stage.alarms;
    this.alarm('lead-pending', {
      metric: gauge('OldestPendingLeadAgeSeconds'),
      threshold: oldestPendingSeconds,
      periods: oldestPendingMinutes,
      missingData: 'unchanged',
      impact: 'A lead has been accepted and is still neither in the CRM nor set aside: it is late.',
      runbook:
        'Look whether the breaker is open (BreakerOpen) or delivery is switched off (Held); else look ' +
        'in the consumer log for failure_code. Nothing is lost: it is delivered once the cause ends.',
    });
    this.alarm('high-intent-delayed', {
      metric: this.counter('consumer', 'HighIntentLeadDelayed'),
      threshold: 0,
      periods: 1,
      missingData: 'good',
      impact:
        'A lead of a highIntent source has waited too long: somebody expects to hear from you.',
      runbook:
        'Look in the consumer log for its idempotency_key and failure_code. If the CRM is down, take ' +
        'the lead from the event store and call the person by hand.',
    });
  }

  private watchBreaker(): void {
    this.alarm('breaker-open', {
      metric: gauge('BreakerOpen'),
      threshold: 0,
      periods: this.props.stage.alarms.breakerOpenMinutes,
      missingData: 'unchanged',
      impact: 'Deliveries have stopped: leads are accepted and kept, but none reaches the CRM.',
      runbook:
        'Run "npx holdfast breaker status --stage <stage>", and look at the Zoho status page. After an outage ' +
        'it closes by itself; with reason operator, close it once the CRM may be written to again: ' +
        '"npx holdfast breaker close --stage <stage> --reason …".',
    });
    this.alarm('breaker-needs-operator', {
      metric: gauge('BreakerNeedsOperator'),
      threshold: 0,
      periods: 1,
      missingData: 'unchanged',
      impact: 'Zoho refuses our credentials or our settings: no lead is delivered until you act.',
      runbook:
        'Run "npx holdfast replay --stage <stage>": it says what Zoho refused (docs/errors.md). Mend the ' +
        'secret, the scopes or the field, then "npx holdfast breaker close --stage <stage> --reason …", then ' +
        'replay with a reason.',
    });
  }

  private watchDetails(): void {
    this.alarm('details-unauthorized', {
      metric: this.counter('consumer', 'DetailsUnauthorized'),
      threshold: 0,
      periods: 1,
      missingData: 'good',
      impact:
        'A provider no longer lets us read the submissions that its webhooks name: every new lead of that ' +
        'source is set aside. Other sources go on.',
      runbook:
        'Look in the consumer log for the source and failure_code. Renew api_token in its secret, or give ' +
        'the token its rights back at the provider (LinkedIn: or raise apiVersion, if it was retired, and ' +
        'deploy). Nothing need be sent again: then run "npx holdfast replay --stage <stage> --class ' +
        'source_authorization --reason …". Providers keep submissions for a limited time.',
    });
  }

  private watchIntake(): void {
    const { intake } = this.props;
    this.alarm('intake-unavailable', {
      metric: this.counter('intake', 'IntakeUnavailable'),
      threshold: 0,
      periods: 1,
      missingData: 'good',
      impact: 'Senders are told to come back later (503). Those that do not retry lose the lead.',
      runbook:
        'Look in the intake log for what was not available: the table, a secret that is empty or ' +
        'too short, or the bucket.',
    });
    this.functionAlarm('intake-errors', intake.metricErrors.bind(intake), {
      impact:
        'Intake crashes or times out: senders get a 5xx, and those that do not retry lose the lead.',
      runbook: 'Look for the last error line in the intake log, and for a deployment before it.',
    });
    this.functionAlarm('intake-throttles', intake.metricThrottles.bind(intake), {
      impact: 'The account has no room for intake: senders are turned away.',
      runbook:
        "Look at the account's concurrent executions in the Lambda console; raise the quota or " +
        'reserve concurrency for intake.',
    });
  }

  private watchSweeper(): void {
    const { sweeper, stage } = this.props;
    this.functionAlarm('sweeper-errors', sweeper.metricErrors.bind(sweeper), {
      impact: 'Leads whose message was lost are not sent again. Nothing else is affected.',
      runbook: 'Look for the last error line in the sweeper log.',
    });
    this.alarm('sweeper-silent', {
      metric: gauge('SweeperHeartbeat', Stats.SUM),
      threshold: 1,
      direction: 'below',
      periods: stage.alarms.heartbeatMinutes,
      missingData: 'bad',
      impact:
        'Nobody looks for leads whose message was lost, and what the sweeper measures is unknown.',
      runbook:
        'Look for error lines in the sweeper log. If it has none at all, look whether the EventBridge ' +
        'rule of the sweeper is enabled, and at its failures.',
    });
  }

  private counter(service: string, metricName: MetricName): IMetric {
    return new Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { service },
      statistic: Stats.SUM,
      period: Duration.minutes(this.windowMinutes),
    });
  }

  private functionAlarm(
    name: string,
    metric: (options: { statistic: string; period: Duration }) => IMetric,
    words: Pick<AlarmWords, 'impact' | 'runbook'>,
  ): void {
    this.alarm(name, {
      metric: metric({ statistic: Stats.SUM, period: Duration.minutes(this.windowMinutes) }),
      threshold: 0,
      periods: 1,
      missingData: 'good',
      ...words,
    });
  }

  private alarm(name: string, words: AlarmWords): void {
    new LeadAlarm(this, name, {
      ...words,
      alarmName: `holdfast-${this.props.deployment.stage}-${name}`,
      topic: this.props.topic,
    });
  }
}

/** What the sweeper measures once a minute. */
function gauge(metricName: MetricName, statistic: string = Stats.MAXIMUM): IMetric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service: 'sweeper' },
    statistic,
    period: Duration.minutes(1),
  });
}
