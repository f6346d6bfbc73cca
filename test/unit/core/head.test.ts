import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineConfig, mergePolicyOf } from '../../../lambdas/core/config.ts';
import type { Contribution } from '../../../lambdas/core/contribution.ts';
import {
  confirm,
  type Head,
  leaseTakenUntilMs,
  isUnsettled,
  mergeContribution,
  settled,
  takeLease,
  unconfirmedEvents,
  needsWrite,
  newHead,
  unconfirmedFields,
  unsettledUntilMs,
  valuesOf,
  withdrawEvent,
  withLease,
  withoutCrmRecord,
  withoutLease,
  withUnsettled,
} from '../../../lambdas/core/head.ts';

const EMPTY = newHead('Leads', 'hf_1');

const CONFIG = defineConfig({ sources: { demo: { provider: 'typeform' } } });

const merge = (head: Head, contribution: Contribution): Head =>
  mergeContribution(head, contribution, (field) => mergePolicyOf(CONFIG, field));

const says = (overrides: Partial<Contribution> = {}): Contribution => ({
  event: 'website|lead.created|1',
  occurredAt: '2026-11-22T04:00:00.000Z',
  trust: 50,
  mayCreate: true,
  values: { email: 'ana@example.com' },
  ...overrides,
});

const confirmed = (head: Head): Head => confirm(head, head.version, '1');

describe('merging into HEAD', () => {
  it('lets the newer value win, whichever comes first', () => {
    const older = says({ event: 'a', values: { company: 'Old Ltd' } });
    const newer = says({
      event: 'b',
      occurredAt: '2026-11-22T05:00:00.000Z',
      values: { company: 'New Ltd' },
    });

    const inOrder = merge(merge(EMPTY, older), newer);
    const reversed = merge(merge(EMPTY, newer), older);

    expect(valuesOf(inOrder)).toEqual({ company: 'New Ltd' });
    expect(valuesOf(reversed)).toEqual({ company: 'New Ltd' });
  });

  it('takes a field from an older event that only that one has', () => {
    const newer = says({ event: 'b', occurredAt: '2026-11-22T05:00:00.000Z' });
    const older = says({ event: 'a', values: { phone: '+12025550143' } });

    const head = merge(merge(EMPTY, newer), older);

    expect(valuesOf(head)).toEqual({ email: 'ana@example.com', phone: '+12025550143' });
  });

  it('keeps the first touch of what only the first contact can tell', () => {
    const first = says({ event: 'a', values: { lead_source: 'Website', utm_source: 'ads' } });
    const second = says({
      event: 'b',
      occurredAt: '2026-11-22T05:00:00.000Z',
      values: { lead_source: 'Demo', utm_source: 'mail' },
    });

    const head = merge(merge(EMPTY, second), first);

    expect(valuesOf(head)).toEqual({ lead_source: 'Website', utm_source: 'ads' });
  });

  it('asks trust between events of the same moment', () => {
    const trusted = says({ event: 'a', trust: 90, values: { company: 'Right' } });
    const other = says({ event: 'b', trust: 10, values: { company: 'Wrong' } });

    const head = merge(merge(EMPTY, trusted), other);

    expect(valuesOf(head)).toEqual({ company: 'Right' });
  });

  it('asks time, not trust, between events of different moments', () => {
    const trusted = says({ event: 'a', trust: 90, values: { company: 'Old' } });
    const newer = says({
      event: 'b',
      trust: 10,
      occurredAt: '2026-11-22T05:00:00.000Z',
      values: { company: 'New' },
    });

    expect(valuesOf(merge(merge(EMPTY, trusted), newer))).toEqual({ company: 'New' });
    expect(valuesOf(merge(merge(EMPTY, newer), trusted))).toEqual({ company: 'New' });
  });

  it('asks the key where moment and trust are the same, whichever comes first', () => {
    const a = says({ event: 'a', values: { company: 'A', phone: '1', lead_source: 'A' } });
    const b = says({ event: 'b', values: { company: 'B', phone: '2', lead_source: 'B' } });
    const bWins = { company: 'B', phone: '2', lead_source: 'B' };

    expect(valuesOf(merge(merge(EMPTY, a), b))).toEqual(bWins);
    expect(valuesOf(merge(merge(EMPTY, b), a))).toEqual(bWins);
  });

  it('leaves the version as it is when an event brings nothing but the permission to make a record', () => {
    const updates = merge(EMPTY, says({ event: 'a', mayCreate: false }));

    const head = merge(updates, says({ event: 'a', mayCreate: true }));

    expect(head).toEqual({ ...updates, creator: 'a' });
  });

  it('changes nothing, not even the version, when an event is merged again', () => {
    const head = merge(EMPTY, says());

    expect(merge(head, says())).toBe(head);
  });

  it('ends the same in whatever order and however often events come', () => {
    const contribution = fc.record({
      event: fc.constantFrom('a', 'b', 'c', 'd'),
      occurredAt: fc.constantFrom('2026-11-22T04:00:00.000Z', '2026-11-22T05:00:00.000Z'),
      trust: fc.constantFrom(10, 50),
      mayCreate: fc.boolean(),
      values: fc.dictionary(
        fc.constantFrom('email', 'company', 'lead_source', 'message'),
        fc.constantFrom('x', 'y', ''),
      ),
    });
    const events = fc.uniqueArray(contribution, { selector: (each) => each.event, maxLength: 4 });

    fc.assert(
      fc.property(events, fc.array(fc.nat(3), { maxLength: 8 }), (all, extra) => {
        const fold = (list: readonly Contribution[]) => valuesOf(list.reduce(merge, EMPTY));
        const shuffled = [...extra.flatMap((n) => all[n] ?? []), ...all.toReversed()];

        expect(fold(shuffled)).toEqual(fold(all));
      }),
    );
  });
});

