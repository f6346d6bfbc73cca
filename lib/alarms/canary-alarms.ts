import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmGroup } from './alarm-group.ts';
import { own } from './metrics.ts';

/** One canary may meet a restart, or one slow answer of the CRM; two in a row are no accident. */
const MISSED_IN_A_ROW = 2;

/** The alarm on the synthetic lead, where one is sent. */
export function raiseCanaryAlarm(group: AlarmGroup, everyMinutes: number): void {
  group.raise('canary-missed', {
    title: 'The canary does not arrive',
    metric: own('canary', 'CanaryDelivered', Stats.MAXIMUM, everyMinutes),
    threshold: 1,
    direction: 'below',
    periods: MISSED_IN_A_ROW,
    missingData: 'bad',
    impact:
      'A lead sent just now by anybody would not reach Zoho in time, or not at all; it may be the first sign of that. ' +
      'Leads that were answered 2xx are stored.',
    runbook:
      'Look at the canary log: its last error line names where it was lost sight of. ' +
      `Then "npx holdfast doctor --stage ${group.stage}".`,
  });
}
