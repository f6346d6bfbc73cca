import type { EventRecord } from '../../lambdas/core/event-record.ts';
import type { Person } from '../../lambdas/operations/person/gather-people.ts';
import type { StoredLead } from '../../lambdas/operations/lookup/stored-lead.ts';
import { aLeadEvent } from './event-builders.ts';

/** An event's record, delivered; a test names only what matters to it. */
export function anEventRecord(overrides: Partial<EventRecord> = {}): EventRecord {
  return {
    key: 'website|form_submission|1',
    state: 'succeeded',
    source: 'website',
    eventType: 'form_submission',
    occurredAt: '2026-11-22T03:59:58.000Z',
    receivedAt: '2026-11-22T04:00:00.000Z',
    correlationId: 'corr-1',
    payloadHash: 'a'.repeat(64),
    mappingVersion: 'v1',
    attempts: 1,
    claims: 0,
    conflicts: 0,
    lastAttemptAt: '2026-11-22T04:00:01.000Z',
    crm: { module: 'Leads', recordId: '4150868000000376001', action: 'insert' },
    ...overrides,
  };
}

/** A record in another state than delivered. */
export function anUndeliveredRecord(
  state: Exclude<EventRecord['state'], 'succeeded'>,
  overrides: Partial<EventRecord> = {},
): EventRecord {
  const { crm: _crm, ...rest } = anEventRecord({ state, ...overrides });
  return rest;
}

/** A submission with what happened to it. */
export function aStoredLead(overrides: Partial<StoredLead> = {}): StoredLead {
  const record = overrides.record ?? anEventRecord();
  return {
    record,
    event: aLeadEvent({ idempotency_key: record.key, source: record.source }),
    history: [],
    ...overrides,
  };
}

/** A person with one delivered submission and no merged state. */
export function aPerson(overrides: Partial<Person> = {}): Person {
  return { leads: [aStoredLead()], older: 0, ...overrides };
}