describe('merging by policy', () => {
  const at = (hour: string) => `2026-11-22T${hour}:00:00.000Z`;

  it('never lets an empty value clear a filled one', () => {
    const filled = merge(EMPTY, says({ event: 'a', values: { company: 'Co' } }));

    const head = merge(filled, says({ event: 'b', occurredAt: at('06'), values: { company: '' } }));

    expect(head).toBe(filled);
  });

  it('lets no less trusted source replace an e-mail address or a phone number', () => {
    const trusted = says({ event: 'a', trust: 90, values: { phone: '1', company: 'Old' } });
    const newer = says({
      event: 'b',
      trust: 10,
      occurredAt: at('09'),
      values: { phone: '2', company: 'New' },
    });

    expect(valuesOf(merge(merge(EMPTY, trusted), newer))).toEqual({ phone: '1', company: 'New' });
    expect(valuesOf(merge(merge(EMPTY, newer), trusted))).toEqual({ phone: '1', company: 'New' });
  });

  it('keeps every message, the newest first, each with its time', () => {
    const first = says({ event: 'a', values: { message: 'Hello' } });
    const second = says({ event: 'b', occurredAt: at('05'), values: { message: 'And again' } });

    const one = merge(EMPTY, first);
    const both = merge(one, second);

    expect(valuesOf(one)['message']).toBe('Hello');
    expect(valuesOf(both)['message']).toBe(
      '[2026-11-22 05:00 UTC]\nAnd again\n\n[2026-11-22 04:00 UTC]\nHello',
    );
    expect(valuesOf(merge(merge(EMPTY, second), first))).toEqual(valuesOf(both));
    expect(merge(both, first)).toBe(both);
  });

  it('takes what the same event says after it was read anew', () => {
    const first = merge(EMPTY, says({ event: 'a', values: { company: 'Old', message: 'Old' } }));

    const head = merge(first, says({ event: 'a', values: { company: 'New', message: 'New' } }));

    expect(valuesOf(head)).toEqual({ company: 'New', message: 'New' });
  });

  it('sends a message field again when one was added, and not when all are confirmed', () => {
    const one = confirmed(merge(EMPTY, says({ event: 'a', values: { message: 'Hello' } })));

    const both = merge(
      one,
      says({ event: 'b', occurredAt: at('05'), values: { message: 'Again' } }),
    );

    expect(unconfirmedFields(one)).toEqual([]);
    expect(unconfirmedFields(both)).toEqual(['message']);
    expect([...unconfirmedEvents(both)]).toEqual(['b']);
    expect(valuesOf(withdrawEvent(both, 'b'))).toEqual({ message: 'Hello' });
  });

  it('keeps as many and as long messages as allowed, the same ones in any order', () => {
    const messages = Array.from({ length: 80 }, (_, n) =>
      says({
        event: `m${String(n).padStart(2, '0')}`,
        occurredAt: new Date(Date.parse(at('04')) + n * 60_000).toISOString(),
        values: { message: `${n}`.padEnd(n % 7 === 0 ? 3_000 : 20, '.') },
      }),
    );

    const inOrder = messages.reduce(merge, EMPTY);
    const reversed = messages.toReversed().reduce(merge, EMPTY);

    const kept = inOrder.appended?.['message'] ?? [];
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length).toBeLessThanOrEqual(50);
    expect(kept.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThanOrEqual(32_000);
    expect(valuesOf(reversed)).toEqual(valuesOf(inOrder));
  });

  it('remembers an event that permits making a record, until that event is withdrawn', () => {
    const updates = merge(EMPTY, says({ event: 'a', mayCreate: false }));
    const creates = merge(updates, says({ event: 'b', mayCreate: true, values: { city: 'Rome' } }));

    expect(updates.creator).toBeUndefined();
    expect(creates.creator).toBe('b');
    expect(withdrawEvent(creates, 'b').creator).toBeUndefined();
    expect(withdrawEvent(creates, 'a').creator).toBe('b');
  });
});

