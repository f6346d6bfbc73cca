import { sendersOf } from '../../core/canary.ts';
import type { HoldfastConfig } from '../../core/config.ts';
import { HoldfastError } from '../../core/errors.ts';
import type { BreakerStore } from '../../core/ports/crm-access.ts';
import type { EventStore } from '../../core/ports/events.ts';
import { METRIC_STEP_SECONDS, type MetricReader } from '../../core/ports/metric-reader.ts';
import type { Clock } from '../../core/ports/world.ts';
import { type BreakerStatus, breakerStatus } from '../delivery/control-breaker.ts';
import { type LeadNumbers, readLeadNumbers } from './lead-numbers.ts';
import { type OpenLeads, measureOpenLeads } from './open-leads.ts';

/** What statistics need of the world. */
export interface StatsPorts {
  readonly events: Pick<EventStore, 'measureOpen' | 'readSourceSeenMs'>;
  readonly breakers: Pick<BreakerStore, 'read'>;
  readonly metrics: MetricReader;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** How a stage does: now, and within the last hours. Times are ISO 8601. */
export interface PipelineStats {
  readonly asOf: string;
  /** How far back the numbers were asked for. */
  readonly hours: number;
  readonly delivery: BreakerStatus;
  /** Exact, as the event store has it now. */
  readonly now: OpenLeads;
  /** What was counted; or why that could not be read. */
  readonly counted:
    | { readonly kind: 'read'; readonly numbers: LeadNumbers }
    | { readonly kind: 'failed'; readonly why: string };
  /** When each configured source last sent something; absent for one that never has. */
  readonly lastSeen: Readonly<Record<string, string>>;
}

/** Whose settings count. */
export type StatsConfig = Pick<HoldfastConfig, 'sources' | 'delivery' | 'sweeper'>;

const HOUR_MS = 3_600_000;

/**
 * Reads how a stage does. Numbers that cannot be read do not keep the rest from being told.
 *
 * @param hours 1–168
 * @throws {StoreUnavailableError} the event store did not answer
 */
export async function readPipelineStats(
  ports: StatsPorts,
  config: StatsConfig,
  hours: number,
): Promise<PipelineStats> {
  const nowMs = ports.clock.nowMs();
  const sources = Object.keys(sendersOf(config.sources));
  const [delivery, now, counted, seen] = await Promise.all([
    breakerStatus(ports, config.delivery),
    measureOpenLeads(ports, config.sweeper.countMax),
    readCounted(ports, sources, hours, nowMs),
    Promise.all(
      sources.map(async (source) => [source, await ports.events.readSourceSeenMs(source)] as const),
    ),
  ]);
  return {
    asOf: new Date(nowMs).toISOString(),
    hours,
    delivery,
    now,
    counted,
    lastSeen: Object.fromEntries(
      seen.flatMap(([source, atMs]) =>
        atMs === undefined ? [] : [[source, new Date(atMs).toISOString()] as const],
      ),
    ),
  };
}

async function readCounted(
  { metrics }: StatsPorts,
  sources: readonly string[],
  hours: number,
  nowMs: number,
): Promise<PipelineStats['counted']> {
  try {
    const numbers = await readLeadNumbers(metrics, {
      sources,
      fromMs: nowMs - hours * HOUR_MS,
      toMs: nowMs,
      // A day in steps of five minutes is exact enough for a day; a week is not read in 2,000 steps.
      stepSeconds: hours <= 24 ? METRIC_STEP_SECONDS : 3_600,
      columns: 24,
    });
    return { kind: 'read', numbers };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { kind: 'failed', why: error.message };
  }
}
