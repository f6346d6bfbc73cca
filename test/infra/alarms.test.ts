import { readdirSync, readFileSync } from 'node:fs';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { LeadAlarm } from '../../lib/lead-alarm.ts';
import { aConfig, at, listAt, type Resource, statementsOf, synthesize } from './template.ts';

const stack = synthesize();
const alarms = stack.resources('AWS::CloudWatch::Alarm');
const named = (name: string): Resource =>
  stack.one('AWS::CloudWatch::Alarm', `Alarms/${name}/Alarm`);

describe('every alarm', () => {
  it('says whom it hurts and what to do', () => {
    for (const { properties } of alarms) {
      expect(properties['AlarmDescription']).toMatch(/^Impact: .{30,}\nRunbook: .{20,}/);
    }
    expect(alarms).toHaveLength(15);
  });

  it('tells the people on call when it begins and when it is over', () => {
    for (const alarm of alarms) {
      expect(listAt(alarm, 'AlarmActions').map(stack.render)).toEqual(['OnCall/Topic']);
      expect(listAt(alarm, 'OKActions').map(stack.render)).toEqual(['OnCall/Topic']);
    }
  });

  it('says what missing data means', () => {
    for (const { properties } of alarms) {
      expect(['notBreaching', 'breaching', 'ignore']).toContain(properties['TreatMissingData']);
    }
  });

  it('is refused without words for the people on call', () => {
    const bare = new Stack(new App(), 'bare');
    const build = (impact: string, runbook: string): LeadAlarm =>
      new LeadAlarm(bare, `alarm-${impact}-${runbook}`, {
        alarmName: 'age',
        metric: new Metric({
          namespace: 'Holdfast',
          metricName: 'Age',
          period: Duration.minutes(1),
        }),
        threshold: 1,
        periods: 1,
        missingData: 'good',
        impact,
        runbook,
        topic: Topic.fromTopicArn(bare, `topic-${impact}-${runbook}`, 'arn:aws:sns:::on-call'),
      });

    expect(() => build(' ', 'Look at the log.')).toThrow('must have an impact and a runbook');
    expect(() => build('Leads are late.', '')).toThrow('must have an impact and a runbook');
  });
});

