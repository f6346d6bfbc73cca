import { describe, expect, it } from 'vitest';
import type { LogFields } from '../../../lambdas/core/log-fields.ts';
import { formatLiveLine } from '../../../local/live-lines.ts';
import { createLocalLog, formatLogEntry, type LogEntry } from '../../../local/local-log.ts';

describe('a live line', () => {
  it.each<[string, string, LogFields, RegExp]>([
    [
      'a lead that came',
      'intake',
      { outcome: 'received' },
      /^\d\d:\d\d:\d\d {2}received {5}website\|x\|1$/,
    ],
    ['a known lead', 'intake', { outcome: 'duplicate', duplicate: true }, /known .*came before/],
    ['a spam trap', 'intake', { outcome: 'spam_trap' }, /suppressed .*bots/],
    [
      'a deleted submission',
      'consumer',
      { outcome: 'deleted_at_source' },
      /suppressed .*its sender has deleted it/,
    ],
    [
      'what is no lead',
      'consumer',
      { outcome: 'not_a_lead' },
      /suppressed .*something else than a lead/,
    ],
    [
      'a delivery',
      'consumer',
      {
        outcome: 'delivered',
        crm_module: 'Leads',
        crm_record_id: '415',
        crm_action: 'insert',
        duration_ms: 87,
      },
      /delivered {4}website\|x\|1 {2}created Leads 415 {2}87 ms$/,
    ],
    ['a lead that is held', 'consumer', { outcome: 'held' }, /held .*ZOHO_ENABLED=false/],
    [
      'a retry',
      'consumer',
      {
        outcome: 'retry',
        failure_code: 'crm_unavailable',
        attempt: 3,
        next_due_at: '2026-11-22T04:00:00.000Z',
      },
      /waits .*until \d\d:\d\d:\d\d: Zoho answered that it is unavailable\. Attempt 3\.$/,
    ],
    [
      'a quarantine by the consumer',
      'consumer',
      {
        outcome: 'quarantined',
        quarantine_id: 'q',
        failure_code: 'crm_mandatory_missing',
        crm_code: 'MANDATORY_NOT_FOUND',
        crm_field: 'Company',
      },
      /quarantined .*Zoho requires a field.*\(MANDATORY_NOT_FOUND Company\)$/,
    ],
    [
      'a quarantine by intake',
      'intake',
      { outcome: 'quarantined', quarantine_id: 'q', failure_code: 'unreadable_body' },
      /quarantined .*could not be read/,
    ],
    [
      'an event that the sweeper brought back',
      'sweeper',
      { outcome: 'requeued' },
      /queued .*sweeper$/,
    ],
  ])('tells of %s', (_, service, fields, expected) => {
    const line = formatLiveLine(anEntry(service, { idempotency_key: 'website|x|1', ...fields }));

    expect(line).toMatch(expected);
  });

  it.each<[LogFields, RegExp]>([
    [
      { source: 'partner', outcome: 'stale', http_status: 401 },
      /refused {6}partner {2}HTTP 401.*too old/,
    ],
    [
      { source: 'hubspot', outcome: 'mismatch', http_status: 503 },
      /refused {6}hubspot {2}HTTP 503: its secret is another one/,
    ],
    [
      { source: 'website', outcome: 'origin', http_status: 403 },
      /refused {6}website {2}HTTP 403: its origin/,
    ],
    [
      { source: 'website', outcome: 'too_large', http_status: 413 },
      /refused {6}website {2}HTTP 413.*too large/,
    ],
    [{ outcome: 'unknown_source', http_status: 503 }, /refused .*HTTP 503.*no such source/],
    [{ source: 'website', http_status: 500 }, /refused {6}website {2}HTTP 500/],
  ])('tells of a request that intake refused: %o', (fields, expected) => {
    const line = formatLiveLine(anEntry('intake', fields));

    expect(line).toMatch(expected);
  });

  it("keeps quiet about the consumer's own calls and about what moves no lead", () => {
    const lines = [
      formatLiveLine(anEntry('consumer', { http_status: 401 })),
      formatLiveLine(anEntry('consumer', { outcome: 'superseded' })),
      formatLiveLine(anEntry('intake', {})),
    ];

    expect(lines).toEqual([undefined, undefined, undefined]);
  });
});

describe('the local log', () => {
  it("keeps each record's fields to its own lines", () => {
    const entries: LogEntry[] = [];
    const log = createLocalLog('consumer', (entry) => entries.push(entry), { source: 'website' });

    const first = log.child({ message_id: '1' });
    const second = log.child({ message_id: '2' });
    first.info('one', { attempt: 1 });
    second.info('two');

    expect(entries.map((entry) => entry.fields)).toEqual([
      { source: 'website', message_id: '1', attempt: 1 },
      { source: 'website', message_id: '2' },
    ]);
  });

  it('never writes the message of an error, which may quote a lead', () => {
    const cause = new Error('duplicate value ana@example.com');

    const line = formatLogEntry({ ...anEntry('consumer', {}), cause });

    expect(line).not.toContain('ana@example.com');
    expect(JSON.parse(line)).toMatchObject({ level: 'INFO', error_name: 'Error' });
  });
});

function anEntry(service: string, fields: LogFields): LogEntry {
  return {
    at: new Date('2026-11-22T04:00:00Z'),
    level: 'info',
    service,
    message: 'A message',
    fields,
  };
}
