import * as z from 'zod/mini';

const place = { x: z.number(), y: z.number(), width: z.number(), height: z.number() };

const annotations = z.object({
  horizontal: z.optional(
    z.array(z.object({ value: z.number(), label: z.string(), color: z.string() })),
  ),
});

const graphSchema = z.object({
  ...place,
  type: z.literal('metric'),
  properties: z.object({
    view: z.enum(['timeSeries', 'singleValue']),
    title: z.string(),
    metrics: z.array(z.array(z.unknown())),
    stacked: z.optional(z.boolean()),
    setPeriodToTimeRange: z.optional(z.boolean()),
    annotations: z.optional(annotations),
    yAxis: z.optional(
      z.object({
        left: z.optional(
          z.object({ label: z.optional(z.string()), min: z.number(), max: z.optional(z.number()) }),
        ),
      }),
    ),
  }),
});

const textSchema = z.object({
  ...place,
  type: z.literal('text'),
  properties: z.object({ markdown: z.string(), background: z.optional(z.string()) }),
});

const alarmSchema = z.object({
  ...place,
  type: z.literal('alarm'),
  properties: z.object({ title: z.string(), alarms: z.array(z.string()) }),
});

const bodySchema = z.object({
  widgets: z.array(z.discriminatedUnion('type', [graphSchema, textSchema, alarmSchema])),
});

/** Words on a dashboard. */
export type TextWidgetBody = z.output<typeof textSchema>;
/** Numbers or a graph. */
export type MetricWidgetBody = z.output<typeof graphSchema>;
/** States of alarms, by their ARNs. */
export type AlarmWidgetBody = z.output<typeof alarmSchema>;
/** One part of a dashboard, and where it stands on the grid. */
export type WidgetBody = TextWidgetBody | MetricWidgetBody | AlarmWidgetBody;

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
});

const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });

/** A synthesized template, as far as it is read here. */
export type ReadTemplate = z.output<typeof templateSchema>;

/**
 * Reads a synthesized template.
 *
 * @throws {z.core.$ZodError} it is none
 */
export function readTemplate(json: unknown): ReadTemplate {
  return templateSchema.parse(json);
}

/**
 * The widgets of the one dashboard of a template, as CloudWatch would get them. What only AWS knows, names and ARNs of
 * resources, is what `nameOf` says.
 *
 * @throws {Error} there is not exactly one dashboard, or a widget is of a kind that is not drawn
 */
export function readDashboard(
  template: ReadTemplate,
  nameOf: (logicalId: string) => string,
): readonly WidgetBody[] {
  const dashboards = Object.values(template.Resources).filter(
    ({ Type: type }) => type === 'AWS::CloudWatch::Dashboard',
  );
  const [dashboard] = dashboards;
  if (dashboard === undefined || dashboards.length > 1) {
    throw new Error(`There are ${dashboards.length} dashboards in the template`);
  }
  const body = textOf(dashboard.Properties?.['DashboardBody'], nameOf);
  return bodySchema.parse(JSON.parse(body)).widgets;
}

const tokenSchema = z.union([
  z.string(),
  z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
  z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.object({ Ref: z.string() }),
]);

function textOf(value: unknown, nameOf: (logicalId: string) => string): string {
  const token = tokenSchema.parse(value);
  if (typeof token === 'string') return token;
  if ('Fn::Join' in token) {
    const [separator, parts] = token['Fn::Join'];
    return parts.map((part) => textOf(part, nameOf)).join(separator);
  }
  return nameOf('Ref' in token ? token.Ref : token['Fn::GetAtt'][0]);
}