describe('a write whose answer nobody has', () => {
  it('is suspected when a lease is taken that another writer let expire', () => {
    const left = withLease(merge(EMPTY, says()), 'dead', 1_000);

    const taken = takeLease(left, 'mine', 61_000);

    expect(taken).toMatchObject({ leaseToken: 'mine', unsettledUntilMs: 1_000 });
    expect(isUnsettled(taken)).toBe(true);
  });

  it('is not suspected when the lease was given back, or is prolonged by its holder', () => {
    const free = withoutLease(withLease(EMPTY, 'other', 1_000));
    const ours = withLease(EMPTY, 'mine', 1_000);

    expect(isUnsettled(takeLease(free, 'mine', 61_000))).toBe(false);
    expect(isUnsettled(takeLease(ours, 'mine', 61_000))).toBe(false);
  });

  it('is settled by a confirmation, or by knowing that it did not happen', () => {
    const unsettled = takeLease(withLease(merge(EMPTY, says()), 'dead', 1_000), 'mine', 61_000);

    expect(isUnsettled(confirm(unsettled, 1, '9'))).toBe(false);
    expect(isUnsettled(settled(unsettled))).toBe(false);
  });

  it('is suspected of a holder whose lease does not say how long it lasts, too', () => {
    const { leaseUntilMs: _until, ...left } = withLease(EMPTY, 'dead', 1_000);

    expect(takeLease(left, 'mine', 61_000)).toMatchObject({ unsettledUntilMs: 0 });
  });

  it('stands in the way of the next one until its time is over, and is to be read back even then', () => {
    const head = withUnsettled(EMPTY, 1_000);

    expect(unsettledUntilMs(head, 999)).toBe(1_000);
    expect(unsettledUntilMs(head, 1_000)).toBeUndefined();
    expect(unsettledUntilMs(EMPTY, 0)).toBeUndefined();
    expect(isUnsettled(head)).toBe(true);
  });

  it('may take place for as long as the last of several may', () => {
    const head = withUnsettled(EMPTY, 2_000);

    expect(withUnsettled(head, 1_000).unsettledUntilMs).toBe(2_000);
    expect(withUnsettled(head, 3_000).unsettledUntilMs).toBe(3_000);
    expect(withUnsettled(head, undefined)).toBe(head);
  });
});

