import {
  lastOf,
  type MetricQuery,
  type MetricReader,
  type MetricSeries,
  totalOf,
} from '../../core/ports/metric-reader.ts';
import type { MetricName } from '../../core/metric-names.ts';

/** How many leads there were of each kind. */
export interface LeadCounts {
  /** Taken in for the first time. */
  readonly accepted: number;
  readonly delivered: number;
  /** Set aside for a person, some of them more than once. */
  readonly quarantined: number;
  /** Not meant for the CRM: spam, tests, notices. */
  readonly suppressed: number;
  /** Came again, with the same content. */
  readonly duplicate: number;
  /** Requests that did not prove who sent them. */
  readonly rejected: number;
  /** Of them, those that are signed with the previous secret, whose time is over. */
  readonly expired: number;
}

/** What one source sent. */
export interface SourceNumbers {
  readonly source: string;
  readonly counts: LeadCounts;
  /** Leads taken in, oldest first, in equal parts of the time; `undefined` before counting began. */
  readonly accepted: readonly (number | undefined)[];
}

/** What was counted within a time. */
export interface LeadNumbers {
  /** From when: ISO 8601. Later than asked for where counting began later. */
  readonly since: string;
  readonly isWhole: boolean;
  readonly all: LeadCounts;
  readonly sources: readonly SourceNumbers[];
  readonly crm: {
    readonly calls: number;
    readonly failed: number;
    /** What Zoho last said is left of the day's credits; absent while there are plenty. */
    readonly creditsRemaining?: number;
  };
  /** Requests that we answered 503. */
  readonly unavailable: number;
  /** Requests for a source that is not configured; answered 503, too, and not among `unavailable`. */
  readonly unknownSource: number;
}

/** Of which sources, of when, and how finely. Times are epoch milliseconds. */
export interface LeadNumbersRequest {
  readonly sources: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  /** A multiple of `METRIC_STEP_SECONDS`. */
  readonly stepSeconds: number;
  /** Into so many equal parts the time of a source is divided. */
  readonly columns: number;
}

const COUNTERS = {
  accepted: 'LeadAccepted',
  delivered: 'LeadDelivered',
  quarantined: 'LeadQuarantined',
  suppressed: 'LeadSuppressed',
  duplicate: 'LeadDuplicate',
  rejected: 'SignatureRejected',
  expired: 'ExpiredSecretUsed',
} as const satisfies Readonly<Record<keyof LeadCounts, MetricName>>;

const NAMES = Object.values(COUNTERS);

/**
 * Reads what was counted within a time, with one question to whoever has the numbers.
 *
 * @throws {HoldfastError} they could not be read
 */
export async function readLeadNumbers(
  metrics: MetricReader,
  request: LeadNumbersRequest,
): Promise<LeadNumbers> {
  const { sources, fromMs, toMs, stepSeconds, columns } = request;
  const sum = (name: MetricName, source?: string): MetricQuery => ({
    name,
    statistic: 'sum',
    ...(source === undefined ? {} : { source }),
  });
  const { series, sinceMs = fromMs } = await metrics.read({
    fromMs,
    toMs,
    stepSeconds,
    queries: [
      ...NAMES.map((name) => sum(name)),
      sum('CrmCall'),
      sum('CrmCallFailed'),
      { name: 'CrmCreditsRemaining', statistic: 'min' },
      sum('IntakeUnavailable'),
      sum('UnknownSource'),
      ...sources.flatMap((source) => NAMES.map((name) => sum(name, source))),
    ],
  });
  const rest = series.slice(NAMES.length);
  const [calls = [], failed = [], credits = [], unavailable = [], unknown = []] = rest;
  const bySource = rest.slice(5);
  const remaining = lastOf(credits);
  return {
    since: new Date(Math.max(fromMs, sinceMs)).toISOString(),
    isWhole: sinceMs <= fromMs,
    all: countsOf(series),
    sources: sources.map((source, at) => {
      const own = bySource.slice(at * NAMES.length, (at + 1) * NAMES.length);
      const parts = partsOf(own[0] ?? [], { fromMs, toMs, columns, sinceMs });
      return { source, counts: countsOf(own), accepted: parts };
    }),
    crm: {
      calls: totalOf(calls),
      failed: totalOf(failed),
      ...(remaining === undefined ? {} : { creditsRemaining: remaining }),
    },
    unavailable: totalOf(unavailable),
    unknownSource: totalOf(unknown),
  };
}

function countsOf(series: readonly MetricSeries[]): LeadCounts {
  const [accepted, delivered, quarantined, suppressed, duplicate, rejected, expired] = NAMES.map(
    (_, at) => totalOf(series[at] ?? []),
  );
  return {
    accepted: accepted ?? 0,
    delivered: delivered ?? 0,
    quarantined: quarantined ?? 0,
    suppressed: suppressed ?? 0,
    duplicate: duplicate ?? 0,
    rejected: rejected ?? 0,
    expired: expired ?? 0,
  };
}

function partsOf(
  series: MetricSeries,
  {
    fromMs,
    toMs,
    columns,
    sinceMs,
  }: Pick<LeadNumbersRequest, 'fromMs' | 'toMs' | 'columns'> & { readonly sinceMs: number },
): readonly (number | undefined)[] {
  const partMs = (toMs - fromMs) / columns;
  return Array.from({ length: columns }, (_, at) => {
    const startMs = fromMs + at * partMs;
    const endMs = startMs + partMs;
    if (endMs <= sinceMs) return undefined;
    // The first step may begin a little before the time that was asked for.
    return totalOf(
      series.filter(
        ({ atMs }) => Math.max(atMs, fromMs) >= startMs && Math.max(atMs, fromMs) < endMs,
      ),
    );
  });
}
