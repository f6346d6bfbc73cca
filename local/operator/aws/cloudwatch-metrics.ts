import * as z from 'zod/mini';
import type { MetricName } from '../../../lambdas/core/metric-names.ts';
import { METRICS_NAMESPACE } from '../../../lambdas/core/pipeline-names.ts';
import type {
  MetricPoint,
  MetricQuery,
  MetricReader,
  MetricRequest,
  MetricSeries,
} from '../../../lambdas/core/ports/metric-reader.ts';
import { askCloudWatch } from './aws-json.ts';
import type { AwsAccess } from './aws-request.ts';
import { OperatorError } from '../operator-error.ts';

type Service = 'intake' | 'consumer' | 'sweeper';

const ANY: readonly Service[] = ['intake', 'consumer', 'sweeper'];

/** The functions that measure a metric; of one that is not named here, all are asked. */
const MEASURED_BY: Readonly<Partial<Record<MetricName, readonly Service[]>>> = {
  LeadAccepted: ['intake'],
  LeadDuplicate: ['intake'],
  LeadConflict: ['intake'],
  LeadSuppressed: ['intake', 'consumer'],
  LeadQuarantined: ['intake', 'consumer'],
  LeadDelivered: ['consumer'],
  SignatureRejected: ['intake'],
  IntakeUnavailable: ['intake'],
  CrmCall: ['consumer'],
  CrmCallFailed: ['consumer'],
  CrmCreditsRemaining: ['consumer'],
  SweeperHeartbeat: ['sweeper'],
};

const STATISTIC = { sum: 'Sum', max: 'Maximum', min: 'Minimum' } as const;

/** Queries in a call (Amazon CloudWatch, GetMetricData, read 2026-11-22). */
const QUERIES_MAX = 500;

const resultsSchema = z.object({
  MetricDataResults: z.array(
    z.object({
      Id: z.string(),
      Timestamps: z.array(z.number()),
      Values: z.array(z.number()),
      StatusCode: z.optional(z.string()),
    }),
  ),
  NextToken: z.nullish(z.string()),
});

type Results = z.output<typeof resultsSchema>;

/** One function's part of one query. */
interface Part {
  readonly id: string;
  readonly query: MetricQuery;
  readonly at: number;
  readonly service: Service;
}

/**
 * What a deployed stage has measured, from CloudWatch.
 *
 * Each metric that is asked for is billed, so that each query names the functions that measure it, and nothing is
 * searched for.
 *
 * @see Amazon CloudWatch, GetMetricData, read 2026-11-22. Times are epoch seconds.
 */
export function createCloudWatchMetricReader(access: AwsAccess): MetricReader {
  return {
    read: async (request) => {
      const parts = request.queries.flatMap((query, at) =>
        (MEASURED_BY[query.name] ?? ANY).map(
          (service): Part => ({ id: `m${at}_${service}`, query, at, service }),
        ),
      );
      const found = new Map<string, MetricPoint[]>();
      for (let start = 0; start < parts.length; start += QUERIES_MAX) {
        await readParts(access, parts.slice(start, start + QUERIES_MAX), request, found);
      }
      return {
        series: request.queries.map((query, at) =>
          joined(
            parts.filter((part) => part.at === at).map(({ id }) => found.get(id) ?? []),
            query.statistic,
          ),
        ),
      };
    },
  };
}

async function readParts(
  access: AwsAccess,
  parts: readonly Part[],
  request: MetricRequest,
  found: Map<string, MetricPoint[]>,
): Promise<void> {
  let nextToken: string | undefined;
  do {
    const page: Results = await askCloudWatch(
      access,
      'GetMetricData',
      bodyOf(parts, request, nextToken),
      resultsSchema,
    );
    assertRead(page);
    for (const { Id: id, Timestamps: times, Values: values } of page.MetricDataResults) {
      const points = found.get(id) ?? [];
      found.set(id, points);
      points.push(...times.map((time, at) => ({ atMs: time * 1_000, value: values[at] ?? 0 })));
    }
    nextToken = page.NextToken ?? undefined;
  } while (nextToken !== undefined);
}

function bodyOf(
  parts: readonly Part[],
  { fromMs, toMs, stepSeconds }: MetricRequest,
  nextToken: string | undefined,
): Readonly<Record<string, unknown>> {
  return {
    StartTime: Math.floor(fromMs / 1_000 / stepSeconds) * stepSeconds,
    EndTime: Math.ceil(toMs / 1_000),
    ScanBy: 'TimestampAscending',
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    MetricDataQueries: parts.map(({ id, query, service }) => ({
      Id: id,
      ReturnData: true,
      MetricStat: {
        Stat: STATISTIC[query.statistic],
        Period: stepSeconds,
        Metric: {
          Namespace: METRICS_NAMESPACE,
          MetricName: query.name,
          Dimensions: [
            { Name: 'service', Value: service },
            ...(query.source === undefined ? [] : [{ Name: 'source', Value: query.source }]),
          ],
        },
      },
    })),
  };
}

/** A metric that could not be read would look like one that nobody has measured. */
function assertRead({ MetricDataResults: results }: Results): void {
  const failed = results.find(
    ({ StatusCode: status }) => status === 'Forbidden' || status === 'InternalError',
  );
  if (failed === undefined) return;
  throw new OperatorError(
    `AWS CloudWatch could not read a metric (${failed.StatusCode ?? ''}). Try again.`,
  );
}

/** Several functions' values of one step as one. */
function joined(parts: readonly MetricSeries[], statistic: MetricQuery['statistic']): MetricSeries {
  const steps = new Map<number, number>();
  for (const { atMs, value } of parts.flat()) {
    const before = steps.get(atMs);
    steps.set(atMs, before === undefined ? value : TOGETHER[statistic](before, value));
  }
  return [...steps]
    .map(([atMs, value]) => ({ atMs, value }))
    .toSorted((left, right) => left.atMs - right.atMs);
}

const TOGETHER: Readonly<
  Record<MetricQuery['statistic'], (left: number, right: number) => number>
> = { sum: (left, right) => left + right, max: Math.max, min: Math.min };
