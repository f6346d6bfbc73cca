import { readdirSync, readFileSync } from 'node:fs';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { LeadAlarm } from '../../lib/lead-alarm.ts';
import {
  aConfig,
  aConfigWithEveryAlarm,
  at,
  listAt,
  numberAt,
  type Resource,
  statementsOf,
  synthesize,
} from './template.ts';

const stack = synthesize({ config: aConfigWithEveryAlarm() });
const alarms = stack.resources('AWS::CloudWatch::Alarm');
const composites = stack.resources('AWS::CloudWatch::CompositeAlarm');
const named = (name: string): Resource =>
  stack.one('AWS::CloudWatch::Alarm', `Alarms/${name}/Alarm`);
const composite = (name: string): Resource =>
  stack.one('AWS::CloudWatch::CompositeAlarm', `Alarms/${name}/Alarm`);
const shortName = ({ properties }: Resource): string =>
  String(properties['AlarmName']).replace('holdfast-dev-', '');

/** What it means, for each alarm, that its metric says nothing. */
const MISSING_DATA: Readonly<Record<string, 'notBreaching' | 'breaching' | 'ignore'>> = {
  'canary-missed': 'breaching',
  'dead-letter-depth': 'ignore',
  'dead-letter-burst': 'notBreaching',
  'dead-letter-unsent': 'notBreaching',
  'quarantine-forgotten': 'ignore',
  'delivery-age': 'notBreaching',
  'lead-pending': 'ignore',
  'lead-stranded': 'ignore',
  'high-intent-delayed': 'notBreaching',
  'consumer-errors': 'notBreaching',
  'consumer-throttles': 'notBreaching',
  'breaker-open': 'ignore',
  'breaker-needs-operator': 'ignore',
  'crm-error-rate': 'notBreaching',
  'credits-low': 'notBreaching',
  'details-unauthorized': 'notBreaching',
  'intake-unavailable': 'notBreaching',
  'intake-errors': 'notBreaching',
  'intake-throttles': 'notBreaching',
  'enqueue-failed': 'notBreaching',
  'sweeper-errors': 'notBreaching',
  'sweeper-silent': 'breaching',
  'source-silent-demo_request': 'ignore',
  'intake-drop-demo_request': 'ignore',
};

/** Alarms that tell nobody, because another one does. */
const TOLD_BY_ANOTHER: Readonly<Record<string, string>> = {
  'delivery-age': 'delivery-trouble',
  'lead-pending': 'delivery-trouble',
  'crm-error-rate': 'delivery-trouble',
  'sweeper-errors': 'sweeper-silent',
  'breaker-not-closed': 'breaker-open',
};

