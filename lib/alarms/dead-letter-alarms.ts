import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { LeadAlarm } from '../lead-alarm.ts';
import type { AlarmGroup } from './alarm-group.ts';
import { counter, gauge } from './metrics.ts';

const DAY_SECONDS = 86_400;

/**
 * Leads that were set aside for a person.
 *
 * Depth and age are counted by the sweeper: an idle queue stops reporting its depth after some hours, with
 * messages still in it, and takes up to 15 minutes to begin again (Amazon SQS, CloudWatch metrics, read
 * 2026-11-22).
 */
export function raiseDeadLetterAlarms(
  group: AlarmGroup,
  deadLetters: IQueue,
): { readonly forgotten: LeadAlarm } {
  const { numbers, stage } = group;
  group.raise('dead-letter-depth', {
    title: 'Dead letters are waiting',
    metric: gauge('DlqDepth'),
    threshold: 0,
    periods: numbers.deadLetterMinutes,
    missingData: 'unchanged',
    impact: 'At least one lead was set aside and does not reach the CRM by itself. It is stored.',
    runbook: `"npx holdfast quarantine list --stage ${stage}" says which leads, and why.`,
  });
  group.raise('dead-letter-burst', {
    title: 'Many leads are set aside at once',
    metric: deadLetters.metricNumberOfMessagesSent({
      statistic: Stats.SUM,
      period: Duration.minutes(numbers.deadLetterBurstMinutes),
    }),
    threshold: numbers.deadLetterBurst,
    periods: 1,
    missingData: 'good',
    impact: 'Many leads are being set aside at once: most likely every new lead is.',
    runbook:
      `"npx holdfast quarantine list --stage ${stage}": one code for all of them points to the CRM, such ` +
      'as a new mandatory field. Mend it there, then replay.',
  });
  group.raise('dead-letter-unsent', {
    title: 'Dead letters cannot be sent',
    metric: counter('sweeper', 'DeadLetterFailed', 1),
    threshold: 0,
    periods: numbers.unsentMinutes,
    breachingPeriods: numbers.unsentMinutesMin,
    missingData: 'good',
    impact:
      'Leads are in quarantine, and the dead letters that tell of them cannot be sent: the alarms on dead ' +
      'letters do not see them.',
    runbook: `"npx holdfast quarantine list --stage ${stage}" shows them all the same; look at the queue's policy and key.`,
  });
  return {
    forgotten: group.raise('quarantine-forgotten', {
      title: 'A lead has been in quarantine for days',
      metric: gauge('OldestQuarantinedLeadAgeSeconds'),
      threshold: numbers.quarantineDays * DAY_SECONDS,
      periods: numbers.lastingMinutes,
      missingData: 'unchanged',
      impact:
        `Nobody has settled a lead for ${numbers.quarantineDays} days. Its dead letter soon ends, and after ` +
        'that only the list of the quarantine tells of it.',
      runbook: `"npx holdfast quarantine list --stage ${stage}"; replay the lead, or close it with a reason.`,
    }),
  };
}
