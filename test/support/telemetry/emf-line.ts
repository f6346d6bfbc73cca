import * as z from 'zod/mini';

const directiveSchema = z.strictObject({
  Namespace: z.string().check(z.minLength(1), z.maxLength(1_024)),
  Dimensions: z.array(z.array(z.string().check(z.minLength(1))).check(z.maxLength(30))),
  Metrics: z
    .array(
      z.strictObject({
        Name: z.string().check(z.minLength(1), z.maxLength(1_024)),
        Unit: z.optional(z.enum(['Count', 'Seconds'])),
        StorageResolution: z.optional(z.union([z.literal(1), z.literal(60)])),
      }),
    )
    .check(z.maxLength(100)),
});

const emfSchema = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.number().check(z.int(), z.gte(0)),
    CloudWatchMetrics: z.array(directiveSchema).check(z.minLength(1)),
  }),
});

/** One measurement as CloudWatch takes it from a line. */
export interface EmfMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** Whether a printed line is one of metrics. */
export function isEmfLine(line: string): boolean {
  return line.startsWith('{') && line.includes('"_aws"');
}

/**
 * Reads a line of metrics, and checks that CloudWatch would: the directive's form, its limits, and that each metric and
 * each dimension that it names is a member of the line.
 *
 * @throws {Error} CloudWatch would ignore the line, or part of it
 * @see Amazon CloudWatch, Specification: Embedded metric format, read 2026-11-22
 */
export function readEmfLine(line: string): readonly EmfMetric[] {
  const root = emfSchema.parse(JSON.parse(line));
  return root._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name: name }) =>
      Dimensions.map((names) => ({
        namespace,
        name,
        dimensions: Object.fromEntries(
          names.map((dimension) => [dimension, z.string().parse(root[dimension])]),
        ),
        values: numbersOf(root[name]),
      })),
    ),
  );
}

const numbersSchema = z.union([z.number(), z.array(z.number()).check(z.maxLength(100))]);

function numbersOf(value: unknown): readonly number[] {
  const parsed = numbersSchema.parse(value);
  return typeof parsed === 'number' ? [parsed] : parsed;
}
