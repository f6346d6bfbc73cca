import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../../../lambdas/core/config.ts';
import type { LeadFinding } from '../../../../../lambdas/operations/lookup/find-leads.ts';
import { describeFinding } from '../../../../../local/operator/lead/finding-text.ts';
import { describeShown } from '../../../../../local/operator/lead/lead-show-text.ts';
import type { StoryContext } from '../../../../../local/operator/lead/person-text.ts';
import { describeQuarantined } from '../../../../../local/operator/quarantine/run-quarantine-show.ts';
import { describeScanCost, isCheapScan } from '../../../../../local/operator/lead/scan-text.ts';
import { failure } from '../../../../../lambdas/core/failure.ts';
import {
  anEventRecord,
  anUndeliveredRecord,
  aPerson,
  aStoredLead,
} from '../../../../support/lead-builders.ts';

const config = defineConfig({
  sources: { website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] } },
});
const CONTEXT: StoryContext = {
  config,
  breaker: { state: 'closed', failuresInRow: 0 },
  nowMs: Date.parse('2026-11-22T12:00:00.000Z'),
  options: ['--stage', 'prod'],
  columns: 100,
  linkOf: () => undefined,
};
const TARGET = { name: 'the stage prod', options: ['--stage', 'prod'] };

const textOf = (finding: Partial<LeadFinding>, typed = 'ana@example.com') =>
  describeFinding(
    { query: { kind: 'email', email: 'ana@example.com' }, people: [], looked: [], ...finding },
    TARGET,
    CONTEXT,
    typed,
  ).join('\n');

describe('what a look-up prints', () => {
  it('is where it looked in vain, each place once, and what else to try', () => {
    const text = textOf({
      query: { kind: 'crm-id', recordId: '4150868000000376001' },
      looked: [
        { place: 'crm', problem: 'Zoho has no such record, or hides it' },
        { place: 'names' },
        { place: 'sender_ids', count: 18 },
        { place: 'names' },
        { place: 'waiting', count: 5_000, isCut: true },
      ],
    });

    expect(text.split('\n').slice(0, 5)).toEqual([
      'No lead was found by the Zoho record 4150868000000376001 on the stage prod. It was looked',
      '  in Zoho: Zoho has no such record, or hides it',
      '  among the people who are known by it',
      '  under 18 keys that the configured sources would have given it',
      '  at 5000 leads that have not ended, and there are more',
    ]);
    expect(text).toContain('npx holdfast lead find ana@example.com --scan --stage prod');
    expect(text).toContain('npx holdfast stats --stage prod');
  });

  it('does not send somebody where it has looked already', () => {
    const text = textOf({
      looked: [{ place: 'store', count: 6_049, problem: '1 of them could not be read' }],
    });

    expect(text).toContain('at everything that is stored: 6049 items: 1 of them could not be read');
    expect(text).toContain('Everything was looked at.');
    expect(text).not.toContain('--scan');
  });

  it('names the way to the rest, where the look at everything ended before its end', () => {
    const text = textOf({ looked: [{ place: 'store', count: 9_000, isCut: true }] });

    expect(text).toContain('at everything that is stored: 9000 items, not all');
    expect(text).toContain('npx holdfast lead find ana@example.com --scan --stage prod');
    expect(text).not.toContain('Everything was looked at');
  });

  it('says that nobody else is to be found, once everything was looked at', () => {
    const whole = textOf({ people: [aPerson()], looked: [{ place: 'store', count: 60 }] });
    const some = textOf({ people: [aPerson()], looked: [{ place: 'waiting', count: 60 }] });

    expect(whole).toContain('Everything that is stored was looked at: 60 items.');
    expect(some).not.toContain('verything');
  });

  it('is a story each of the first three people, and a line for others', () => {
    const people = Array.from({ length: 5 }, (_, at) =>
      aPerson({
        leads: [aStoredLead({ record: anEventRecord({ key: `website|form_submission|${at}` }) })],
      }),
    );

    const text = textOf({ people });

    expect(text).toContain('5 people found by the e-mail address ana@example.com:');
    expect(text.match(/ {4}Key: /g)).toHaveLength(3);
    expect(text.match(/1 submission, the last one delivered/g)).toHaveLength(2);
  });

  it('says that there may be more, where not everything was looked at', () => {
    const text = textOf({
      people: [aPerson()],
      looked: [{ place: 'waiting', count: 5_000, isCut: true }],
    });

    expect(text).toContain('There may be more: it was not looked everywhere.');
  });
});

describe('what a look at everything takes', () => {
  it.each([
    [{ items: 25 }, '25 items'],
    [{ items: 12_000, readUnits: 1_500 }, '12000 items, 1500 read units (less than a cent), 2 s'],
    [
      { items: 9_000_000, readUnits: 2_000_000 },
      '9000000 items, 2000000 read units (about $0.25), 33 min',
    ],
  ])('%j is %s', (measure, expected) => {
    expect(describeScanCost(measure)).toBe(expected);
  });

  it.each([
    [{ items: 0 }, true],
    [{ items: 12_000, readUnits: 2_000 }, true],
    [{ items: 12_000, readUnits: 2_001 }, false],
  ])('%j is so little that nobody is asked: %s', (measure, expected) => {
    expect(isCheapScan(measure)).toBe(expected);
  });
});

describe('everything of one submission', () => {
  const raw = {
    body: new TextEncoder().encode('{"email":"ana@example.com"}'),
    contentType: 'application/json',
    headers: { 'content-type': 'application/json', 'user-agent': 'Sender/1' },
    signature: 'current',
  } as const;
  const show = (withBody: boolean, overrides: object = {}) =>
    describeShown(
      { ...aStoredLead(), raw, ...overrides },
      { config, raw: withBody, columns: 100 },
    ).join('\n');

  it('has its record, what it says and the request; the body on demand', () => {
    expect(show(false)).toMatch(/state +succeeded/);
    expect(show(false)).toMatch(/email +ana@example\.com/);
    expect(show(false)).toMatch(/proven by +the current secret/);
    expect(show(false)).toContain('27 bytes (--raw prints it)');
    expect(show(false)).not.toContain('{"email"');
    expect(show(true)).toContain('{"email":"ana@example.com"}');
  });

  it('says when the request is no longer kept, and prints what is no text as Base64', () => {
    const gone = { ...aStoredLead() };
    const bytes = { raw: { ...raw, body: Uint8Array.of(0xff, 0xfe) } };

    expect(describeShown(gone, { config, raw: true, columns: 100 }).join('\n')).toMatch(
      /kept +no longer/,
    );
    expect(show(true, bytes)).toContain('//4=');
  });
});

describe('one lead in quarantine', () => {
  it('has its cause, what it says, when its dead letter ends, and the commands', () => {
    const record = anUndeliveredRecord('quarantined', {
      failure: failure('missing_identity'),
      quarantineId: 'q',
      quarantinedAt: '2026-11-22T04:00:01.000Z',
      dlqSentAt: '2026-11-22T04:00:02.000Z',
    });

    const text = describeQuarantined(
      aStoredLead({ record }),
      ['--stage', 'prod'],
      config,
      250,
    ).join('\n');

    expect(text).toContain('set aside after 1 attempt: The lead has no e-mail address');
    expect(text).toContain('its queue drops it 2026-12-06 04:00:02 UTC, and the lead stays here.');
    expect(text).toMatch(/company +Example Ltd/);
    // Replayed as it is, it would come back at once.
    expect(text).toContain(
      `npx holdfast replay --key '${record.key}' --stage prod --remap --reason "…"`,
    );
  });
});
