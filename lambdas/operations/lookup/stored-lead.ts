import type { AuditEntry } from '../../core/audit.ts';
import type { EventRecord } from '../../core/event-record.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import type { EventStore } from '../../core/ports/events.ts';

/** One submission, with all that happened to it. */
export interface StoredLead {
  readonly record: EventRecord;
  /** What it says; absent where it could not be read, or is no longer kept. */
  readonly event?: NormalizedEvent;
  /** What operators did with it, oldest first. */
  readonly history: readonly AuditEntry[];
}

/** One submission, without what happened to it beside its own state. */
export type LeadState = Omit<StoredLead, 'history'>;

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
  ports: LeadReadPorts,
): Promise<StoredLead | undefined> {
  const [state, history] = await Promise.all([
    readLeadState(key, ports),
    ports.events.readAudit(key),
  ]);
  return state === undefined ? undefined : { ...state, history };
}

/**
 * Reads a submission's state and what it says: for looking through many.
 *
 * @returns `undefined` when there is none of that key
 * @throws {StoreUnavailableError}
 */
export async function readLeadState(
  key: string,
  { events }: { readonly events: Pick<EventStore, 'readRecord' | 'readNormalized'> },
): Promise<LeadState | undefined> {
  const record = await events.readRecord(key);
  if (record === undefined) return undefined;
  const event = await events.readNormalized(key, record.payloadHash, record.remappedAs);
  return { record, ...(event === undefined ? {} : { event }) };
}
