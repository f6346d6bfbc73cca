import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LeadAlarm } from '../lead-alarm.ts';
import { type AlarmGroup, firstOf } from './alarm-group.ts';
import { own } from './metrics.ts';

/** Alarms on what brings back leads whose message was lost, and measures what SQS cannot tell. */
export function raiseSweeperAlarms(
  group: AlarmGroup,
  sweeper: IFunction,
): { readonly silent: LeadAlarm } {
  const { numbers } = group;
  group.raise(
    'sweeper-errors',
    firstOf(sweeper.metricErrors.bind(sweeper), numbers.windowMinutes, {
      title: 'The sweeper fails',
      impact: 'Leads whose message was lost are not sent again. Nothing else is affected.',
      runbook: 'Look for the last error line in the sweeper log.',
      // The next run mends what one has left undone; when none does, there is no heartbeat.
      toldBy: 'sweeper-silent',
    }),
  );
  return {
    silent: group.raise('sweeper-silent', {
      title: 'The sweeper has stopped',
      metric: own('sweeper', 'SweeperHeartbeat', Stats.SUM, 1),
      threshold: 1,
      direction: 'below',
      periods: numbers.heartbeatMinutes,
      missingData: 'bad',
      impact:
        'Nobody looks for leads whose message was lost, and what the sweeper measures is unknown: the alarms on ' +
        'waiting leads, dead letters and silent sources see nothing.',
      runbook:
        'Look for error lines in the sweeper log. If it has none at all, look whether the EventBridge ' +
        'rule of the sweeper is enabled, and at its failures.',
    }),
  };
}
