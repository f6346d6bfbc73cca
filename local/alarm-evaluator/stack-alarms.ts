import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import * as z from 'zod/mini';
import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import { buildApp } from '../../lib/build-app.ts';
import { QUEUE_NAMES } from '../simulation/service-metrics.ts';
import type { CompositeAlarm, MetricAlarm, MetricStat, Watched } from './alarm-definition.ts';
import type { AlarmSet } from './evaluate-alarms.ts';

/** A stage that is never deployed: its alarms are `holdfast-drill-…`. */
const STAGE = 'drill';
const PREFIX = `holdfast-${STAGE}-`;

/** What the simulation calls the resources that AWS names when it makes them. */
const NAMES: Readonly<Record<string, string>> = {
  'Intake/Intake/Function': 'intake',
  'Consumer/Consumer/Function': 'consumer',
  'Sweeper/Sweeper/Function': 'sweeper',
  'Queues/Delivery': QUEUE_NAMES.delivery,
  'Queues/DeadLetter': QUEUE_NAMES.deadLetter,
};

const reference = z.union([
  z.string(),
  z.object({ Ref: z.string() }),
  z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
]);

const statistic = z.enum(['Sum', 'Minimum', 'Maximum', 'Average', 'SampleCount']);
const dimensions = z.array(z.object({ Name: z.string(), Value: reference }));
const metricShape = {
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z._default(dimensions, []),
};
const alarmShape = {
  AlarmName: z.string(),
  AlarmActions: z._default(z.array(z.unknown()), []),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.number(),
  Threshold: z.number(),
  ComparisonOperator: z.enum([
    'GreaterThanThreshold',
    'GreaterThanOrEqualToThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore', 'missing']),
};
const metricAlarm = z.union([
  z.object({ ...alarmShape, ...metricShape, Statistic: statistic, Period: z.number() }),
  z.object({
    ...alarmShape,
    Metrics: z.array(
      z.union([
        z.object({ Expression: z.string(), ReturnData: z.literal(true) }),
        z.object({
          Id: z.string(),
          ReturnData: z.literal(false),
          MetricStat: z.object({
            Metric: z.object(metricShape),
            Period: z.number(),
            Stat: statistic,
          }),
        }),
      ]),
    ),
  }),
]);

const compositeAlarm = z.object({
  AlarmName: z.string(),
  AlarmActions: z._default(z.array(z.unknown()), []),
  AlarmRule: z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(reference)]) }),
  ActionsSuppressor: z.optional(reference),
  ActionsSuppressorWaitPeriod: z._default(z.number(), 0),
  ActionsSuppressorExtensionPeriod: z._default(z.number(), 0),
});

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.optional(z.looseObject({})),
      Metadata: z.optional(z.looseObject({ 'aws:cdk:path': z.optional(z.string()) })),
    }),
  ),
});

type Template = z.infer<typeof templateSchema>;
type Resolve = (value: z.infer<typeof reference>) => string;

/**
 * Reads the alarms that the stack of a configuration has, from its synthesized template, by their names without
 * `holdfast-<stage>-`.
 *
 * @throws {z.core.$ZodError} an alarm has something that the evaluator does not know
 * @throws {SettingError} the configuration is not valid for the stack
 */
export function alarmsOfStack(config: HoldfastConfig): AlarmSet {
  const template = synthesize(config);
  const resolve = createResolve(template);
  const ofType = (type: string): readonly unknown[] =>
    Object.values(template.Resources)
      .filter((resource) => resource.Type === type)
      .map(({ Properties }) => Properties);
  const composites = ofType('AWS::CloudWatch::CompositeAlarm').map((properties) =>
    compositeOf(compositeAlarm.parse(properties), resolve),
  );
  return {
    metricAlarms: ofType('AWS::CloudWatch::Alarm').map((properties) =>
      alarmOf(metricAlarm.parse(properties), resolve),
    ),
    // What silences another one comes before it.
    composites: composites.toSorted((left, right) => rankOf(left) - rankOf(right)),
  };
}

