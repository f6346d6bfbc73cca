import {
  Alarm,
  ComparisonOperator,
  type IAlarm,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { describeAlarm } from './alarms/alarm-words.ts';

/**
 * What it means that a metric says nothing.
 *
 * - `good`: nothing happened, as it should be
 * - `bad`: something that should always report has stopped
 * - `unchanged`: the metric pauses by itself, so the alarm stays as it is
 */
export type MissingData = 'good' | 'bad' | 'unchanged';

/** What an alarm watches, and the words that whoever it wakes needs. */
export interface LeadAlarmProps {
  readonly alarmName: string;
  /** What is wrong, in a few words: the heading of its section in the runbook. The alarm's name by default. */
  readonly title?: string;
  readonly metric: IMetric;
  /** The alarm fires above this, or below it with `direction: 'below'`. */
  readonly threshold: number;
  readonly direction?: 'above' | 'below';
  /** Periods of the metric that must all be beyond the threshold, 1 or more. */
  readonly periods: number;
  /** Of those, so many are enough, 1 or more; all of them by default. */
  readonly breachingPeriods?: number;
  readonly missingData: MissingData;
  /** What it means for leads: one sentence that someone woken at night can act on. */
  readonly impact: string;
  /** Where to look, and what to do. */
  readonly runbook: string;
  readonly topic: ITopic;
  /**
   * The alarm that tells people in its stead, by its name, so that one cause is one message. This one then only
   * shows its state, to that alarm or on a dashboard.
   */
  readonly toldBy?: string;
}

const TREAT_MISSING: Record<MissingData, TreatMissingData> = {
  good: TreatMissingData.NOT_BREACHING,
  bad: TreatMissingData.BREACHING,
  unchanged: TreatMissingData.IGNORE,
};

/**
 * An alarm that says whom it hurts and what to do, to the people on call; it tells them too when it
 * is over.
 *
 * CloudWatch's own treatment of missing data can flip an alarm on a single point, so each alarm
 * states its own (Amazon CloudWatch, configuring how alarms treat missing data, read 2026-11-22).
 *
 * Before it takes data for missing, CloudWatch looks further back, and may find what has been told already: a metric
 * that is 0 now and then, with a period of more than a minute, is told again after its data has ended (the same
 * page, which advises shorter periods). Such a metric is looked at minute by minute, with `breachingPeriods`.
 *
 * @throws {SettingError} an empty `impact` or `runbook`, or more words than CloudWatch keeps
 */
export class LeadAlarm extends Construct {
  readonly alarm: IAlarm;

  constructor(scope: Construct, id: string, props: LeadAlarmProps) {
    super(scope, id);
    const { alarmName, title = alarmName } = props;
    const alarm = new Alarm(this, 'Alarm', {
      alarmName,
      alarmDescription: describeAlarm(alarmName, { ...props, title }),
      metric: props.metric,
      threshold: props.threshold,
      comparisonOperator:
        props.direction === 'below'
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: props.periods,
      datapointsToAlarm: props.breachingPeriods ?? props.periods,
      treatMissingData: TREAT_MISSING[props.missingData],
    });
    this.alarm = alarm;
    if (props.toldBy !== undefined) return;
    const action = new SnsAction(props.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}
