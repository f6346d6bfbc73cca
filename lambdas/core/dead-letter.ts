import type { EventRecord, QuarantineEntry } from './event-record.ts';
import type { FailureClass, FailureCode } from './failure.ts';

/**
 * What an operator finds on the dead-letter queue: which lead, since when, why, and where it lies.
 *
 * It is also a delivery message, so that a redrive from the SQS console delivers the event instead
 * of losing it: `quarantine_id` opens exactly this quarantine again.
 */
export interface DeadLetter {
  readonly schema_version: 1;
  readonly idempotency_key: string;
  readonly source: string;
  readonly event_type: string;
  readonly correlation_id: string;
  readonly quarantine_id: string;
  readonly first_received_at: string;
  readonly last_attempt_at: string;
  readonly attempt_count: number;
  readonly failure_class: FailureClass;
  readonly failure_code: FailureCode;
  readonly failure_message: string;
  readonly crm_code?: string;
  readonly crm_field?: string;
  /** Table keys, `<pk> <sk>`. */
  readonly normalized_event_ref: string;
  readonly raw_event_ref: string;
}

/** Builds the dead letter of a quarantined event. */
export function buildDeadLetter(
  record: EventRecord,
  entry: QuarantineEntry,
  refs: { normalized: string; raw: string },
): DeadLetter {
  return {
    schema_version: 1,
    idempotency_key: record.key,
    source: record.source,
    event_type: record.eventType,
    correlation_id: record.correlationId,
    quarantine_id: entry.quarantineId,
    first_received_at: record.receivedAt,
    last_attempt_at: new Date(entry.atMs).toISOString(),
    attempt_count: entry.attempts,
    failure_class: entry.failure.class,
    failure_code: entry.failure.code,
    failure_message: entry.failure.message,
    ...(entry.failure.crmCode === undefined ? {} : { crm_code: entry.failure.crmCode }),
    ...(entry.failure.crmField === undefined ? {} : { crm_field: entry.failure.crmField }),
    normalized_event_ref: refs.normalized,
    raw_event_ref: refs.raw,
  };
}