function rankOf({ suppressor }: CompositeAlarm): number {
  return suppressor === undefined ? 0 : 1;
}

function synthesize(config: HoldfastConfig): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'holdfast-alarms-'));
  try {
    const app = new App({
      outdir,
      context: {
        stage: STAGE,
        // The functions' code is not needed, and takes a while to bundle.
        'aws:cdk:bundling-stacks': [],
        'aws:cdk:enable-path-metadata': true,
      },
    });
    const stack = buildApp(app, config);
    return templateSchema.parse(app.synth().getStackByName(stack.stackName).template);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** References lead to names: of alarms as they are named, of functions and queues as the simulation has them. */
function createResolve({ Resources }: Template): Resolve {
  return (value) => {
    if (typeof value === 'string') return value;
    const id = 'Ref' in value ? value.Ref : value['Fn::GetAtt'][0];
    const { Properties, Metadata } = Resources[id] ?? {};
    const alarmName = Properties?.['AlarmName'];
    if (typeof alarmName === 'string') return shortName(alarmName);
    const path = (Metadata?.['aws:cdk:path'] ?? '').split('/').slice(1, -1).join('/');
    const name = NAMES[path];
    if (name === undefined)
      throw new Error(`The alarms watch ${path}, which the drills do not play`);
    return name;
  };
}

function shortName(alarmName: string): string {
  return alarmName.replace(PREFIX, '');
}

function alarmOf(read: z.infer<typeof metricAlarm>, resolve: Resolve): MetricAlarm {
  return {
    name: shortName(read.AlarmName),
    ...watchedOf(read, resolve),
    evaluationPeriods: read.EvaluationPeriods,
    datapointsToAlarm: read.DatapointsToAlarm,
    comparison: read.ComparisonOperator,
    threshold: read.Threshold,
    treatMissing: read.TreatMissingData,
    tells: read.AlarmActions.length > 0,
  };
}

function watchedOf(
  read: z.infer<typeof metricAlarm>,
  resolve: Resolve,
): { readonly watched: Watched; readonly periodSeconds: number } {
  if (!('Metrics' in read)) {
    const metric = statOf(read, read.Statistic, resolve);
    return { watched: { kind: 'metric', metric }, periodSeconds: read.Period };
  }
  const expressions = read.Metrics.flatMap((one) => ('Expression' in one ? [one.Expression] : []));
  const stats = read.Metrics.flatMap((one) => ('MetricStat' in one ? [one] : []));
  const periods = new Set(stats.map(({ MetricStat }) => MetricStat.Period));
  const [expression, ...others] = expressions;
  const [periodSeconds = 0] = periods;
  if (expression === undefined || others.length > 0 || periods.size !== 1) {
    throw new Error(
      `The alarm ${read.AlarmName} has no single expression over metrics of one period`,
    );
  }
  const metrics = Object.fromEntries(
    stats.map(({ Id, MetricStat }) => [Id, statOf(MetricStat.Metric, MetricStat.Stat, resolve)]),
  );
  return { watched: { kind: 'math', expression, metrics }, periodSeconds };
}

function statOf(
  metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions: z.infer<typeof dimensions>;
  },
  stat: MetricStat['statistic'],
  resolve: Resolve,
): MetricStat {
  return {
    namespace: metric.Namespace,
    name: metric.MetricName,
    dimensions: Object.fromEntries(
      metric.Dimensions.map(({ Name, Value }) => [Name, resolve(Value)]),
    ),
    statistic: stat,
  };
}

function compositeOf(read: z.infer<typeof compositeAlarm>, resolve: Resolve): CompositeAlarm {
  const [, parts] = read.AlarmRule['Fn::Join'];
  return {
    name: shortName(read.AlarmName),
    rule: parts.map(resolve).join(''),
    ...(read.ActionsSuppressor === undefined
      ? {}
      : {
          suppressor: {
            name: resolve(read.ActionsSuppressor),
            waitSeconds: read.ActionsSuppressorWaitPeriod,
            extensionSeconds: read.ActionsSuppressorExtensionPeriod,
          },
        }),
    tells: read.AlarmActions.length > 0,
  };
}