describe('alarms that a lost lead would raise', () => {
  it('one dead letter for five minutes, even when the idle queue stops reporting', () => {
    expect(named('dead-letter-depth').properties).toMatchObject({
      Namespace: 'Holdfast',
      MetricName: 'DlqDepth',
      Dimensions: [{ Name: 'service', Value: 'sweeper' }],
      Statistic: 'Maximum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      Period: 60,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 5,
      TreatMissingData: 'ignore',
    });
  });

  it('many dead letters at once', () => {
    expect(named('dead-letter-burst').properties).toMatchObject({
      MetricName: 'NumberOfMessagesSent',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 10,
    });
  });

  it('a message that nobody takes', () => {
    expect(named('delivery-age').properties).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 300,
      Statistic: 'Maximum',
    });
  });

  it('a sender turned away through our own fault, but not for an unknown source', () => {
    expect(named('intake-unavailable').properties).toMatchObject({
      Namespace: 'Holdfast',
      MetricName: 'IntakeUnavailable',
      Dimensions: [{ Name: 'service', Value: 'intake' }],
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    });
    expect(alarms.map(({ properties }) => properties['Namespace'])).not.toContain('AWS/ApiGateway');
  });

  it('functions that fail or find no room', () => {
    const watched = alarms
      .filter(({ properties }) => properties['Namespace'] === 'AWS/Lambda')
      .map(
        (alarm) =>
          `${stack.render(at(alarm, 'Dimensions', 0, 'Value'))} ${String(at(alarm, 'MetricName'))}`,
      );

    expect(watched.sort()).toEqual([
      'Consumer/Consumer/Function Errors',
      'Consumer/Consumer/Function Throttles',
      'Intake/Intake/Function Errors',
      'Intake/Intake/Function Throttles',
      'Sweeper/Sweeper/Function Errors',
    ]);
  });

  it('a sweeper that has stopped, or gets nowhere, of which nothing is heard at all', () => {
    expect(named('sweeper-silent').properties).toMatchObject({
      Namespace: 'Holdfast',
      MetricName: 'SweeperHeartbeat',
      Dimensions: [{ Name: 'service', Value: 'sweeper' }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 5,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  it('a lead that waits for more than five minutes, whatever SQS says of its messages', () => {
    expect(named('lead-pending').properties).toMatchObject({
      Namespace: 'Holdfast',
      MetricName: 'OldestPendingLeadAgeSeconds',
      Dimensions: [{ Name: 'service', Value: 'sweeper' }],
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 2,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 300,
      TreatMissingData: 'ignore',
    });
  });

  it('one lead of a highIntent source that was not delivered at once', () => {
    expect(named('high-intent-delayed').properties).toMatchObject({
      Namespace: 'Holdfast',
      MetricName: 'HighIntentLeadDelayed',
      Dimensions: [{ Name: 'service', Value: 'consumer' }],
      Statistic: 'Sum',
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    });
  });

  it('a breaker that stays open, and at once one that only a person can close', () => {
    const shared = {
      Namespace: 'Holdfast',
      Dimensions: [{ Name: 'service', Value: 'sweeper' }],
      Statistic: 'Maximum',
      Period: 60,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'ignore',
    };

    expect(named('breaker-open').properties).toMatchObject({
      ...shared,
      MetricName: 'BreakerOpen',
      EvaluationPeriods: 5,
    });
    expect(named('breaker-needs-operator').properties).toMatchObject({
      ...shared,
      MetricName: 'BreakerNeedsOperator',
      EvaluationPeriods: 1,
    });
  });

  it('a provider that no longer lets us read submissions, at the first lead', () => {
    expect(named('details-unauthorized').properties).toMatchObject({
      Namespace: 'Holdfast',
      MetricName: 'DetailsUnauthorized',
      Dimensions: [{ Name: 'service', Value: 'consumer' }],
      Statistic: 'Sum',
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    });
  });

  it('and the metrics behind them are all explained', () => {
    const names = readFileSync(
      new URL('../../lambdas/core/metric-names.ts', import.meta.url),
      'utf8',
    ).matchAll(/'(\w+)'/g);
    const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

    const unexplained = [...names]
      .map(([, name]) => name)
      .filter((name) => !page.includes(`\`${name}\``));

    expect(unexplained).toEqual([]);
    for (const { properties } of alarms) {
      if (properties['Namespace'] !== 'Holdfast') continue;
      expect(page).toContain(`\`${String(properties['AlarmName']).replace('holdfast-dev-', '')}\``);
    }
  });

  it('are raised on no metric that nothing emits', () => {
    const own = alarms
      .filter(({ properties }) => properties['Namespace'] === 'Holdfast')
      .map(({ properties }) => String(properties['MetricName']));
    const sources = ['intake', 'consumer', 'sweeper'].flatMap((room) =>
      readdirSync(new URL(`../../lambdas/${room}/`, import.meta.url)).map((file) =>
        readFileSync(new URL(`../../lambdas/${room}/${file}`, import.meta.url), 'utf8'),
      ),
    );

    const silent = own.filter((name) => !sources.some((text) => text.includes(`'${name}'`)));

    expect(silent).toEqual([]);
  });
});

describe('the people on call', () => {
  it('are subscribed as configured', () => {
    const both = synthesize({
      config: aConfig({
        alarms: {
          subscriptions: [
            { protocol: 'email', endpoint: 'on-call@leads.test' },
            { protocol: 'https', endpoint: 'https://pager.leads.test/in' },
          ],
        },
      }),
    });

    const subscribed = both
      .resources('AWS::SNS::Subscription')
      .map(({ properties }) => [properties['Protocol'], properties['Endpoint']]);

    expect(subscribed).toEqual([
      ['email', 'on-call@leads.test'],
      ['https', 'https://pager.leads.test/in'],
    ]);
  });

  it('are missed at synth when there are none but example addresses', () => {
    const subscriptions = [{ protocol: 'email' as const, endpoint: 'on-call@example.com' }];

    const nobody = synthesize({ config: aConfig({ alarms: { subscriptions } }) });

    expect(nobody.warnings).toEqual([expect.stringContaining('no alarm will be heard')]);
    expect(stack.warnings).toEqual([]);
  });

  it('can be reached by alarms through the encrypted topic', () => {
    const topicPolicy = stack.one('AWS::SNS::TopicPolicy', 'OnCall/Topic/Policy');
    const allowed = statementsOf(topicPolicy).filter(({ Effect }) => Effect === 'Allow');
    const keyPolicy = statementsOf(stack.one('AWS::KMS::Key', 'Encryption/Key'), 'KeyPolicy');
    const key = keyPolicy.find(
      ({ Principal }) => Principal?.Service === 'cloudwatch.amazonaws.com',
    );

    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toMatchObject({
      Action: 'sns:Publish',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
    });
    expect(key?.Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  });
});
