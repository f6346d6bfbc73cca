import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { PipelineParts } from '../pipeline-parts.ts';
import type { LeadAlarm } from '../lead-alarm.ts';
import type { AlarmGroup } from './alarm-group.ts';
import { DELIVERY_TROUBLE } from './delivery-alarms.ts';
import { counter, gauge, own } from './metrics.ts';

/** What is silenced while one of these is in alarm, because they are its cause. */
export interface BreakerAlarms {
  readonly open: LeadAlarm;
  readonly needsOperator: LeadAlarm;
}

/**
 * Alarms on the breaker before the CRM.
 *
 * A breaker that only a person can close is told at once, and by that alarm alone: "deliveries have stopped" would
 * say the same again five minutes later. Both gauges come from one run of the sweeper, so that one is never
 * without the other.
 */
export function raiseBreakerAlarms(group: AlarmGroup): BreakerAlarms {
  const { numbers, stage } = group;
  const open = group.raise('breaker-open', {
    title: 'Deliveries have stopped',
    metric: new MathExpression({
      expression: 'open - operator',
      usingMetrics: { open: gauge('BreakerOpen'), operator: gauge('BreakerNeedsOperator') },
      period: Duration.minutes(1),
      label: 'open, and not for a person to close',
    }),
    threshold: 0,
    periods: numbers.breakerOpenMinutes,
    missingData: 'unchanged',
    impact: 'Deliveries have stopped: leads are accepted and kept, but none reaches the CRM.',
    runbook:
      `"npx holdfast breaker status --stage ${stage}", and the Zoho status page. After an outage it closes by ` +
      `itself; if a person opened it: "npx holdfast resume --stage ${stage} --reason …".`,
  });
  const needsOperator = group.raise('breaker-needs-operator', {
    title: 'Zoho refuses our credentials or settings',
    metric: gauge('BreakerNeedsOperator'),
    threshold: 0,
    periods: 1,
    missingData: 'unchanged',
    impact: 'Zoho refuses our credentials or our settings: no lead is delivered until you act.',
    runbook:
      `"npx holdfast quarantine list --stage ${stage}" says what Zoho refused. Mend the secret, the scopes or the ` +
      `field, then "npx holdfast breaker close --stage ${stage} --reason …", then replay.`,
  });
  return { open, needsOperator };
}

/** Alarms on the calls to the CRM. @returns the one on failed calls, which another alarm tells */
export function raiseCrmAlarms(
  group: AlarmGroup,
  { slowBelow }: PipelineParts['config']['delivery']['credits'],
): { readonly failing: LeadAlarm } {
  const { numbers, stage } = group;
  const { crmWindowMinutes, crmCallsMin } = numbers;
  const failing = group.raise('crm-error-rate', {
    title: 'Zoho fails many calls',
    // What is not counted is 0 here: without a value CloudWatch would look further back, and fire a second time for
    // what had ended. That FILL stands in for data which is a minute late does no harm to a sum of many minutes.
    metric: new MathExpression({
      expression: `IF(FILL(calls, 0) >= ${crmCallsMin}, 100 * FILL(failed, 0) / calls, 0)`,
      usingMetrics: {
        calls: counter('consumer', 'CrmCall', crmWindowMinutes),
        failed: counter('consumer', 'CrmCallFailed', crmWindowMinutes),
      },
      period: Duration.minutes(crmWindowMinutes),
      label: 'failed calls, %',
    }),
    threshold: numbers.crmFailedPercent,
    periods: 1,
    missingData: 'good',
    impact:
      'Many calls to Zoho fail, and not so many in a row that deliveries stop: leads are late, and some use up ' +
      'their attempts.',
    runbook: `"npx holdfast stats --stage ${stage}", then failure_code in the consumer log, and the Zoho status page.`,
    toldBy: DELIVERY_TROUBLE,
  });
  group.raise('credits-low', {
    title: 'API credits are running low',
    // Zoho tells what is left once half is used. An hour without a call, or with more than half left, has no
    // value and is good; "unchanged" would keep the alarm long after the credits have come back.
    metric: own('consumer', 'CrmCreditsRemaining', Stats.MINIMUM, 1),
    threshold: slowBelow,
    direction: 'below',
    periods: numbers.creditsWindowMinutes,
    breachingPeriods: 1,
    missingData: 'good',
    impact:
      `Fewer than ${slowBelow} of the day's API credits are left: leads are written more slowly, and at the ` +
      'reserve not at all until credits come back. None is lost.',
    runbook: `"npx holdfast breaker status --stage ${stage}"; find the tool that uses the credits in Zoho (Setup, APIs).`,
  });
  return { failing };
}

/** Alarms on the APIs of providers whose webhooks only name a submission. */
export function raiseDetailsAlarms(group: AlarmGroup): void {
  const { numbers, stage } = group;
  group.raise('details-unauthorized', {
    title: 'A provider refuses to show its submissions',
    metric: counter('consumer', 'DetailsUnauthorized', numbers.windowMinutes),
    threshold: 0,
    periods: 1,
    missingData: 'good',
    impact:
      'A provider no longer lets us read the submissions that its webhooks name: every new lead of that ' +
      'source is set aside. Other sources go on. Providers keep submissions for a limited time.',
    runbook:
      `"npx holdfast quarantine list --stage ${stage}" names the source. Renew api_token in its secret, or give ` +
      'the token its rights back at the provider. Nothing need be sent again: then run "npx holdfast ' +
      `replay --stage ${stage} --class source_authorization --reason …".`,
  });
}
