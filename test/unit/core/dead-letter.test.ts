import { describe, expect, it } from 'vitest';
import { buildDeadLetter } from '../../../lambdas/core/dead-letter.ts';
import { parseDeliveryMessage } from '../../../lambdas/core/delivery-message.ts';
import type { QuarantineEntry } from '../../../lambdas/core/event-record.ts';
import { eventRefs } from '../../../lambdas/core/event-refs.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import { anEventRecord, T0 } from '../../support/event-builders.ts';

const REFS = { raw: 'EVT#k RAW#h', normalized: 'EVT#k NORM#h' };

function anEntry(overrides: Partial<QuarantineEntry> = {}): QuarantineEntry {
  return {
    quarantineId: 'q1',
    failure: failure('crm_invalid_data', 'Phone', { code: 'INVALID_DATA', field: 'Phone' }),
    attempts: 3,
    atMs: T0,
    ...overrides,
  };
}

describe('a dead letter', () => {
  it('says which lead, since when, why, and where it lies', () => {
    expect(buildDeadLetter(anEventRecord(), anEntry(), REFS)).toEqual({
      schema_version: 1,
      idempotency_key: 'website|lead.created|1001',
      source: 'website',
      event_type: 'lead.created',
      correlation_id: 'corr-1001',
      quarantine_id: 'q1',
      first_received_at: '2026-11-22T04:00:00.000Z',
      last_attempt_at: '2026-11-22T04:00:00.000Z',
      attempt_count: 3,
      failure_class: 'permanent',
      failure_code: 'crm_invalid_data',
      failure_message: 'Zoho refused a value: Phone.',
      crm_code: 'INVALID_DATA',
      crm_field: 'Phone',
      normalized_event_ref: 'EVT#k NORM#h',
      raw_event_ref: 'EVT#k RAW#h',
    });
  });

  it('does not name a code or field of the CRM when there is none', () => {
    const letter = buildDeadLetter(anEventRecord(), anEntry({ failure: failure('poison') }), REFS);

    expect(Object.keys(letter)).not.toContain('crm_code');
    expect(Object.keys(letter)).not.toContain('crm_field');
  });

  it('is a delivery message that opens this very quarantine', () => {
    const letter = buildDeadLetter(anEventRecord(), anEntry(), REFS);

    expect(parseDeliveryMessage(JSON.stringify(letter))).toEqual({
      schema_version: 1,
      idempotency_key: 'website|lead.created|1001',
      source: 'website',
      event_type: 'lead.created',
      correlation_id: 'corr-1001',
      quarantine_id: 'q1',
    });
  });
});

describe('the references of an event', () => {
  it('are the table keys of its payloads', () => {
    expect(eventRefs('website|lead.created|1001', 'abc')).toEqual({
      raw: 'EVT#website|lead.created|1001 RAW#abc',
      normalized: 'EVT#website|lead.created|1001 NORM#abc',
    });
  });
});
