import * as z from 'zod/mini';
import type { MetricName } from './metric-names.ts';
import { CANARY_SOURCE } from './pipeline-names.ts';
import type { Metrics } from './ports/telemetry.ts';
import { wholeNumber } from './setting.ts';

/** A synthetic lead, sent again and again, that tells whether leads still reach the CRM. Absent: none is sent. */
export const canarySchema = z.strictObject({
  /** Each run is one request, and one call to the CRM, which is one API credit: 288 a day every 5 minutes. */
  everyMinutes: z._default(wholeNumber(1, 60), 5),
  /**
   * - `dry_run`: the CRM is asked whether it would listen, and no record is written
   * - `write`: the lead goes the whole way; one record of a person who does not exist is updated each time
   */
  crm: z._default(z.enum(['dry_run', 'write']), 'dry_run'),
  /** A canary that has not arrived by then has not arrived. A run waits so long at most, and no longer than its interval. */
  patienceSeconds: z._default(wholeNumber(10, 240), 40),
});

/** Settings of the canary. */
export type CanarySettings = z.output<typeof canarySchema>;

/** How its requests are signed: a header each for signature and time, as `generic_hmac` sources are described. */
export const CANARY_HEADERS = {
  signature: 'x-holdfast-canary-signature',
  timestamp: 'x-holdfast-canary-timestamp',
} as const;

/** The canary's source, as a person would configure it: a sender like any other. */
export const CANARY_SOURCE_SETTINGS = {
  provider: 'generic_hmac',
  label: 'Holdfast canary',
  trust: 0,
  signature: {
    header: CANARY_HEADERS.signature,
    template: '{timestamp}.{body}',
    timestamp: { header: CANARY_HEADERS.timestamp },
  },
  idPath: 'id',
  occurredAtPath: 'sent_at',
  externalIdPath: 'person_id',
  dataPath: 'lead',
} as const;

/** What is asked of a configuration here. */
interface WithCanary {
  readonly canary?: CanarySettings | undefined;
}

/**
 * Whether the events of a source must never be written to the CRM. So it is with the canary's unless the configuration
 * says `write`; what is left of a canary that is no longer configured is not written either.
 */
export function isDryRun(source: string, { canary }: WithCanary): boolean {
  return source === CANARY_SOURCE && canary?.crm !== 'write';
}

/** The sources that people have configured: all but the canary's. */
export function sendersOf<Source>(
  sources: Readonly<Record<string, Source>>,
): Readonly<Record<string, Source>> {
  const { [CANARY_SOURCE]: _canary, ...senders } = sources;
  return senders;
}

/** Counted of the canary as of any other source: each of them is a fault, whoever meets it. */
const FAULTS: ReadonlySet<MetricName> = new Set<MetricName>([
  'LeadQuarantined',
  'IntakeUnavailable',
  'EnqueueFailed',
  'DeadLetterFailed',
  'SignatureRejected',
]);

/**
 * Metrics that leave the canary's leads out: numbers of leads are numbers of people's leads. Faults are counted, whoever
 * meets them.
 */
export function withoutCanary<Inner extends Metrics>(metrics: Inner): Inner {
  return {
    ...metrics,
    count: (name, dimensions) => {
      if (dimensions?.source === CANARY_SOURCE && !FAULTS.has(name)) return;
      metrics.count(name, dimensions);
    },
  };
}
