import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LeadAlarm } from '../lead-alarm.ts';
import { type AlarmGroup, firstOf } from './alarm-group.ts';
import { counter } from './metrics.ts';

/**
 * Alarms on what takes leads in.
 *
 * A source that nobody configured is no alarm: it is answered 503 too, and scanners try names. That is why intake
 * is watched through its own metric and its function's, and not through the API's count of 5xx, which cannot tell
 * them apart.
 *
 * @returns those that mean that a sender has been turned away
 */
export function raiseIntakeAlarms(group: AlarmGroup, intake: IFunction): readonly LeadAlarm[] {
  const { numbers } = group;
  const { windowMinutes } = numbers;
  const turnedAway = [
    group.raise('intake-unavailable', {
      title: 'Senders are turned away',
      metric: counter('intake', 'IntakeUnavailable', windowMinutes),
      threshold: 0,
      periods: 1,
      missingData: 'good',
      impact: 'Senders are told to come back later (503). Those that do not retry lose the lead.',
      runbook:
        'Look in the intake log for what was not available: the table, a secret that is empty or ' +
        'too short, or the bucket.',
    }),
    group.raise(
      'intake-errors',
      firstOf(intake.metricErrors.bind(intake), windowMinutes, {
        title: 'Intake fails',
        impact:
          'Intake crashes or times out: senders get a 5xx, and those that do not retry lose the lead.',
        runbook: 'Look for the last error line in the intake log, and for a deployment before it.',
      }),
    ),
    group.raise(
      'intake-throttles',
      firstOf(intake.metricThrottles.bind(intake), windowMinutes, {
        title: 'Intake finds no room',
        impact: 'The account has no room for intake: senders are turned away.',
        runbook:
          "Look at the account's concurrent executions in the Lambda console; raise the quota or " +
          'reserve concurrency for intake.',
      }),
    ),
  ];
  group.raise('enqueue-failed', {
    title: 'Messages cannot be sent',
    metric: counter('intake', 'EnqueueFailed', 1),
    threshold: 0,
    periods: numbers.unsentMinutes,
    breachingPeriods: numbers.unsentMinutesMin,
    missingData: 'good',
    impact:
      'Leads are stored, but no message for their delivery can be sent. The sweeper sends it a few minutes ' +
      'later; if it cannot either, they wait.',
    runbook:
      "Look in the intake log for what SQS answered, then at the delivery queue's policy and key.",
  });
  return turnedAway;
}
