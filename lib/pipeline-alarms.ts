import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { AlarmGroup } from './alarms/alarm-group.ts';
import { raiseCanaryAlarm } from './alarms/canary-alarms.ts';
import { raiseBreakerAlarms, raiseCrmAlarms, raiseDetailsAlarms } from './alarms/crm-alarms.ts';
import { raiseDeadLetterAlarms } from './alarms/dead-letter-alarms.ts';
import { raiseConsumerAlarms, raiseWaitingAlarms } from './alarms/delivery-alarms.ts';
import { raiseIntakeAlarms } from './alarms/intake-alarms.ts';
import { raiseLeadLossRisk } from './alarms/lead-loss-risk.ts';
import { raiseDeliveryTrouble } from './alarms/delivery-trouble.ts';
import { raiseSourceAlarms } from './alarms/source-alarms.ts';
import { raiseSweeperAlarms } from './alarms/sweeper-alarms.ts';
import { canaryOf } from './deployed-canary.ts';
import type { DeliveryQueues } from './delivery-queues.ts';
import { LeadAlarm } from './lead-alarm.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/** What is watched, and who is told. */
export interface PipelineAlarmsProps
  extends Pick<PipelineParts, 'config' | 'deployment' | 'stage'> {
  readonly queues: Pick<DeliveryQueues, 'delivery' | 'deadLetter'>;
  readonly intake: IFunction;
  readonly consumer: IFunction;
  readonly sweeper: IFunction;
  /** Every alarm that tells people, when it begins and when it is over. */
  readonly topic: ITopic;
  /** That leads may be lost. The same as `topic` where nobody is told of that alone. */
  readonly urgentTopic: ITopic;
}

/**
 * What wakes somebody, group by group. Each alarm says whom it hurts and has a section in `docs/runbook.md` under
 * its title; one cause is told once or twice, not by everything that it sets off (docs/adr/0016-what-pages.md).
 */
export class PipelineAlarms extends Construct {
  /** All of them, those that only others use included: for whoever shows them. */
  readonly alarms: readonly IAlarm[];

  constructor(scope: Construct, id: string, props: PipelineAlarmsProps) {
    super(scope, id);
    const { config, deployment, stage, queues, topic, urgentTopic } = props;
    const nameOf = (name: string): string => `holdfast-${deployment.stage}-${name}`;
    const raised: { readonly alarm: IAlarm }[] = [];
    const group: AlarmGroup = {
      stage: deployment.stage,
      numbers: stage.alarms,
      raise: (name, alarm) => {
        const one = new LeadAlarm(this, name, { ...alarm, alarmName: nameOf(name), topic });
        raised.push(one);
        return one;
      },
    };
    const { breaker: breakerSettings } = config.delivery;
    const delivery = {
      delivery: queues.delivery,
      consumer: props.consumer,
      breaker: breakerSettings,
    };

    const turnedAway = raiseIntakeAlarms(group, props.intake);
    const { forgotten } = raiseDeadLetterAlarms(group, queues.deadLetter);
    const { late, stranded } = raiseWaitingAlarms(group, delivery);
    const breaker = raiseBreakerAlarms(group);
    const { failing } = raiseCrmAlarms(group, config.delivery.credits);
    raiseDetailsAlarms(group);
    raiseConsumerAlarms(group, delivery);
    const { silent: sweeperSilent } = raiseSweeperAlarms(group, props.sweeper);
    raiseSourceAlarms(group, config.sources);
    const canary = canaryOf(props);
    if (canary !== undefined) raiseCanaryAlarm(group, canary.everyMinutes);

    const shared = { group, nameOf };
    const signs = [...late, failing];
    raised.push(...raiseDeliveryTrouble(this, { ...shared, topic, signs, breaker }));
    raised.push(
      raiseLeadLossRisk(this, {
        ...shared,
        topic: urgentTopic,
        turnedAway,
        sweeperSilent,
        forgotten,
        stranded,
      }),
    );
    this.alarms = raised.map(({ alarm }) => alarm);
  }
}
