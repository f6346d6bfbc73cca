import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { SettingError } from './setting-error.ts';

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
  readonly metric: IMetric;
  /** The alarm fires above this, or below it with `direction: 'below'`. */
  readonly threshold: number;
  readonly direction?: 'above' | 'below';
  /** Periods of the metric that must all be beyond the threshold, 1 or more. */
  readonly periods: number;
  readonly missingData: MissingData;
  /** What it means for leads: one sentence that someone woken at night can act on. */
  readonly impact: string;
  /** Where to look, and what to do. */
  readonly runbook: string;
  readonly topic: ITopic;
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
 * @throws {SettingError} an empty `impact` or `runbook`
 */
export class LeadAlarm extends Construct {
  constructor(scope: Construct, id: string, props: LeadAlarmProps) {
    super(scope, id);
    const { impact, runbook } = props;
    if (impact.trim() === '' || runbook.trim() === '') {
      throw new SettingError([`alarm ${props.alarmName}: must have an impact and a runbook`]);
    }
    const alarm = new Alarm(this, 'Alarm', {
      alarmName: props.alarmName,
      alarmDescription: `Impact: ${impact}\nRunbook: ${runbook}`,
      metric: props.metric,
      threshold: props.threshold,
      comparisonOperator:
        props.direction === 'below'
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: props.periods,
      datapointsToAlarm: props.periods,
      treatMissingData: TREAT_MISSING[props.missingData],
    });
    const action = new SnsAction(props.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}
