import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../lambdas/core/config.ts';
import { CANARY_SOURCE } from '../../lambdas/core/pipeline-names.ts';
import {
  type MetricWidgetBody,
  readDashboard,
  readTemplate,
  type WidgetBody,
} from '../../local/dashboard-picture/dashboard-body.ts';
import { METRIC_NAMES } from '../support/metric-names.ts';
import { aConfig, aConfigWithEveryAlarm, type Synthesized, synthesize } from './template.ts';

const stack = synthesize({ config: aConfigWithEveryAlarm(), context: { stage: 'prod' } });

/** What CloudWatch gets, with construct paths in place of what only AWS knows. */
function widgetsOf({ template, render }: Synthesized): readonly WidgetBody[] {
  return readDashboard(readTemplate(template.toJSON()), (id) => render({ Ref: id }));
}

const widgets = widgetsOf(stack);

interface ShownMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly widget: MetricWidgetBody;
}

function metricsOf(all: readonly WidgetBody[]): readonly ShownMetric[] {
  return all
    .filter((widget) => widget.type === 'metric')
    .flatMap((widget) =>
      widget.properties.metrics.flatMap((row): ShownMetric[] => {
        const [namespace, name, ...pairs] = row.filter((part) => typeof part === 'string');
        if (namespace === undefined || name === undefined) return [];
        const dimensions = Object.fromEntries(
          pairs.flatMap((part, index) => (index % 2 === 0 ? [[part, pairs[index + 1]!]] : [])),
        );
        return [{ namespace, name, dimensions, widget }];
      }),
    );
}

const metrics = metricsOf(widgets);
const own = metrics.filter(({ namespace }) => namespace === 'Holdfast');
const isAbove = (end: string) => (widget: WidgetBody) =>
  widget.y < widgets.find((one) => one.type === 'text' && one.properties.markdown === end)!.y;

describe('the dashboard', () => {
  it('shows leads first, then alarms, then what leads go through', () => {
    const headings = widgets
      .filter((widget) => widget.type === 'text')
      .toSorted((one, other) => one.y - other.y)
      .map(({ properties }) => properties.markdown.split('\n')[0]);

    expect(headings).toEqual([
      '# Holdfast prod: leads on their way into Zoho',
      '## Leads',
      '## Alarms',
      '## What leads go through',
    ]);
  });

  it('begins with six numbers', () => {
    const numbers = widgets.filter(
      (widget) => widget.type === 'metric' && widget.properties.view === 'singleValue',
    );

    expect(
      numbers.map((widget) => 'title' in widget.properties && widget.properties.title),
    ).toEqual([
      'Leads in',
      'Delivered to Zoho',
      'Waiting now',
      'Held back',
      'In quarantine',
      'Longest wait, in minutes',
    ]);
    expect(new Set(numbers.map(({ y }) => y)).size).toBe(1);
  });

  it('says nothing to people of leads in the words of engineers', () => {
    const ofLeads = widgets.filter(isAbove('## Alarms'));

    const words = ofLeads.map(({ type, properties }) =>
      type === 'metric'
        ? JSON.stringify({ ...properties, metrics: labelsOf(properties.metrics) })
        : '',
    );
    expect(words.join()).not.toMatch(
      /DLQ|SQS|Lambda|API|HTTP|queue|EMF|p99|throttl|breaker|latency/i,
    );
  });

  it('lays nothing over anything, and nothing beyond its 24 columns', () => {
    for (const [index, one] of widgets.entries()) {
      expect(one.x + one.width).toBeLessThanOrEqual(24);
      for (const other of widgets.slice(index + 1)) {
        const isApart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(isApart, `${JSON.stringify(one)} lies over ${JSON.stringify(other)}`).toBe(true);
      }
    }
  });

  it('begins each axis at zero and names its unit, and has a title over everything', () => {
    for (const { type, properties } of widgets) {
      if (type === 'text') continue;
      expect(properties.title).toMatch(/^[A-Z]/);
      if (type === 'alarm' || properties.view === 'singleValue') continue;
      expect(properties.yAxis?.left).toMatchObject({ min: 0, label: expect.stringMatching(/./) });
    }
  });

  it('names the page on which alarms are explained, and the command that says the same', () => {
    const [introduction] = widgets.filter((widget) => widget.type === 'text');

    expect(introduction?.properties.markdown).toContain('docs/runbook.md');
    expect(introduction?.properties.markdown).toContain('npx holdfast stats --stage prod');
  });

  it('is found by an output of the stack', () => {
    const outputs = stack.template.toJSON()['Outputs'] as Record<string, { Value: unknown }>;

    expect(stack.render(outputs['DashboardUrl']?.Value)).toBe(
      'https://{AWS::Region}.console.aws.amazon.com/cloudwatch/home?region={AWS::Region}#dashboards/dashboard/holdfast-prod',
    );
    expect(stack.one('AWS::CloudWatch::Dashboard', 'Dashboard/Dashboard').properties).toMatchObject(
      { DashboardName: 'holdfast-prod' },
    );
  });
});

