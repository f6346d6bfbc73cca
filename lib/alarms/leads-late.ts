import { AlarmRule } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { LeadAlarm } from '../lead-alarm.ts';
import type { AlarmGroup } from './alarm-group.ts';
import { CompositeLeadAlarm } from './composite-lead-alarm.ts';
import type { BreakerAlarms } from './crm-alarms.ts';
import { LEADS_LATE } from './delivery-alarms.ts';

/** What "leads are late" stands on. */
export interface LeadsLateProps {
  readonly group: AlarmGroup;
  readonly nameOf: (name: string) => string;
  readonly topic: ITopic;
  /** Any of them means that leads wait. */
  readonly late: readonly LeadAlarm[];
  readonly breaker: BreakerAlarms;
}

/**
 * One message for leads that wait, whatever shows it first; and none when deliveries have stopped, which has been
 * told, until the backlog has had time to drain.
 *
 * It waits for that alarm first: a lead is late at about the time at which the breaker has been open for long
 * enough. The breaker's alarms are not silenced by each other or by this one, so that an outage is told even
 * while a single lead is late.
 *
 * @returns both alarms: what silences, and what is silenced
 */
export function raiseLeadsLate(
  scope: Construct,
  { group, nameOf, topic, late, breaker }: LeadsLateProps,
): readonly CompositeLeadAlarm[] {
  const { numbers, stage } = group;
  const notClosed = new CompositeLeadAlarm(scope, 'breaker-not-closed', {
    alarmName: nameOf('breaker-not-closed'),
    title: 'The breaker is not closed',
    rule: AlarmRule.anyOf(breaker.open.alarm, breaker.needsOperator.alarm),
    impact: 'None of its own: while it is in alarm, nobody is told once more that leads are late.',
    runbook: `"npx holdfast breaker status --stage ${stage}"; the alarm that set it off says more.`,
  });
  const leadsLate = new CompositeLeadAlarm(scope, LEADS_LATE, {
    alarmName: nameOf(LEADS_LATE),
    title: 'Leads are late',
    rule: AlarmRule.anyOf(...late.map(({ alarm }) => alarm)),
    topic,
    silencedBy: {
      alarm: notClosed.alarm,
      waitSeconds: numbers.lateWaitSeconds,
      extensionSeconds: numbers.lateExtensionSeconds,
    },
    impact:
      'Leads are accepted and stored, but take too long to reach the CRM. None is lost: they are delivered once ' +
      'the cause ends.',
    runbook: `"npx holdfast stats --stage ${stage}", then the consumer log for failure_code.`,
  });
  return [notClosed, leadsLate];
}
