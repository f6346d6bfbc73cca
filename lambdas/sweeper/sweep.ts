import type { DeliveryMessage } from '../core/delivery-message.ts';
import type { EventRecord } from '../core/event-record.ts';
import { OPEN_PARTITIONS, type OpenPartition, QUARANTINE_PARTITIONS } from '../core/open-index.ts';
import type { DeliveryQueue, EventStore, Log } from '../core/ports.ts';
import { type QuarantinePorts, reportIfUnreported } from '../operations/report-quarantine.ts';

export interface SweepPorts extends QuarantinePorts {
  readonly events: EventStore;
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

const RECEIVED_STALE_MS = 120_000;
const LEASE_STALE_MS = 600_000;
const FAILED_STALE_MS = 900_000;

/**
 * An event in a long backlog looks just like one whose message is lost. It gets another message, but
 * not one a minute: a backlog must not multiply itself.
 */
const REQUEUE_INTERVAL_MS = 600_000;

/** Leaves intake the time to send the dead letter itself. */
const QUARANTINE_STALE_MS = 120_000;

/** Events looked at in a partition and run. */
const PARTITION_LIMIT = 250;

/**
 * Goes through every event that has not ended and brings back what got stuck: stored but never
 * enqueued, claimed by a consumer that died, waiting for a message that is gone, held while delivery
 * was off, quarantined without a dead letter.
 *
 * Everything it does may be done twice: a second message for an event is a claim that finds it ended.
 */
export async function sweep(
  ports: SweepPorts,
  options: { readonly deliveryEnabled: boolean },
): Promise<SweepReport> {
  const requeued = await eachListed(OPEN_PARTITIONS, RECEIVED_STALE_MS, ports, async (record) => {
    const nowMs = ports.clock.nowMs();
    if (!isStuck(record, nowMs)) return false;
    const mine = await ports.events.markRequeued(record.key, nowMs, nowMs - REQUEUE_INTERVAL_MS);
    if (mine === 'unchanged') return false;
    await requeue(record, ports);
    return true;
  });
  const unheld = options.deliveryEnabled
    ? await eachListed([{ kind: 'held' }], 0, ports, async (record) => {
        if ((await ports.events.unhold(record.key)) !== 'received') return false;
        await requeue(record, ports);
        return true;
      })
    : 0;
  const deadLetters = await eachListed(
    QUARANTINE_PARTITIONS,
    QUARANTINE_STALE_MS,
    ports,
    async (record) => await reportIfUnreported(record, ports),
  );

  const report = { requeued, unheld, deadLetters };
  if (requeued + unheld + deadLetters > 0) {
    ports.log.warn('The sweeper brought events back', { count: requeued + unheld + deadLetters });
  }
  return report;
}

function isStuck(record: EventRecord, nowMs: number): boolean {
  switch (record.state) {
    case 'received':
      return Date.parse(record.receivedAt) <= nowMs - RECEIVED_STALE_MS;
    case 'processing':
      return (record.leaseUntilMs ?? 0) <= nowMs - LEASE_STALE_MS;
    case 'failed':
      return (record.nextDueAtMs ?? 0) <= nowMs - FAILED_STALE_MS;
    case 'held':
    case 'succeeded':
    case 'suppressed':
    case 'quarantined':
      return false;
  }
}

async function eachListed(
  partitions: readonly OpenPartition[],
  olderThanMs: number,
  ports: SweepPorts,
  mend: (record: EventRecord) => Promise<boolean>,
): Promise<number> {
  let mended = 0;
  for (const partition of partitions) {
    const before = ports.clock.nowMs() - olderThanMs;
    for (const key of await ports.events.listOpen(partition, before, PARTITION_LIMIT)) {
      // The index lags behind and holds keys only: the record itself decides.
      const record = await ports.events.readRecord(key);
      if (record !== undefined && (await mend(record))) mended += 1;
    }
  }
  return mended;
}

async function requeue(record: EventRecord, ports: SweepPorts): Promise<void> {
  const message: DeliveryMessage = {
    schema_version: 1,
    idempotency_key: record.key,
    source: record.source,
    event_type: record.eventType,
    correlation_id: record.correlationId,
  };
  await ports.queue.enqueue(message, record.source);
  ports.metrics.count('LeadRequeued', { source: record.source });
  ports.log.info('Event enqueued again', {
    idempotency_key: record.key,
    source: record.source,
    correlation_id: record.correlationId,
    outcome: 'requeued',
  });
}