describe('what the dashboard shows', () => {
  it('are metrics that there are', () => {
    expect(own.map(({ name }) => name).filter((name) => !METRIC_NAMES.has(name))).toEqual([]);
    expect(own.length).toBeGreaterThan(20);
  });

  it.each(['intake', 'consumer', 'sweeper', 'canary'])(
    'are metrics that %s measures, where it says so',
    (service) => {
      const rooms = {
        intake: ['intake'],
        consumer: ['consumer', 'zoho', 'details'],
        sweeper: ['sweeper'],
        canary: ['canary'],
      };
      const source = [...rooms[service as keyof typeof rooms], 'operations']
        .flatMap((room) =>
          readdirSync(`lambdas/${room}`, { recursive: true, encoding: 'utf8' })
            .filter((file) => file.endsWith('.ts'))
            .map((file) => readFileSync(`lambdas/${room}/${file}`, 'utf8')),
        )
        .join('\n');

      const unknown = own
        .filter(({ dimensions }) => dimensions['service'] === service)
        .filter(({ name }) => !source.includes(`'${name}'`));
      expect(unknown.map(({ name }) => name)).toEqual([]);
    },
  );

  it('are counts of sources and services, never of people', () => {
    const sources = Object.keys(aConfigWithEveryAlarm().sources);

    for (const { dimensions } of own) {
      const { service, source, ...others } = dimensions;
      expect(['intake', 'consumer', 'sweeper', 'canary']).toContain(service);
      expect(others).toEqual({});
      if (source !== undefined) expect(sources).toContain(source);
    }
  });

  it('are, of AWS, the metrics of our own functions, queues and table', () => {
    const ofAws = metrics.filter(({ namespace }) => namespace !== 'Holdfast');

    const resources = new Set(
      ofAws.map(({ namespace, dimensions }) => `${namespace} ${JSON.stringify(dimensions)}`),
    );
    expect([...resources].toSorted()).toEqual([
      'AWS/DynamoDB {"TableName":"Events/Table"}',
      'AWS/Lambda {"FunctionName":"Consumer/Consumer/Function"}',
      'AWS/Lambda {"FunctionName":"Intake/Intake/Function"}',
      'AWS/Lambda {"FunctionName":"Sweeper/Sweeper/Function"}',
      'AWS/SQS {"QueueName":"Queues/Delivery"}',
    ]);
  });

  it('are leads of every source of the configuration', () => {
    const shown = own
      .filter(({ name, dimensions }) => name === 'LeadAccepted' && 'source' in dimensions)
      .map(({ dimensions }) => dimensions['source']);

    const { [CANARY_SOURCE]: canary, ...senders } = aConfigWithEveryAlarm().sources;
    expect(canary).toBeDefined();
    expect(shown).toEqual(Object.keys(senders));
  });

  it('are all alarms of the stack, those over others included', () => {
    const raised = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
      stack.resources(type).map(({ path }) => path),
    );

    expect(alarmsOf(widgets).toSorted()).toEqual(raised.toSorted());
  });

  it('are of the canary whether it arrives, where there is one', () => {
    const namesOf = (all: readonly ShownMetric[]) =>
      new Set(all.map(({ name }) => name).filter((name) => name.startsWith('Canary')));

    expect(namesOf(metrics)).toEqual(new Set(['CanaryDelivered', 'CanarySeconds']));
    expect(namesOf(metricsOf(widgetsOf(synthesize())))).toEqual(new Set());
  });

  it('are few enough to be free with a dozen sources', () => {
    const dozen = Array.from({ length: 12 }, (_, index) => `form_${index}`);
    const many = synthesize({ config: withSources(dozen) });

    const different = new Set(
      metricsOf(widgetsOf(many)).map(({ namespace, name, dimensions }) =>
        JSON.stringify([namespace, name, dimensions]),
      ),
    );
    expect(different.size).toBeLessThanOrEqual(50);
  });

  it('are alarms in several parts, where one part would have more than CloudWatch takes', () => {
    const sources = Array.from({ length: 60 }, (_, index) => `form_${index}`);
    const many = widgetsOf(
      synthesize({ config: withSources(sources, { everyHours: 24, leadsPerDay: 99 }) }),
    );

    const parts = many.filter((widget) => widget.type === 'alarm');
    expect(parts.length).toBeGreaterThan(1);
    for (const { properties } of parts) expect(properties.alarms.length).toBeLessThanOrEqual(100);
    expect(new Set(alarmsOf(many)).size).toBeGreaterThan(120);
  });
});

function labelsOf(rows: readonly (readonly unknown[])[]): readonly unknown[] {
  return rows.map((row) => row.map((part) => (typeof part === 'object' ? part : '')));
}

function alarmsOf(all: readonly WidgetBody[]): readonly string[] {
  return all.flatMap((widget) => (widget.type === 'alarm' ? widget.properties.alarms : []));
}

function withSources(names: readonly string[], expected?: object) {
  const source = { provider: 'typeform', ...(expected === undefined ? {} : { expect: expected }) };
  const { sources } = defineConfig({
    sources: Object.fromEntries(names.map((name) => [name, source])) as never,
  });
  return aConfig({ sources });
}
