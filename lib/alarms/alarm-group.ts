import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { LeadAlarm, LeadAlarmProps } from '../lead-alarm.ts';
import type { StageConfig } from '../stage-config.ts';
import type { AlarmWords } from './alarm-words.ts';

/** One alarm of a group: the group gives it its name in the stage, and those who are told. */
export type GroupedAlarm = Omit<LeadAlarmProps, 'alarmName' | 'topic' | 'title'> & AlarmWords;

/** Where a group of alarms is raised. */
export interface AlarmGroup {
  /** The stage's name, for the commands of the runbook. */
  readonly stage: string;
  /** The numbers of the alarms. */
  readonly numbers: StageConfig['alarms'];
  /** Raises an alarm. @param name without stage, kebab-case */
  raise(name: string, alarm: GroupedAlarm): LeadAlarm;
}

/** What a function's own metrics are asked for. */
export type FunctionMetric = (options: { statistic: string; period: Duration }) => IMetric;

/**
 * An alarm that fires at the first error, or throttle, of a function, and ends when there was none for a while.
 *
 * Minute by minute: most invocations report 0, and a function that is seldom called reports nothing in between.
 */
export function firstOf(
  metric: FunctionMetric,
  windowMinutes: number,
  words: AlarmWords & { readonly toldBy?: string },
): GroupedAlarm {
  return {
    metric: metric({ statistic: Stats.SUM, period: Duration.minutes(1) }),
    threshold: 0,
    periods: windowMinutes,
    breachingPeriods: 1,
    missingData: 'good',
    ...words,
  };
}
