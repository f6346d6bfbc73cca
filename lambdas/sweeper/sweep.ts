import { sendersOf } from '../core/canary.ts';
import { type Breaker, NEW_BREAKER } from '../core/breaker.ts';
import type { HoldfastConfig } from '../core/config.ts';
import { deliveryMessageOf } from '../core/delivery-message.ts';
import type { EventRecord } from '../core/event-record.ts';
import { OPEN_PARTITIONS, type OpenPartition } from '../core/open-index.ts';
import type { BreakerStore } from '../core/ports/crm-access.ts';
import type { EventStore } from '../core/ports/events.ts';
import type { DeliveryQueue } from '../core/ports/queues.ts';
import type { Log } from '../core/ports/telemetry.ts';
import {
  type QuarantinePorts,
  reportIfUnreported,
} from '../operations/quarantine/report-quarantine.ts';
import { type Allowance, allowancesOf } from './allowance.ts';
import { measure, measureBreaker } from './measure.ts';
import { needOf, staleMsMin } from './stuck.ts';
import { type SweepReport, type SweepRun, startRun } from './sweep-run.ts';

/** What a sweep needs of the world. */
export interface SweepPorts extends QuarantinePorts {
  readonly events: EventStore;
  readonly breakers: Pick<BreakerStore, 'read'>;
  readonly queue: DeliveryQueue;
  readonly log: Log;
}

/** What a sweep needs to know. */
export interface SweepOptions {
  /** `false`: held events stay where they are. */
  readonly deliveryEnabled: boolean;
  readonly config: Pick<HoldfastConfig, 'sources' | 'sweeper'>;
}

type Settings = HoldfastConfig['sweeper'];

/** Reads the next page of a partition, and from the start again after the last. */
type ReadPage = () => Promise<readonly string[]>;

const READ_FAULT = 'Events that have not ended could not be listed; the next run tries again';
const BREAKER_FAULT = 'The breaker could not be read; events are brought back as if it were closed';

/**
 * Builds the sweeper: it goes through every event that has not ended and brings back what got stuck:
 * stored but never enqueued, claimed by a consumer that died, waiting for a message that is gone, held
 * while delivery was off, quarantined without a dead letter. And it measures what SQS cannot tell.
 *
 * Everything it does may be done twice: a second message for an event is a claim that finds it ended.
 *
 * A run looks at a bounded number of events and the next one goes on where it ended, so that what is
 * stuck is found behind any number of events that only wait. Neither a fault with one event, nor one of
 * the four partitions, nor a measurement keeps it from the others; the run fails in the end.
 *
 * While the breaker is open, only dead letters are sent: they need no CRM. See `allowancesOf`.
 */
export function createSweep(ports: SweepPorts, options: SweepOptions): () => Promise<SweepReport> {
  const { sources, sweeper: settings } = options.config;
  const measured = { sources: Object.keys(sendersOf(sources)), countMax: settings.countMax };
  const openReaders = OPEN_PARTITIONS.map((partition) =>
    createReader(partition, staleMsMin(settings), ports, settings),
  );
  const readHeld = createReader({ kind: 'held' }, 0, ports, settings);
  let openSeenAtMs: number | undefined;

  const mendAll = async (run: SweepRun, breaker: Breaker): Promise<void> => {
    const nowMs = ports.clock.nowMs();
    if (breaker.state === 'open') openSeenAtMs = nowMs;
    const { stuck, held } = allowancesOf(breaker, nowMs, openSeenAtMs, settings);
    // Side by side, so that a slow partition takes no time from the others.
    await Promise.all(
      openReaders.map(async (read) => {
        const keys = (await run.attempt(READ_FAULT, {}, read)) ?? [];
        await run.mendAll(keys, async (record) => mend(record, ports, settings, stuck, run));
      }),
    );
    if (options.deliveryEnabled) await drainHeld(readHeld, ports, settings, held, run);
  };

  return async () => {
    const run = startRun(ports, settings.runForMs);
    const breaker = await run.attempt(
      BREAKER_FAULT,
      {},
      async () => (await ports.breakers.read()) ?? NEW_BREAKER,
    );
    if (breaker !== undefined) measureBreaker(breaker, ports.metrics);
    // What is unknown counts as closed: messages that come too early only come back, while leads
    // without one would wait as long as the fault lasts.
    await Promise.all([measure(ports, measured, run), mendAll(run, breaker ?? NEW_BREAKER)]);
    return run.end();
  };
}

function createReader(
  partition: OpenPartition,
  olderThanMs: number,
  ports: SweepPorts,
  settings: Settings,
): ReadPage {
  let cursor: string | undefined;
  return async () => {
    const page = await ports.events.listOpen(partition, {
      receivedBeforeMs: ports.clock.nowMs() - olderThanMs,
      limit: settings.pageEvents,
      ...(cursor === undefined ? {} : { cursor }),
    });
    cursor = page.cursor;
    return page.keys;
  };
}

async function drainHeld(
  readHeld: ReadPage,
  ports: SweepPorts,
  settings: Settings,
  allowance: Allowance,
  run: SweepRun,
): Promise<void> {
  for (let page = 0; page < settings.heldPagesMax; page += 1) {
    if (allowance.isUsedUp() || run.isOver()) return;
    const keys = (await run.attempt(READ_FAULT, {}, readHeld)) ?? [];
    if (keys.length === 0) return;
    await run.mendAll(keys, async (record) => {
      if (record.state !== 'held' || !allowance.take()) return;
      // Should the message not get out, the event waits as received, and a later run sends it.
      if ((await ports.events.unhold(record.key, ports.clock.nowMs())) !== 'received') return;
      await requeue(record, ports);
      run.report.unheld += 1;
    });
  }
}

async function mend(
  record: EventRecord,
  ports: SweepPorts,
  settings: Settings,
  allowance: Allowance,
  run: SweepRun,
): Promise<void> {
  const nowMs = ports.clock.nowMs();
  const need = needOf(record, nowMs, settings);
  if (need === 'dead_letter' && (await reportIfUnreported(record, ports))) {
    run.report.deadLetters += 1;
  }
  if (need !== 'message' || !allowance.take()) return;
  const notSinceMs = nowMs - settings.requeueIntervalMs;
  if ((await ports.events.markRequeued(record.key, nowMs, notSinceMs)) === 'unchanged') return;
  await requeue(record, ports);
  run.report.requeued += 1;
}

async function requeue(record: EventRecord, ports: SweepPorts): Promise<void> {
  await ports.queue.enqueue(deliveryMessageOf(record), record.source);
  ports.metrics.count('LeadRequeued', { source: record.source });
  ports.log.info('Event enqueued again', {
    idempotency_key: record.key,
    source: record.source,
    correlation_id: record.correlationId,
    outcome: 'requeued',
  });
}