describe('the CRM record of a HEAD', () => {
  it('is to be written as long as none is known, even when nothing is new', () => {
    const head = confirmed(merge(EMPTY, says()));

    const gone = withoutCrmRecord(head);

    expect(gone).not.toHaveProperty('crmRecordId');
    expect(gone).toMatchObject({ version: 1, confirmedVersion: 1, fields: head.fields });
    expect(unconfirmedFields(gone)).toEqual([]);
    expect(needsWrite(gone)).toBe(true);
    expect(needsWrite(head)).toBe(false);
  });

  it('is to be written when it is known and something is new', () => {
    const known = { ...EMPTY, crmRecordId: '9' };

    expect(needsWrite(known)).toBe(false);
    expect(needsWrite(merge(known, says()))).toBe(true);
  });

  it('keeps the permission to be made once it is there, whoever is withdrawn', () => {
    const head = merge(EMPTY, says({ event: 'a' }));

    expect(withdrawEvent({ ...head, crmRecordId: '9' }, 'a').creator).toBe('a');
    expect(withdrawEvent(head, 'a').creator).toBeUndefined();
  });
});

describe('confirming', () => {
  it('leaves only what came after the confirmed version to be sent', () => {
    const sent = merge(EMPTY, says());
    const meanwhile = merge(
      sent,
      says({ event: 'b', occurredAt: '2026-11-22T05:00:00.000Z', values: { company: 'New' } }),
    );

    const head = confirm(meanwhile, sent.version, '9');

    expect(unconfirmedFields(head)).toEqual(['company']);
    expect(needsWrite(head)).toBe(true);
    expect(head).toMatchObject({ crmRecordId: '9' });
  });

  it('never takes a confirmation back', () => {
    const head = confirmed(merge(EMPTY, says()));

    expect(confirm(head, 0, '1').confirmedVersion).toBe(1);
  });

  it('has nothing to write once all is confirmed', () => {
    expect(needsWrite(confirmed(merge(EMPTY, says())))).toBe(false);
  });
});

describe('what lies behind a value that is not confirmed', () => {
  const at = (minute: number) => new Date(Date.parse('2026-11-22T05:00:00.000Z') + minute * 60_000);
  const cities = (...values: readonly string[]): readonly Contribution[] =>
    values.map((city, n) =>
      says({ event: `e${n}`, occurredAt: at(n).toISOString(), values: { city } }),
    );
  const behind = (head: Head): readonly string[] =>
    (head.fields['city']?.replaced ?? []).map(({ value }) => value);

  it('is every value since the one that the CRM holds, and that one', () => {
    const [first, second, third, fourth] = cities('Rome', 'Oslo', 'Bern', 'Kyiv');
    const held = confirmed(merge(merge(EMPTY, first!), second!));

    const head = merge(merge(held, third!), fourth!);

    expect(behind(held)).toEqual([]);
    expect(behind(head)).toEqual(['Bern', 'Oslo']);
  });

  it('is forgotten as far as it is older than what is confirmed', () => {
    const head = cities('Rome', 'Oslo', 'Bern', 'Kyiv').reduce(merge, EMPTY);

    expect(behind(head)).toEqual(['Bern', 'Oslo', 'Rome']);
    expect(behind(confirm(head, 2, '9'))).toEqual(['Bern', 'Oslo']);
    expect(behind(confirm(head, 3, '9'))).toEqual(['Bern']);
    expect(behind(confirm(head, 4, '9'))).toEqual([]);
  });

  it('is no more than twenty values, the newest and the oldest among them', () => {
    const names = Array.from({ length: 40 }, (_, n) => `City ${n}`);

    const kept = behind(cities(...names).reduce(merge, EMPTY));

    expect(kept).toHaveLength(20);
    expect(kept[0]).toBe('City 38');
    expect(kept[18]).toBe('City 20');
    expect(kept[19]).toBe('City 0');
  });

  it('is no more than 2,000 characters beside the oldest, which is kept however long', () => {
    const [oldest, full, short, newest] = ['o'.repeat(900), 'f'.repeat(1_999), 's', 'New'] as const;

    const within = cities(oldest, full, short, newest).reduce(merge, EMPTY);
    const beyond = cities(oldest, `${full}ff`, short, newest).reduce(merge, EMPTY);

    expect(behind(within)).toEqual([short, full, oldest]);
    expect(behind(beyond)).toEqual([short, oldest]);
  });
});

