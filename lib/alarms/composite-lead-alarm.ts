import { Duration } from 'aws-cdk-lib';
import { CompositeAlarm, type IAlarm, type IAlarmRule } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmWords, describeAlarm } from './alarm-words.ts';

/** What silences an alarm, so that the consequence of a cause is not told beside the cause. */
export interface Silencer {
  /** While this one is in alarm nothing is told. */
  readonly alarm: IAlarm;
  /** How long its beginning is waited for before anything is told. */
  readonly waitSeconds: number;
  /** How long after its end nothing is told yet. */
  readonly extensionSeconds: number;
}

/** What an alarm over other alarms needs. */
export interface CompositeLeadAlarmProps extends AlarmWords {
  readonly alarmName: string;
  readonly rule: IAlarmRule;
  /** Absent: nobody is told; its state silences others. */
  readonly topic?: ITopic;
  readonly silencedBy?: Silencer;
}

/**
 * An alarm over the states of others. It has no metric and so no missing data of its own: a child without data is
 * not in alarm, and its own treatment has decided that.
 *
 * @throws {SettingError} an empty `impact` or `runbook`, or more words than CloudWatch keeps
 * @see Amazon CloudWatch, "Create a composite alarm" and "Composite alarm action suppression", read 2026-11-22
 */
export class CompositeLeadAlarm extends Construct {
  readonly alarm: IAlarm;

  constructor(scope: Construct, id: string, props: CompositeLeadAlarmProps) {
    super(scope, id);
    const { alarmName, silencedBy, topic } = props;
    const alarm = new CompositeAlarm(this, 'Alarm', {
      compositeAlarmName: alarmName,
      alarmDescription: describeAlarm(alarmName, props),
      alarmRule: props.rule,
      ...(silencedBy === undefined
        ? {}
        : {
            actionsSuppressor: silencedBy.alarm,
            actionsSuppressorWaitPeriod: Duration.seconds(silencedBy.waitSeconds),
            actionsSuppressorExtensionPeriod: Duration.seconds(silencedBy.extensionSeconds),
          }),
    });
    this.alarm = alarm;
    if (topic === undefined) return;
    const action = new SnsAction(topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}
