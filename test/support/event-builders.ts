import type { EventRecord, NewEvent } from '../../lambdas/core/event-record.ts';
import { eventRefs } from '../../lambdas/core/event-refs.ts';
import type { NormalizedEvent } from '../../lambdas/core/lead-event.ts';

export const T0 = Date.parse('2026-11-22T04:00:00.000Z');

/** A normalized event of one person; a test names only what matters to it. */
export function aLeadEvent(overrides: Partial<NormalizedEvent> = {}): NormalizedEvent {
  const key = overrides.idempotency_key ?? 'website|lead.created|1001';
  const refs = eventRefs(key, 'a'.repeat(64));
  return {
    schema_version: '1.0',
    event_id: 'website:1001',
    event_type: 'lead.created',
    source: 'website',
    occurred_at: '2026-11-22T03:59:58.000Z',
    occurred_at_basis: 'provider',
    idempotency_key: key,
    identity: { email: 'ana@example.com', phone_e164: '+12025550143' },
    attributes: { first_name: 'Ana', last_name: 'Ng', company: 'Example Ltd' },
    answers: [],
    consent: [],
    is_test: false,
    routing: { crm: 'zoho', object: 'Leads', upsert_key: 'Holdfast_Key', mode: 'upsert' },
    audit: {
      received_at: '2026-11-22T04:00:00.000Z',
      correlation_id: 'corr-1001',
      mapping_version: 'v1',
      raw_event_ref: refs.raw,
      normalized_event_ref: refs.normalized,
    },
    ...overrides,
  };
}

/** An event as intake hands it to the store. */
export function aNewEvent(overrides: Partial<NewEvent> = {}): NewEvent {
  const key = overrides.key ?? 'website|lead.created|1001';
  return {
    key,
    source: 'website',
    eventType: 'lead.created',
    sourceEventId: '1001',
    occurredAt: '2026-11-22T03:59:58.000Z',
    receivedAt: '2026-11-22T04:00:00.000Z',
    correlationId: 'corr-1001',
    payloadHash: 'a'.repeat(64),
    mappingVersion: 'v1',
    raw: {
      body: new TextEncoder().encode('{"email":"ana@example.com"}'),
      contentType: 'application/json',
      headers: { 'user-agent': 'test' },
      signature: 'none',
    },
    normalized: aLeadEvent({ idempotency_key: key }),
    initial: { state: 'received' },
    ...overrides,
  };
}

/** An accepted event's state, just received. */
export function anEventRecord(overrides: Partial<EventRecord> = {}): EventRecord {
  return {
    key: 'website|lead.created|1001',
    state: 'received',
    source: 'website',
    eventType: 'lead.created',
    occurredAt: '2026-11-22T03:59:58.000Z',
    receivedAt: '2026-11-22T04:00:00.000Z',
    correlationId: 'corr-1001',
    payloadHash: 'a'.repeat(64),
    mappingVersion: 'v1',
    attempts: 0,
    claims: 0,
    conflicts: 0,
    ...overrides,
  };
}