describe('withdrawing a refused event', () => {
  const before = confirmed(
    merge(EMPTY, says({ event: 'a', values: { phone: 'good', company: 'Co' } })),
  );
  const bad = says({
    event: 'bad',
    occurredAt: '2026-11-22T05:00:00.000Z',
    values: { phone: 'refused', city: 'Rome' },
  });

  it('brings back what the CRM holds, and leaves nothing to write', () => {
    const head = withdrawEvent(merge(before, bad), 'bad');

    expect(valuesOf(head)).toEqual({ phone: 'good', company: 'Co' });
    expect(needsWrite(head)).toBe(false);
  });

  it('brings what lay in between back first, and then what the CRM holds', () => {
    const between = says({
      event: 'b',
      occurredAt: '2026-11-22T04:30:00.000Z',
      values: { phone: 'waiting' },
    });

    const head = withdrawEvent(merge(merge(before, between), bad), 'bad');

    expect(valuesOf(head)['phone']).toBe('waiting');
    expect(valuesOf(withdrawEvent(head, 'b'))['phone']).toBe('good');
  });

  it('brings back a value that was on its way when the refused one came, and has been confirmed since', () => {
    const sent = merge(EMPTY, says({ event: 'a', values: { city: 'Rome' } }));
    const merged = merge(
      sent,
      says({ event: 'bad', occurredAt: '2026-11-22T05:00:00.000Z', values: { city: 'refused' } }),
    );
    const head = confirm(merged, sent.version, '1');

    expect(valuesOf(withdrawEvent(head, 'bad'))).toEqual({ city: 'Rome' });
    expect(needsWrite(withdrawEvent(head, 'bad'))).toBe(false);
  });

  it('keeps what the CRM holds however many values wait in front of it', () => {
    let head = before;
    for (let n = 0; n < 100; n += 1) {
      const occurredAt = new Date(Date.parse('2026-11-22T05:00:00.000Z') + n).toISOString();
      head = merge(head, says({ event: `e${n}`, occurredAt, values: { phone: `${n}` } }));
    }
    const size = head.fields['phone']?.replaced?.length ?? 0;
    for (let n = 0; n < 100; n += 1) head = withdrawEvent(head, `e${n}`);

    expect(size).toBeLessThanOrEqual(20);
    expect(valuesOf(head)['phone']).toBe('good');
  });

  it('leaves an event alone that is confirmed already', () => {
    expect(withdrawEvent(before, 'a')).toEqual(before);
  });

  it('lets the event come in again later', () => {
    const head = withdrawEvent(merge(before, bad), 'bad');

    expect(valuesOf(merge(head, bad))).toMatchObject({ phone: 'refused' });
  });
});

describe('the identity lease', () => {
  const held = withLease(EMPTY, 'mine', 1_000);

  it('is taken for others until it ends, and never for its holder', () => {
    expect(leaseTakenUntilMs(held, 'other', 999)).toBe(1_000);
    expect(leaseTakenUntilMs(held, 'other', 1_000)).toBeUndefined();
    expect(leaseTakenUntilMs(held, 'mine', 0)).toBeUndefined();
    expect(leaseTakenUntilMs(withoutLease(held), 'other', 0)).toBeUndefined();
  });

  it('is over when it does not say until when it lasts, and nobody’s when it does not say whose', () => {
    const { leaseUntilMs: _until, ...endless } = held;
    const { leaseToken: _token, ...anonymous } = held;

    expect(leaseTakenUntilMs(endless, 'other', 0)).toBeUndefined();
    expect(leaseTakenUntilMs(anonymous, 'other', 0)).toBeUndefined();
  });

  it('leaves nothing behind when it is given back', () => {
    expect(withoutLease(held)).toEqual(EMPTY);
  });
});
