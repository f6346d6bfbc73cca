import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../../../../lambdas/core/event-record.ts';
import { failure, FAILURE_CODES } from '../../../../../lambdas/core/failure.ts';
import { remedyOf } from '../../../../../local/operator/text/error-remedies.ts';
import { followEvent, type SeenState } from '../../../../../local/operator/source/follow-event.ts';
import {
  describeAnswer,
  describeEnd,
  describeSeen,
  describeTest,
  type TestedSource,
} from '../../../../../local/operator/source/source-test-text.ts';
import { buildSampleLead } from '../../../../../local/samples/sample-lead.ts';
import { aClock } from '../../../../support/fakes.ts';

const RECEIVED_AT = '2026-11-22T04:00:00.250Z';
const NOW_MS = Date.parse('2026-11-22T04:00:01.000Z');

const aRecord = (change: Partial<EventRecord> = {}): EventRecord => ({
  key: 'demo|form_response|a b',
  state: 'received',
  source: 'demo',
  eventType: 'form_response',
  occurredAt: RECEIVED_AT,
  receivedAt: RECEIVED_AT,
  correlationId: 'c1',
  payloadHash: 'h',
  mappingVersion: '1',
  attempts: 0,
  claims: 0,
  conflicts: 0,
  ...change,
});

/** Looks at the records one after the other; then at the last one for ever. */
async function followed(records: readonly (EventRecord | undefined)[], waitMs = 10_000) {
  const seen: SeenState[] = [];
  let looks = 0;
  const last = await followEvent(
    {
      events: {
        readRecord: async () => records[Math.min((looks += 1), records.length) - 1],
      },
      clock: aClock(NOW_MS),
    },
    'demo|form_response|a b',
    { waitMs, everyMs: 1_000 },
    (state) => seen.push(state),
  );
  return { last, looks, seen: seen.map(({ state, at }) => `${at.slice(17, 23)} ${state}`) };
}

describe('an event that is followed', () => {
  it('is seen in each state, with its times, until it has ended', async () => {
    const { last, seen } = await followed([
      undefined,
      aRecord(),
      aRecord({ state: 'processing' }),
      aRecord({ state: 'processing' }),
      aRecord({ state: 'failed', attempts: 1 }),
      aRecord({ state: 'failed', attempts: 2 }),
      aRecord({ state: 'succeeded', attempts: 3 }),
      aRecord({ state: 'processing' }),
    ]);

    expect(seen).toEqual([
      '00.250 received',
      '03.000 processing',
      '05.000 failed',
      '06.000 failed',
      '07.000 succeeded',
    ]);
    expect(last?.record.attempts).toBe(3);
  });

  it.each(['held', 'suppressed', 'quarantined'] as const)(
    'is left when it is %s',
    async (state) => {
      const { last, looks } = await followed([aRecord({ state })]);

      expect(last?.state).toBe(state);
      expect(looks).toBe(1);
    },
  );

  it('is left when the time is over, wherever it is', async () => {
    const stuck = await followed([aRecord()], 5_000);
    const none = await followed([undefined], 5_000);

    expect([stuck.last?.state, stuck.looks]).toEqual(['received', 6]);
    expect([none.last, none.looks]).toEqual([undefined, 6]);
  });
});

