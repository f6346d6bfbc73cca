import { Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Dashboard,
  type IAlarm,
  type IWidget,
  PeriodOverride,
  TextWidget,
  TextWidgetBackground,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { CANARY_SOURCE } from '../lambdas/core/pipeline-names.ts';
import { COLUMNS, heading } from './dashboard/layout.ts';
import { leadGraphs, leadNumbers } from './dashboard/lead-widgets.ts';
import { canaryGraphs, resourceGraphs, type ShownResources } from './dashboard/resource-widgets.ts';
import { canaryOf } from './deployed-canary.ts';
import type { Deployment } from './deployment.ts';

/** What is shown. */
export interface PipelineDashboardProps extends ShownResources {
  readonly deployment: Deployment;
  readonly config: HoldfastConfig;
  /** In the order in which they are raised. */
  readonly alarms: readonly IAlarm[];
}

const INTRODUCTION_UNITS = 3;

/** Alarms of one widget (Amazon CloudWatch, Dashboard body structure, alarm widget properties, read 2026-11-22). */
const ALARMS_MAX = 100;

/** How many alarms CloudWatch shows in a line of a widget of full width, and how high a line is. */
const ALARMS_IN_A_LINE = 4;

const SHOWN_HOURS = 24;

/**
 * One screen for everybody: first leads, in words that need no explanation; then alarms; then what they go through.
 *
 * It costs $3 a month; three dashboards of an account are free, as long as each shows 50 metrics or fewer, which this
 * one does with up to a dozen sources (Amazon CloudWatch, Pricing, as others quote it in 2026; the page was not read).
 */
export class PipelineDashboard extends Construct {
  /** Where it is looked at, in the standard partition of AWS. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: PipelineDashboardProps) {
    super(scope, id);
    const { deployment, config, stage, alarms } = props;
    const canary = canaryOf(props);
    // Nobody fills in the canary: it is counted for itself.
    const senders = Object.keys(config.sources).filter((source) => source !== CANARY_SOURCE);
    const dashboardName = `holdfast-${deployment.stage}`;
    new Dashboard(this, 'Dashboard', {
      dashboardName,
      defaultInterval: Duration.hours(SHOWN_HOURS),
      // As they are written: a count in five minutes stays one when a week is looked at.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [introduction(deployment.stage)],
        [heading('## Leads')],
        leadNumbers(),
        ...leadGraphs(senders, stage),
        [heading('## Alarms')],
        ...alarmRows(alarms),
        [heading('## What leads go through')],
        ...resourceGraphs(props),
        ...(canary === undefined ? [] : [canaryGraphs(canary.everyMinutes)]),
      ],
    });
    const { region } = Stack.of(this);
    this.url = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
}

function introduction(stage: string): IWidget {
  return new TextWidget({
    width: COLUMNS,
    height: INTRODUCTION_UNITS,
    background: TextWidgetBackground.SOLID,
    markdown: [
      `# Holdfast ${stage}: leads on their way into Zoho`,
      'A lead that came **in** is **delivered** within seconds. While Zoho does not answer, leads **wait** and go out by themselves; ' +
        'those **in quarantine** wait for a person.',
      `An alarm is red? \`docs/runbook.md\` has a section for it. On a terminal: \`npx holdfast stats --stage ${stage}\`.`,
    ].join('\n\n'),
  });
}

function alarmRows(alarms: readonly IAlarm[]): IWidget[][] {
  const rows: IWidget[][] = [];
  for (let start = 0; start < alarms.length; start += ALARMS_MAX) {
    const some = alarms.slice(start, start + ALARMS_MAX);
    rows.push([
      new AlarmStatusWidget({
        title:
          'Red: its description says what to do. Green: all is well. Grey: nothing measured yet',
        alarms: some,
        width: COLUMNS,
        height: 1 + Math.ceil(some.length / ALARMS_IN_A_LINE),
        sortBy: AlarmStatusWidgetSortBy.DEFAULT,
      }),
    ]);
  }
  return rows;
}
