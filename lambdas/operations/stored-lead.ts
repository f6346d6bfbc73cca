import type { AuditEntry } from '../core/audit.ts';
import type { EventRecord } from '../core/event-record.ts';
import type { NormalizedEvent } from '../core/lead-event.ts';
import type { EventStore } from '../core/ports/events.ts';

/** One submission, with all that happened to it. */
export interface StoredLead {
  readonly record: EventRecord;
  /** What it says; absent where it could not be read, or is no longer kept. */
  readonly event?: NormalizedEvent;
  /** What operators did with it, oldest first. */
  readonly history: readonly AuditEntry[];
}

/** What reading needs of the world. */
export interface LeadReadPorts {
  readonly events: Pick<EventStore, 'readRecord' | 'readNormalized' | 'readAudit'>;
}

/**
 * Reads what is stored of a submission.
 *
 * @returns `undefined` when there is none of that key
 * @throws {StoreUnavailableError}
 */
export async function readStoredLead(
  key: string,
  { events }: LeadReadPorts,
): Promise<StoredLead | undefined> {
  const record = await events.readRecord(key);
  if (record === undefined) return undefined;
  const [event, history] = await Promise.all([
    events.readNormalized(key, record.payloadHash, record.remappedAs),
    events.readAudit(key),
  ]);
  return { record, ...(event === undefined ? {} : { event }), history };
}
