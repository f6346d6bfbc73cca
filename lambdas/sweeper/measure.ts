import type { Breaker } from '../core/breaker.ts';
import { FAILURE_CODES, failureClassOf } from '../core/failure.ts';
import { OPEN_PARTITIONS, type OpenPartition } from '../core/open-index.ts';
import type { EventStore, OpenMeasure } from '../core/ports/events.ts';
import type { DeadLetterQueue } from '../core/ports/queues.ts';
import type { Metrics } from '../core/ports/telemetry.ts';
import type { Clock } from '../core/ports/world.ts';
import { sumMeasures } from '../operations/status/open-leads.ts';
import type { SweepRun } from './sweep-run.ts';

/** What measuring needs of the world. */
export interface MeasurePorts {
  readonly events: Pick<EventStore, 'measureOpen' | 'readSourceSeenMs'>;
  readonly deadLetters: Pick<DeadLetterQueue, 'count'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly metrics: Metrics;
}

/** What is to be measured. */
export interface MeasureOptions {
  /** Names of the configured sources. */
  readonly sources: readonly string[];
  /** Events counted in a partition, at the most. */
  readonly countMax: number;
}

const HELD: readonly OpenPartition[] = [{ kind: 'held' }];

/** Every class that an event can be quarantined under. */
const QUARANTINED: readonly OpenPartition[] = [
  ...new Set(FAILURE_CODES.map((code) => failureClassOf(code))),
].map((failureClass) => ({ kind: 'quarantined', failureClass }));

const FAULT = 'Something could not be measured; the next run tries again';

/**
 * Measures what SQS cannot tell: its own age metric leaves out messages that were received three times,
 * and an idle dead-letter queue stops reporting its depth (Amazon SQS, CloudWatch metrics, read
 * 2026-11-22).
 *
 * What cannot be measured is left out, never guessed, and fails the run in the end; everything else is
 * measured all the same.
 */
export async function measure(
  ports: MeasurePorts,
  { sources, countMax }: MeasureOptions,
  run: Pick<SweepRun, 'attempt'>,
): Promise<void> {
  const { events, deadLetters, metrics } = ports;
  const nowMs = ports.clock.nowMs();
  const measureAll = async (partitions: readonly OpenPartition[]): Promise<OpenMeasure> =>
    sumMeasures(
      await Promise.all(partitions.map(async (one) => events.measureOpen(one, countMax))),
    );

  await Promise.all([
    run.attempt(FAULT, {}, async () => {
      const [open, held] = await Promise.all([measureAll(OPEN_PARTITIONS), measureAll(HELD)]);
      const { oldestReceivedAt } = sumMeasures([open, held]);
      metrics.gauge('Pending', open.count);
      metrics.gauge('Held', held.count);
      metrics.gauge('OldestPendingLeadAgeSeconds', ageOf(oldestReceivedAt, nowMs));
    }),
    run.attempt(FAULT, {}, async () => {
      const { count, oldestReceivedAt } = await measureAll(QUARANTINED);
      metrics.gauge('Quarantined', count);
      metrics.gauge('OldestQuarantinedLeadAgeSeconds', ageOf(oldestReceivedAt, nowMs));
    }),
    run.attempt(FAULT, {}, async () => {
      metrics.gauge('DlqDepth', await deadLetters.count());
    }),
    ...sources.map(async (source) =>
      run.attempt(FAULT, { source }, async () => {
        const seenMs = await events.readSourceSeenMs(source);
        // A source that has never sent anything is not silent: it is not connected yet.
        if (seenMs === undefined) return;
        metrics.gauge('SecondsSinceLastEvent', secondsBetween(seenMs, nowMs), { source });
      }),
    ),
  ]);
}

/** Says whether deliveries stand still, and whether that ends only when a person does something. */
export function measureBreaker({ state, reason }: Breaker, metrics: Metrics): void {
  const isOpen = state === 'open';
  const needsOperator = isOpen && (reason === 'authorization' || reason === 'misconfigured');
  metrics.gauge('BreakerOpen', isOpen ? 1 : 0);
  metrics.gauge('BreakerNeedsOperator', needsOperator ? 1 : 0);
}

/** How long ago the oldest one came, in seconds; 0 when there is none. */
function ageOf(receivedAt: string | undefined, nowMs: number): number {
  return receivedAt === undefined ? 0 : secondsBetween(Date.parse(receivedAt), nowMs);
}

/** Whole seconds, and never below 0: clocks of two machines differ a little. */
function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.floor((toMs - fromMs) / 1_000));
}
