import { AlarmRule } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { LeadAlarm } from '../lead-alarm.ts';
import type { AlarmGroup } from './alarm-group.ts';
import { CompositeLeadAlarm } from './composite-lead-alarm.ts';
import type { BreakerAlarms } from './crm-alarms.ts';
import { DELIVERY_TROUBLE } from './delivery-alarms.ts';

/** What "deliveries are in trouble" stands on. */
export interface DeliveryTroubleProps {
  readonly group: AlarmGroup;
  readonly nameOf: (name: string) => string;
  readonly topic: ITopic;
  /** Any of them means that leads wait, or are about to. */
  readonly signs: readonly LeadAlarm[];
  readonly breaker: BreakerAlarms;
}

/**
 * One message for leads that wait and calls that fail, whatever shows it first; and none when deliveries have stopped,
 * which has been told, until the backlog has had time to drain.
 *
 * It waits for that alarm first: calls fail before the breaker opens, and a lead is late at about the time at which it
 * has been open for long enough. The breaker's alarms are not silenced by each other or by this one, so that an outage is told even
 * while a single lead is late.
 *
 * @returns both alarms: what silences, and what is silenced
 */
export function raiseDeliveryTrouble(
  scope: Construct,
  { group, nameOf, topic, signs, breaker }: DeliveryTroubleProps,
): readonly CompositeLeadAlarm[] {
  const { numbers, stage } = group;
  const notClosed = new CompositeLeadAlarm(scope, 'breaker-not-closed', {
    alarmName: nameOf('breaker-not-closed'),
    title: 'The breaker is not closed',
    rule: AlarmRule.anyOf(breaker.open.alarm, breaker.needsOperator.alarm),
    impact:
      'None of its own: while it is in alarm, nobody is told once more that deliveries are in trouble.',
    runbook: `"npx holdfast breaker status --stage ${stage}"; the alarm that set it off says more.`,
  });
  const trouble = new CompositeLeadAlarm(scope, DELIVERY_TROUBLE, {
    alarmName: nameOf(DELIVERY_TROUBLE),
    title: 'Deliveries are in trouble',
    rule: AlarmRule.anyOf(...signs.map(({ alarm }) => alarm)),
    topic,
    silencedBy: {
      alarm: notClosed.alarm,
      waitSeconds: numbers.troubleWaitSeconds,
      extensionSeconds: numbers.troubleExtensionSeconds,
    },
    impact:
      'Leads are accepted and stored, but take too long to reach the CRM, or many calls to it fail. None is lost: ' +
      'they are delivered once the cause ends.',
    runbook: `"npx holdfast stats --stage ${stage}", then the consumer log for failure_code.`,
  });
  return [notClosed, trouble];
}
