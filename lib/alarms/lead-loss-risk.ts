import { AlarmRule } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { LeadAlarm } from '../lead-alarm.ts';
import type { AlarmGroup } from './alarm-group.ts';
import { CompositeLeadAlarm } from './composite-lead-alarm.ts';

/** What "leads may be lost" stands on. Each child is a way in which a lead ends where nobody finds it. */
export interface LeadLossRiskProps {
  readonly group: AlarmGroup;
  readonly nameOf: (name: string) => string;
  readonly topic: ITopic;
  /** A sender was not answered 2xx, and not every sender comes again. */
  readonly turnedAway: readonly LeadAlarm[];
  /** What brings lost messages back, and measures what waits, has stopped. */
  readonly sweeperSilent: LeadAlarm;
  /** A lead in quarantine that is about to lose the dead letter that tells of it. */
  readonly forgotten: LeadAlarm;
  /** A lead that no person and no retry has moved for a day. */
  readonly stranded: LeadAlarm;
}

/**
 * The alarm that is worth waking somebody for: a lead may be lost, now or soon, and a person can prevent it.
 *
 * Late leads, dead letters and refused credentials are not in it: those leads are stored and are not forgotten. A
 * silent source is not in it either, though its leads may be lost: a campaign that has ended looks the same, and
 * would hold this alarm for days, so that nothing else could set it off (docs/adr/0016-what-pages.md).
 */
export function raiseLeadLossRisk(scope: Construct, props: LeadLossRiskProps): CompositeLeadAlarm {
  const { group, nameOf, topic, turnedAway, sweeperSilent, forgotten, stranded } = props;
  const children = [...turnedAway, sweeperSilent, forgotten, stranded];
  return new CompositeLeadAlarm(scope, 'lead-loss-risk', {
    alarmName: nameOf('lead-loss-risk'),
    title: 'Leads may be lost',
    rule: AlarmRule.anyOf(...children.map(({ alarm }) => alarm)),
    topic,
    impact:
      'A lead may be lost: senders are turned away, or what guards stored leads has stopped, or a lead is about to ' +
      'be forgotten.',
    runbook: `"npx holdfast doctor --stage ${group.stage}"; the alarm that set it off is named in the message.`,
  });
}
