import { deliveryMessageOf } from '../core/delivery-message.ts';
import type { Acceptance, EventRecord, NewEvent } from '../core/event-record.ts';
import { keyedHash } from '../core/identity.ts';
import type { Log } from '../core/ports/telemetry.ts';
import { contentMark } from '../core/tombstone.ts';
import { reportQuarantine } from '../operations/quarantine/report-quarantine.ts';
import type { IntakePorts } from './intake-ports.ts';
import type { Reception } from './reception.ts';

/** What the sender is told of one event. */
export interface AcceptedEvent {
  readonly key: string;
  readonly duplicate: boolean;
  /** Another submission is stored under this key. */
  readonly conflict: boolean;
  /** The same e-mail address was submitted to this source before, in another event. */
  readonly repeat: boolean;
}

/** A duplicate of an event that still waits after this long is put on the queue again. */
const STUCK_AFTER_MS = 30_000;

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Takes one event: stores it, and hands it on.
 *
 * Once it is stored, nothing fails any more: an event that could not be queued, or whose dead letter could
 * not be sent, is found and handed on by the sweeper.
 *
 * @throws {StoreUnavailableError} the event may not be stored; the sender must send it again
 */
export async function acceptEvent(
  ports: IntakePorts,
  reception: Reception,
  event: NewEvent,
): Promise<AcceptedEvent> {
  const log = reception.log.child({ idempotency_key: event.key, event_type: event.eventType });
  const repeat = await isRepeat(ports, reception, event);
  const acceptance = await ports.events.accept(event);
  const { record } = acceptance;

  if (acceptance.kind === 'accepted') {
    await handOn(ports, reception, event, record, log);
    if (repeat) ports.metrics.count('LeadRepeat', { source: event.source });
  } else {
    reportKnown(ports, acceptance, log);
    if (isStuck(record, reception.receivedAtMs)) await enqueue(ports, record, log);
  }
  return {
    key: event.key,
    duplicate: acceptance.kind !== 'accepted',
    conflict: isConflict(acceptance, event, reception.pepper),
    repeat,
  };
}

/** A tombstone knows its content again, so that another one under the same id is not taken for what was erased. */
function isConflict(acceptance: Acceptance, { payloadHash }: NewEvent, pepper: string): boolean {
  const { kind, record } = acceptance;
  return (
    kind === 'conflict' ||
    (kind === 'erased' && record.payloadHash !== contentMark(payloadHash, pepper))
  );
}

/**
 * Looks for an event that is stored already, word for word, and needs nothing more: one read, where `acceptEvent` writes
 * three times.
 *
 * @returns `undefined` for any other event, which `acceptEvent` takes
 * @throws {StoreUnavailableError} nobody can tell
 */
export async function findAccepted(
  ports: Pick<IntakePorts, 'events' | 'metrics'>,
  reception: Reception,
  { key, eventType, payloadHash }: NewEvent,
): Promise<AcceptedEvent | undefined> {
  // Whether its address was submitted before is known to `acceptEvent` alone.
  if (reception.source.onRepeat === 'conflict') return undefined;
  const record = await ports.events.readRecord(key);
  if (record === undefined || record.payloadHash !== payloadHash) return undefined;
  if (isStuck(record, reception.receivedAtMs)) return undefined;
  const log = reception.log.child({ idempotency_key: key, event_type: eventType });
  reportKnown(ports, { kind: 'duplicate', record }, log);
  return { key, duplicate: true, conflict: false, repeat: false };
}

/**
 * Remembers the first event of an e-mail address, before the event is stored: in between, another one may
 * see it as a repeat too early, but two can never both be the first.
 *
 * Not under the key of another submission: this one is not stored under it, and would pass for a repeat of
 * itself once it has a key of its own.
 */
async function isRepeat(
  ports: IntakePorts,
  reception: Reception,
  event: NewEvent,
): Promise<boolean> {
  const email = event.normalized?.identity.email;
  if (
    reception.source.onRepeat !== 'conflict' ||
    email === undefined ||
    event.initial.state !== 'received'
  ) {
    return false;
  }
  const known = await ports.events.readRecord(event.key);
  if (known !== undefined && known.payloadHash !== event.payloadHash) return false;
  const expiresAtMs = reception.receivedAtMs + reception.config.retention.eventDays * DAY_MS;
  const firstKey = await ports.events.rememberSubmitter(
    event.source,
    keyedHash(reception.pepper, 'email', email),
    event.key,
    expiresAtMs,
  );
  return firstKey !== event.key;
}

async function handOn(
  ports: IntakePorts,
  reception: Reception,
  event: NewEvent,
  record: EventRecord,
  log: Log,
): Promise<void> {
  ports.metrics.count('LeadAccepted', { source: event.source });
  switch (event.initial.state) {
    case 'received':
      log.info('A lead was accepted', { outcome: 'received' });
      await enqueue(ports, record, log);
      return;
    case 'suppressed':
      ports.metrics.count('LeadSuppressed', { source: event.source });
      log.info('A lead was accepted and suppressed', { outcome: event.initial.suppression });
      return;
    case 'quarantined':
      ports.metrics.count('LeadQuarantined', { source: event.source });
      log.warn('A lead was accepted and quarantined', {
        outcome: 'quarantined',
        failure_code: event.initial.failure.code,
        failure_class: event.initial.failure.class,
        quarantine_id: event.initial.quarantineId,
      });
      await sendDeadLetter(ports, record, event.initial, reception.receivedAtMs, log);
      return;
  }
}

async function enqueue(ports: IntakePorts, record: EventRecord, log: Log): Promise<void> {
  try {
    await ports.queue.enqueue(deliveryMessageOf(record), record.source);
  } catch (error) {
    ports.metrics.count('EnqueueFailed', { source: record.source });
    log.error('A stored lead could not be queued; the sweeper will queue it', {}, error);
  }
}

async function sendDeadLetter(
  ports: IntakePorts,
  record: EventRecord,
  initial: Extract<NewEvent['initial'], { state: 'quarantined' }>,
  atMs: number,
  log: Log,
): Promise<void> {
  const { failure, quarantineId } = initial;
  try {
    await reportQuarantine(record, { quarantineId, failure, attempts: 0, atMs }, ports);
  } catch (error) {
    log.error('A dead letter could not be sent; the sweeper will send it', {}, error);
  }
}

function reportKnown(ports: Pick<IntakePorts, 'metrics'>, acceptance: Acceptance, log: Log): void {
  const { source } = acceptance.record;
  if (acceptance.kind === 'conflict') {
    ports.metrics.count('LeadConflict', { source });
    log.warn('A known lead came again with other content; the first one is kept', {
      outcome: 'conflict',
      duplicate: true,
    });
    return;
  }
  ports.metrics.count('LeadDuplicate', { source });
  if (acceptance.kind === 'erased') {
    log.info('An erased lead came again; nothing of it was kept', {
      outcome: 'erased',
      duplicate: true,
    });
    return;
  }
  log.info('A known lead came again', { outcome: 'duplicate', duplicate: true });
}

function isStuck(record: EventRecord, nowMs: number): boolean {
  return record.state === 'received' && nowMs - Date.parse(record.receivedAt) > STUCK_AFTER_MS;
}