describe('what a person reads of a test', () => {
  const context = {
    target: { options: ['--stage', 'prod'] },
    isThin: false,
    isExpected: true,
    source: { provider: 'typeform' },
  } as const;
  const end = (change: Partial<EventRecord>, isExpected = true) =>
    describeEnd(
      { key: 'a|b|c', states: [], last: aRecord(change) },
      { ...context, isExpected },
    ).join('\n');

  it('is where the record lies, and that nobody deletes it', () => {
    const crm = { module: 'Leads', recordId: '4150868000000376003', action: 'insert' } as const;

    expect(end({ state: 'succeeded', crm })).toContain(
      'In Zoho: Leads, record 4150868000000376003 (created).\nIt is a test person: delete the record by hand',
    );
  });

  it('is what failed, what to do, and the command that delivers it again', () => {
    const text = end({ state: 'quarantined', failure: failure('crm_unauthorized') });

    expect(text).toContain('Zoho no longer accepts our credentials. (crm_unauthorized)');
    expect(text).toContain('What to do: Renew the refresh token with npx holdfast zoho rotate');
    expect(text).toContain('npx holdfast replay --key \'a|b|c\' --stage prod --reason "…"');
  });

  it('is which settings say where the lead is, when nobody is named there', () => {
    const nobody = { state: 'quarantined', failure: failure('missing_identity') } as const;
    const endOf = (source: TestedSource) =>
      describeEnd(
        { key: 'a|b|c', states: [], last: aRecord(nobody) },
        { ...context, isExpected: false, source },
      ).join('\n');

    expect(endOf({ provider: 'tiktok' })).toMatch(
      /at the top of the body\. .*dataPath(?:.*\n)+.*--remap/,
    );
    expect(endOf({ provider: 'url_token', dataPath: 'lead' })).toContain('looked for at lead.');
    expect(endOf({ provider: 'typeform' })).not.toMatch(/dataPath|--remap/);
  });

  it('is what to look at when it has not ended', () => {
    expect(end({ state: 'received' })).toContain('npx holdfast breaker status --stage prod');
    expect(end({ state: 'failed', failure: failure('crm_no_answer') })).toContain('tried again');
    expect(end({ state: 'held' })).toContain('zohoEnabled');
    expect(end({ state: 'suppressed', suppression: 'test_lead' }, false)).toContain('test_lead');
    expect(describeEnd({ key: 'a|b|c', states: [] }, context).join()).toContain('no event a|b|c');
  });

  it.each([401, 403, 404, 413, 415, 503])('is what an answer of %s means', (status) => {
    const line = describeAnswer({ status, answeredInMs: 12.3, keys: [] }, RECEIVED_AT, 401);

    expect(line).toMatch(
      new RegExp(`^04:00:00\\.250Z  sent        answered ${status} in 12 ms: \\w`),
    );
  });

  it('may be a wrong secret, where a sender that is refused gets another status than 401', () => {
    const answer = { status: 503, answeredInMs: 12.3, keys: [] };

    expect(describeAnswer(answer, RECEIVED_AT, 503)).toContain(
      'or the secret or the signed address',
    );
    expect(describeAnswer(answer, RECEIVED_AT, 401)).not.toContain('the secret or the signed');
  });

  it('is which attempt failed, why, and when the next one is', () => {
    const record = aRecord({
      state: 'failed',
      attempts: 2,
      failure: failure('crm_unavailable'),
      nextDueAtMs: Date.parse('2026-11-22T04:00:09.000Z'),
    });

    expect(describeSeen({ state: 'failed', at: RECEIVED_AT, record })).toBe(
      '04:00:00.250Z  failed      attempt 2: crm_unavailable, next attempt 04:00:09.000Z',
    );
  });

  it('is a warning where a sample cannot exist at the sender', () => {
    const test = {
      name: 'demo',
      provider: 'typeform',
      lead: buildSampleLead(0, 'x', NOW_MS),
    } as const;
    const text = (isThin: boolean, isLocal: boolean, asksForPeople = false) =>
      describeTest({ ...test, isThin, asksForPeople, target: { name: 'it', isLocal } }).join('\n');

    expect(text(true, false)).toContain('does not exist there');
    expect(text(true, true)).not.toContain('does not exist there');
    expect(text(false, false)).not.toContain('does not exist there');
    expect(text(false, false, true)).toContain('Turnstile');
    expect(text(false, true, true)).not.toContain('Turnstile');
  });

  it('has a remedy for every failure', () => {
    for (const code of FAILURE_CODES) expect(remedyOf(code), code).toMatch(/^[A-Z][^`[\]]+[.?]$/);
  });

  it('has remedies whose commands go to the same target, and pages by their paths', () => {
    const remedy = remedyOf('crm_unauthorized', ['--port', '4600']);

    expect(remedy).toContain('npx holdfast zoho rotate --reason "…" --port 4600 (docs/secrets.md)');
  });
});
