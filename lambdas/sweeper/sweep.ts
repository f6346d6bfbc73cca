import { deliveryMessageOf } from '../core/delivery-message.ts';
import type { EventRecord } from '../core/event-record.ts';
import { OPEN_PARTITIONS, type OpenPartition } from '../core/open-index.ts';
import type { BreakerStore, DeliveryQueue, EventStore, Log } from '../core/ports.ts';
import { type QuarantinePorts, reportIfUnreported } from '../operations/report-quarantine.ts';

/** What a sweep needs of the world. */
export interface SweepPorts extends QuarantinePorts {
  readonly events: EventStore;
  readonly breakers: Pick<BreakerStore, 'read'>;
  readonly queue: DeliveryQueue;
  readonly log: Log;
}

/** What one sweep found and mended. */
export interface SweepReport {
  /** Events that had no message any more, or never one, and have one again. */
  readonly requeued: number;
  /** Held events taken back into the flow. */
  readonly unheld: number;
  /** Dead letters sent for quarantines that had none. */
  readonly deadLetters: number;
}

/** Far longer than the way from intake to a consumer takes when nothing is wrong. */
const RECEIVED_STALE_MS = 120_000;

/** Longer than the queue hides a message whose consumer died (365 s): that one comes back by itself. */
const LEASE_STALE_MS = 600_000;

/** Longer than the longest wait of the retry schedule, and than the queue's own time-out. */
const FAILED_STALE_MS = 900_000;

/**
 * An event in a long backlog looks just like one whose message is lost. It gets another message, but
 * not one a minute: a backlog must not multiply itself.
 */
const REQUEUE_INTERVAL_MS = 600_000;

/** Leaves intake and consumer the time to send the dead letter themselves. */
const UNREPORTED_STALE_MS = 120_000;

/** No open event is stuck sooner than this. */
const STALE_MS_MIN = Math.min(RECEIVED_STALE_MS, UNREPORTED_STALE_MS);

/** Events looked at in a partition and run; the next run goes on behind them. */
const PAGE_LIMIT = 250;

/** Events mended side by side. */
const AT_A_TIME = 10;

/** Held events are not stuck, they are to be drained: more of them a run. */
const HELD_PAGES_MAX = 10;

/**
 * Builds the sweeper: it goes through every event that has not ended and brings back what got stuck:
 * stored but never enqueued, claimed by a consumer that died, waiting for a message that is gone, held
 * while delivery was off, quarantined without a dead letter.
 *
 * Everything it does may be done twice: a second message for an event is a claim that finds it ended.
 *
 * A run looks at a bounded number of events and the next one goes on where it ended, so that what is
 * stuck is found behind any number of events that only wait.
 */
export function createSweep(
  ports: SweepPorts,
  options: { readonly deliveryEnabled: boolean },
): () => Promise<SweepReport> {
  const open = OPEN_PARTITIONS.map((partition) => createReader(partition, STALE_MS_MIN, ports));
  const held = createReader({ kind: 'held' }, 0, ports);

  return async () => {
    const run = startRun(ports);
    for (const read of open) {
      await run.attemptAll(await run.read(read), async (record) => {
        await mend(record, ports, run.report);
      });
    }
    for (let page = 0; options.deliveryEnabled && page < HELD_PAGES_MAX; page += 1) {
      const keys = await run.read(held);
      await run.attemptAll(keys, async (record) => {
        await unhold(record, ports, run.report);
      });
      if (keys.length === 0) break;
    }
    return run.end();
  };
}

type Tally = { -readonly [Name in keyof SweepReport]: SweepReport[Name] };

type ReadPage = () => Promise<readonly string[]>;

/** One run: what it mended, and faults, none of which may keep it from the other events. */
function startRun(ports: SweepPorts): {
  readonly report: Tally;
  read(readPage: ReadPage): Promise<readonly string[]>;
  attemptAll(
    keys: readonly string[],
    mendOne: (record: EventRecord) => Promise<void>,
  ): Promise<void>;
  end(): SweepReport;
} {
  const report: Tally = { requeued: 0, unheld: 0, deadLetters: 0 };
  const faults: unknown[] = [];
  const attempt = async <Result>(
    fields: { idempotency_key?: string },
    action: () => Promise<Result>,
  ): Promise<Result | undefined> => {
    try {
      return await action();
    } catch (error) {
      faults.push(error);
      ports.log.error('Events could not be brought back; the next run tries again', fields, error);
      return undefined;
    }
  };
  return {
    report,
    read: async (readPage) => (await attempt({}, readPage)) ?? [],
    attemptAll: async (keys, mendOne) => {
      for (let start = 0; start < keys.length; start += AT_A_TIME) {
        const some = keys.slice(start, start + AT_A_TIME).map(async (key) =>
          attempt({ idempotency_key: key }, async () => {
            // The index lags behind and holds keys only: the record itself decides.
            const record = await ports.events.readRecord(key);
            if (record !== undefined) await mendOne(record);
          }),
        );
        await Promise.all(some);
      }
    },
    end: () => {
      const count = report.requeued + report.unheld + report.deadLetters;
      if (count > 0) ports.log.warn('The sweeper brought events back', { count });
      // The function must fail, or its alarm would not know.
      if (faults.length > 0) throw faults[0];
      return report;
    },
  };
}

/** Reads a partition page by page, one a call, and from the start again after the last. */
function createReader(partition: OpenPartition, olderThanMs: number, ports: SweepPorts): ReadPage {
  let cursor: string | undefined;
  return async () => {
    const page = await ports.events.listOpen(partition, {
      receivedBeforeMs: ports.clock.nowMs() - olderThanMs,
      limit: PAGE_LIMIT,
      ...(cursor === undefined ? {} : { cursor }),
    });
    cursor = page.cursor;
    return page.keys;
  };
}

async function unhold(record: EventRecord, ports: SweepPorts, report: Tally): Promise<void> {
  // Should the message not get out, the event waits as received, and a later run sends it.
  if ((await ports.events.unhold(record.key, ports.clock.nowMs())) !== 'received') return;
  await requeue(record, ports);
  report.unheld += 1;
}

async function mend(record: EventRecord, ports: SweepPorts, report: Tally): Promise<void> {
  const nowMs = ports.clock.nowMs();
  if (!isStuck(record, nowMs)) return;
  if (record.state === 'quarantined') {
    if (await reportIfUnreported(record, ports)) report.deadLetters += 1;
    return;
  }
  const notSinceMs = nowMs - REQUEUE_INTERVAL_MS;
  if ((await ports.events.markRequeued(record.key, nowMs, notSinceMs)) === 'unchanged') return;
  await requeue(record, ports);
  report.requeued += 1;
}

function isStuck(record: EventRecord, nowMs: number): boolean {
  switch (record.state) {
    case 'received':
      return Date.parse(record.receivedAt) <= nowMs - RECEIVED_STALE_MS;
    case 'processing':
      return (record.leaseUntilMs ?? 0) <= nowMs - LEASE_STALE_MS;
    case 'failed':
      return (record.nextDueAtMs ?? 0) <= nowMs - FAILED_STALE_MS;
    case 'quarantined':
      return Date.parse(record.quarantinedAt ?? record.receivedAt) <= nowMs - UNREPORTED_STALE_MS;
    case 'held':
    case 'succeeded':
    case 'suppressed':
      return false;
  }
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
