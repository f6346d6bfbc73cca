import { buildDeadLetter } from '../../core/dead-letter.ts';
import type { EventRecord, QuarantineEntry } from '../../core/event-record.ts';
import { eventRefs } from '../../core/event-refs.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { DeadLetterQueue } from '../../core/ports/queues.ts';
import type { Metrics } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';

/** What reporting a quarantine needs of the world. */
export interface QuarantinePorts {
  readonly events: Pick<EventStore, 'markDlqSent'>;
  readonly deadLetters: DeadLetterQueue;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly metrics: Metrics;
}

/**
 * Sends the dead letter of an event that is in quarantine, and notes that it was sent.
 *
 * Call it after the state is stored, never before: a letter must not report what did not happen. If
 * this is interrupted, the event lacks its note, and the next claim or the sweeper sends another letter.
 *
 * @throws {StoreUnavailableError} the letter, or the note, may be missing
 */
export async function reportQuarantine(
  record: EventRecord,
  entry: QuarantineEntry,
  ports: QuarantinePorts,
): Promise<void> {
  const letter = buildDeadLetter(record, entry, eventRefs(record.key, record.payloadHash));
  try {
    await ports.deadLetters.send(letter);
  } catch (error) {
    ports.metrics.count('DeadLetterFailed', { source: record.source });
    throw error;
  }
  const { quarantineId, failure } = entry;
  await ports.events.markDlqSent(record.key, quarantineId, failure.class, ports.clock.nowMs());
}

/**
 * Sends the dead letter of a quarantined event that has none, because whoever put it there was
 * interrupted.
 *
 * @returns whether one was missing
 */
export async function reportIfUnreported(
  record: EventRecord,
  ports: QuarantinePorts,
): Promise<boolean> {
  const { state, failure, quarantineId, quarantinedAt } = record;
  if (state !== 'quarantined' || record.dlqSentAt !== undefined) return false;
  if (failure === undefined || quarantineId === undefined) return false;
  const atMs = Date.parse(record.lastAttemptAt ?? quarantinedAt ?? record.receivedAt);
  await reportQuarantine(record, { quarantineId, failure, attempts: record.attempts, atMs }, ports);
  return true;
}