describe('every alarm', () => {
  it('says what is wrong, whom it hurts, what to do, and where there is more', () => {
    for (const { properties } of [...alarms, ...composites]) {
      const description = String(properties['AlarmDescription']);
      expect(description).toMatch(
        /^.{8,50}\nImpact: .{30,}\nRunbook: .{20,}\nMore: docs\/runbook\.md#[a-z-]+$/,
      );
      expect(description.length).toBeLessThanOrEqual(1_024);
    }
    expect(composites.map(shortName).sort()).toEqual([
      'breaker-not-closed',
      'delivery-trouble',
      'lead-loss-risk',
    ]);
  });

  it('tells the people on call when it begins and when it is over, unless another one does', () => {
    for (const alarm of [...alarms, ...composites]) {
      const told = shortName(alarm) in TOLD_BY_ANOTHER ? [] : ['OnCall/Topic'];
      for (const kind of ['AlarmActions', 'OKActions']) {
        const actions = alarm.properties[kind] === undefined ? [] : listAt(alarm, kind);
        expect(actions.map(stack.render), `${shortName(alarm)} ${kind}`).toEqual(told);
      }
    }
    const telling = [...alarms, ...composites].map(shortName);
    for (const [silent, teller] of Object.entries(TOLD_BY_ANOTHER)) {
      expect(telling).toEqual(expect.arrayContaining([silent, teller]));
      expect(teller in TOLD_BY_ANOTHER).toBe(false);
    }
  });

  it('says what missing data means', () => {
    const treatments = alarms.map((alarm) => [
      shortName(alarm),
      alarm.properties['TreatMissingData'],
    ]);

    expect(Object.fromEntries(treatments)).toEqual(MISSING_DATA);
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
    expect(() => build('Deliveries are in trouble.', '')).toThrow(
      'must have an impact and a runbook',
    );
    expect(() => build('Deliveries are in trouble. '.repeat(70), 'Look at the log.')).toThrow(
      /its description has \d+ characters; CloudWatch keeps 1024/,
    );
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

  it('looks minute by minute at what is 0 now and then, so that no end is told twice', () => {
    const functions = alarms.filter(({ properties }) => properties['Namespace'] === 'AWS/Lambda');

    for (const { properties } of functions) {
      expect(properties).toMatchObject({
        Statistic: 'Sum',
        Period: 60,
        Threshold: 0,
        EvaluationPeriods: 5,
        DatapointsToAlarm: 1,
      });
    }
    expect(functions).toHaveLength(5);
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

  it('a breaker that stays open, and at once, and by itself, one that only a person can close', () => {
    const shared = {
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'ignore',
    };
    const metric = {
      Namespace: 'Holdfast',
      Dimensions: [{ Name: 'service', Value: 'sweeper' }],
    };

    expect(named('breaker-open').properties).toMatchObject({
      ...shared,
      Metrics: [
        { Expression: 'open - operator', ReturnData: true },
        {
          Id: 'open',
          MetricStat: {
            Metric: { ...metric, MetricName: 'BreakerOpen' },
            Period: 60,
            Stat: 'Maximum',
          },
          ReturnData: false,
        },
        {
          Id: 'operator',
          MetricStat: {
            Metric: { ...metric, MetricName: 'BreakerNeedsOperator' },
            Period: 60,
            Stat: 'Maximum',
          },
          ReturnData: false,
        },
      ],
      EvaluationPeriods: 5,
    });
    expect(named('breaker-needs-operator').properties).toMatchObject({
      ...shared,
      ...metric,
      Statistic: 'Maximum',
      Period: 60,
      MetricName: 'BreakerNeedsOperator',
      EvaluationPeriods: 1,
    });
  });

  it('a share of failed calls to Zoho, where there are calls enough for a share', () => {
    const { Metrics, Threshold, EvaluationPeriods } = named('crm-error-rate').properties;

    expect(Metrics).toMatchObject([
      { Expression: 'IF(FILL(calls, 0) >= 10, 100 * FILL(failed, 0) / calls, 0)' },
      { Id: 'calls', MetricStat: { Metric: { MetricName: 'CrmCall' }, Stat: 'Sum', Period: 900 } },
      { Id: 'failed', MetricStat: { Metric: { MetricName: 'CrmCallFailed' }, Period: 900 } },
    ]);
    expect([Threshold, EvaluationPeriods]).toEqual([20, 1]);
  });

  it('credits of the day that run out, from where writes are slowed down', () => {
    expect(named('credits-low').properties).toMatchObject({
      MetricName: 'CrmCreditsRemaining',
      Dimensions: [{ Name: 'service', Value: 'consumer' }],
      Statistic: 'Minimum',
      Period: 60,
      EvaluationPeriods: 60,
      DatapointsToAlarm: 1,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1_000,
    });
  });

  it('messages and dead letters that cannot be sent, for longer than the sweeper needs', () => {
    for (const [name, MetricName, service] of [
      ['enqueue-failed', 'EnqueueFailed', 'intake'],
      ['dead-letter-unsent', 'DeadLetterFailed', 'sweeper'],
    ] as const) {
      expect(named(name).properties).toMatchObject({
        MetricName,
        Dimensions: [{ Name: 'service', Value: service }],
        Statistic: 'Sum',
        Period: 60,
        Threshold: 0,
        EvaluationPeriods: 15,
        DatapointsToAlarm: 3,
      });
    }
  });

  it('a lead that waits for a day, or lies in quarantine for ten', () => {
    expect(named('lead-stranded').properties).toMatchObject({
      MetricName: 'OldestPendingLeadAgeSeconds',
      Threshold: 86_400,
      EvaluationPeriods: 5,
    });
    expect(named('quarantine-forgotten').properties).toMatchObject({
      MetricName: 'OldestQuarantinedLeadAgeSeconds',
      Threshold: 864_000,
      EvaluationPeriods: 5,
    });
  });

  it('counts a lead that the breaker sends away in every window, however long it is away', () => {
    const config = aConfig();
    const { delivery, sweeper } = config;
    const patient = synthesize({
      config: {
        ...config,
        delivery: { ...delivery, breaker: { ...delivery.breaker, openMaxMs: 1_800_000 } },
        sweeper: { ...sweeper, requeueIntervalMs: 3_000_000 },
      },
    });

    const periodOf = (from: typeof stack): unknown =>
      at(from.one('AWS::CloudWatch::Alarm', 'Alarms/high-intent-delayed/Alarm'), 'Period');
    expect([periodOf(stack), periodOf(patient)]).toEqual([900, 37 * 60]);
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
    for (const alarm of [...alarms, ...composites]) {
      expect(page).toContain(`\`${shortName(alarm).replace('demo_request', '<source>')}\``);
    }
  });

  it('are raised on no metric that nothing emits', () => {
    const template = JSON.stringify(alarms.map(({ properties }) => properties));
    const own = [...template.matchAll(/"MetricName":"(\w+)","Namespace":"Holdfast"/g)].map(
      ([, name]) => name!,
    );
    const rooms = ['intake', 'consumer', 'sweeper', 'canary', 'operations', 'zoho'];
    const sources = rooms.flatMap((room) => {
      const folder = new URL(`../../lambdas/${room}/`, import.meta.url);
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(new URL(file, folder), 'utf8'));
    });

    const silent = own.filter((name) => !sources.some((text) => text.includes(`'${name}'`)));

    expect(silent).toEqual([]);
    expect(own.length).toBeGreaterThan(15);
  });
});

describe('alarms on sources', () => {
  it('are raised for what the configuration expects, and for nothing else', () => {
    const bare = synthesize();

    expect(
      bare
        .resources('AWS::CloudWatch::Alarm')
        .map(shortName)
        .filter((name) => /^(source-silent|intake-drop)/.test(name)),
    ).toEqual([]);
    expect(named('source-silent-demo_request').properties).toMatchObject({
      MetricName: 'SecondsSinceLastEvent',
      Dimensions: [
        { Name: 'service', Value: 'sweeper' },
        { Name: 'source', Value: 'demo_request' },
      ],
      Threshold: 86_400,
      EvaluationPeriods: 1,
    });
  });

  it('take whole days, one more than may be quiet and one before them', () => {
    expect(named('intake-drop-demo_request').properties).toMatchObject({
      MetricName: 'LeadAccepted',
      Dimensions: [
        { Name: 'service', Value: 'intake' },
        { Name: 'source', Value: 'demo_request' },
      ],
      Statistic: 'Sum',
      Period: 86_400,
      EvaluationPeriods: 4,
      DatapointsToAlarm: 4,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 20,
    });
  });

  it('stay within the seven days that CloudWatch looks back', () => {
    for (const alarm of alarms) {
      const periods = [...JSON.stringify(alarm.properties).matchAll(/"Period":(\d+)/g)];
      const seconds = Math.max(...periods.map(([, period]) => Number(period)));
      const lookedBack = seconds * numberAt(alarm, 'EvaluationPeriods');
      expect(lookedBack, shortName(alarm)).toBeLessThanOrEqual(seconds >= 3_600 ? 604_800 : 86_400);
    }
  });
});

describe('alarms over alarms', () => {
  it('risk to lose leads: senders turned away, nobody looking, forgotten, stranded; nothing else', () => {
    const rule = stack.render(at(composite('lead-loss-risk'), 'AlarmRule'));

    expect(rule).toBe(
      [
        'intake-unavailable',
        'intake-errors',
        'intake-throttles',
        'sweeper-silent',
        'quarantine-forgotten',
        'lead-stranded',
      ]
        .map((name) => `ALARM("Alarms/${name}/Alarm")`)
        .join(' OR ')
        .replace(/^(.*)$/, '($1)'),
    );
  });

  it('trouble is told once, and not while deliveries have stopped', () => {
    const late = composite('delivery-trouble');

    expect(stack.render(at(late, 'AlarmRule'))).toBe(
      '(ALARM("Alarms/delivery-age/Alarm") OR ALARM("Alarms/lead-pending/Alarm") OR ' +
        'ALARM("Alarms/crm-error-rate/Alarm"))',
    );
    expect(stack.render(at(late, 'ActionsSuppressor'))).toBe('Alarms/breaker-not-closed/Alarm');
    expect(at(late, 'ActionsSuppressorWaitPeriod')).toBe(480);
    expect(at(late, 'ActionsSuppressorExtensionPeriod')).toBe(1_800);
    expect(stack.render(at(composite('breaker-not-closed'), 'AlarmRule'))).toBe(
      '(ALARM("Alarms/breaker-open/Alarm") OR ALARM("Alarms/breaker-needs-operator/Alarm"))',
    );
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

  it('hear that leads may be lost on a topic of its own, where somebody asks for that alone', () => {
    const pager = {
      protocol: 'https',
      endpoint: 'https://pager.leads.test/in',
      urgency: 'high',
    } as const;
    const mail = { protocol: 'email', endpoint: 'on-call@leads.test' } as const;
    const both = synthesize({ config: aConfig({ alarms: { subscriptions: [mail, pager] } }) });

    const subscribed = both
      .resources('AWS::SNS::Subscription')
      .map(({ properties }) => [properties['Endpoint'], both.render(properties['TopicArn'])]);
    const told = both
      .resources('AWS::CloudWatch::CompositeAlarm')
      .filter(({ properties }) => properties['AlarmActions'] !== undefined)
      .map((alarm) => [shortName(alarm), ...listAt(alarm, 'AlarmActions').map(both.render)]);

    expect(subscribed).toEqual([
      [mail.endpoint, 'OnCall/Topic'],
      [pager.endpoint, 'Urgent/Topic'],
    ]);
    expect(Object.fromEntries(told)).toEqual({
      'lead-loss-risk': 'Urgent/Topic',
      'delivery-trouble': 'OnCall/Topic',
    });
    expect(stack.resources('AWS::SNS::Topic').map(({ path }) => path)).toEqual(['OnCall/Topic']);
  });

  it('get messages that a pager understands: not raw', () => {
    const subscriptions = [{ protocol: 'https' as const, endpoint: 'https://pager.leads.test/in' }];
    const paged = synthesize({ config: aConfig({ alarms: { subscriptions } }) });

    for (const { properties } of paged.resources('AWS::SNS::Subscription')) {
      expect(properties['RawMessageDelivery'] ?? false).toBe(false);
    }
  });

  it('are missed at synth when all of them ask for high urgency alone', () => {
    const subscriptions = [
      { protocol: 'email' as const, endpoint: 'on-call@leads.test', urgency: 'high' as const },
    ];

    const deaf = synthesize({ config: aConfig({ alarms: { subscriptions } }) });

    expect(deaf.warnings).toEqual([expect.stringContaining('most alarms will not be heard')]);
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
