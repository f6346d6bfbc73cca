import type { HoldfastConfig } from '../core/config.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import type { Suppression } from '../core/event-record.ts';
import type { Failure } from '../core/failure.ts';
import type { EventStore } from '../core/ports/events.ts';
import type { Ids } from '../core/ports/world.ts';
import {
  type QuarantinePorts,
  reportQuarantine,
} from '../operations/quarantine/report-quarantine.ts';
import type { ClaimedEvent } from './delivery-ports.ts';

/** What storing an event's outcome needs of the world. */
export interface SettlePorts extends QuarantinePorts {
  readonly events: EventStore;
  readonly ids: Ids;
}

/**
 * Stores that an event has ended: delivered, suppressed, or quarantined with its dead letter sent.
 *
 * @throws {StoreUnavailableError} the store or the queue failed; the message must come back, and the
 *   next claim or the sweeper goes on where this stopped
 */
export async function endEvent(
  event: ClaimedEvent,
  outcome: Extract<DeliveryOutcome, { kind: 'delivered' | 'rejected' | 'suppressed' }>,
  ports: SettlePorts,
): Promise<void> {
  if (outcome.kind === 'rejected') {
    await quarantineEvent(event, outcome.failure, outcome.attempts, ports);
    return;
  }
  if (outcome.kind === 'suppressed') {
    await suppressEvent(event, outcome.suppression, ports);
    return;
  }
  await ports.events.succeed(event.record.key, {
    crm: outcome.crm,
    attempts: outcome.attempts,
    atMs: ports.clock.nowMs(),
  });
  ports.metrics.count('LeadDelivered', { source: event.record.source });
  event.log.info('Lead delivered', {
    outcome: 'delivered',
    crm_module: outcome.crm.module,
    crm_record_id: outcome.crm.recordId,
    crm_action: outcome.crm.action,
    attempt: outcome.attempts,
    duration_ms: ports.clock.nowMs() - Date.parse(event.record.receivedAt),
  });
}

/** Stores that an event was tried in vain, or not tried, and is to come back. */
export async function postponeEvent(
  event: ClaimedEvent,
  outcome: Extract<DeliveryOutcome, { kind: 'retry' | 'deferred' }>,
  ports: SettlePorts,
  config: HoldfastConfig,
): Promise<void> {
  const { key, source } = event.record;
  const nowMs = ports.clock.nowMs();
  if (isLate(event, nowMs, config)) ports.metrics.count('HighIntentLeadDelayed', { source });
  if (outcome.kind === 'deferred') {
    await ports.events.release(key, event.leaseToken, outcome.untried);
    ports.metrics.count('DeliveryDeferred', { source });
    event.log.debug('Delivery deferred: nothing was tried', {
      delay_seconds: outcome.delayMs / 1e3,
    });
    return;
  }
  const nextDueAtMs = nowMs + outcome.delayMs;
  const written = await ports.events.fail(key, event.leaseToken, {
    failure: outcome.failure,
    attempts: outcome.attempts,
    atMs: nowMs,
    nextDueAtMs,
  });
  ports.metrics.count('DeliveryRetry', { source });
  event.log.warn('Delivery failed and will be retried', {
    outcome: written === 'written' ? 'retry' : 'superseded',
    failure_code: outcome.failure.code,
    failure_class: outcome.failure.class,
    attempt: outcome.attempts,
    next_due_at: new Date(nextDueAtMs).toISOString(),
    ...crmFieldsOf(outcome.failure),
  });
}

/** A lead that must reach a person soon has waited for long: somebody should look now, not at the end. */
function isLate({ record }: ClaimedEvent, nowMs: number, config: HoldfastConfig): boolean {
  const waitedMs = nowMs - Date.parse(record.receivedAt);
  return (
    config.sources[record.source]?.highIntent === true &&
    waitedMs >= config.delivery.highIntentPatienceSeconds * 1_000
  );
}

async function suppressEvent(
  { record, leaseToken, log }: ClaimedEvent,
  suppression: Suppression,
  ports: SettlePorts,
): Promise<void> {
  const written = await ports.events.suppress(record.key, leaseToken, suppression);
  if (written === 'superseded') {
    log.warn('Another consumer has taken the event over; its outcome stands', {
      outcome: 'superseded',
    });
    return;
  }
  ports.metrics.count('LeadSuppressed', { source: record.source });
  log.info(
    suppression === 'canary'
      ? 'A canary has ended; nothing was written to the CRM'
      : 'A lead was suppressed: its details tell that it is not meant for the CRM',
    { outcome: suppression },
  );
}

async function quarantineEvent(
  event: ClaimedEvent,
  failure: Failure,
  attempts: number,
  ports: SettlePorts,
): Promise<void> {
  const { record, leaseToken, log } = event;
  const quarantineId = ports.ids.next();
  const atMs = ports.clock.nowMs();
  // State, letter, note: whatever is interrupted in between is repaired by the next claim or the
  // sweeper, and a letter is never sent for an event that is not in quarantine.
  const entry = { quarantineId, failure, attempts, atMs };
  const written = await ports.events.quarantine(record.key, leaseToken, entry);
  if (written === 'superseded') {
    log.warn('Another consumer has taken the event over; its outcome stands', {
      outcome: 'superseded',
      failure_code: failure.code,
    });
    return;
  }
  ports.metrics.count('LeadQuarantined', { source: record.source });
  log.error('Lead quarantined', {
    outcome: 'quarantined',
    failure_code: failure.code,
    failure_class: failure.class,
    quarantine_id: quarantineId,
    attempt: attempts,
    ...crmFieldsOf(failure),
  });
  await reportQuarantine(record, entry, ports);
}

function crmFieldsOf(failure: Failure): { crm_code?: string; crm_field?: string } {
  return {
    ...(failure.crmCode === undefined ? {} : { crm_code: failure.crmCode }),
    ...(failure.crmField === undefined ? {} : { crm_field: failure.crmField }),
  };
}
