import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contribution } from '../../../lambdas/core/contribution.ts';
import {
  confirm,
  type Head,
  leaseTakenUntilMs,
  mergeContribution,
  needsWrite,
  newHead,
  unconfirmedFields,
  valuesOf,
  withdrawEvent,
  withLease,
  withoutLease,
} from '../../../lambdas/core/head.ts';

const EMPTY = newHead('Leads', 'hf_1');

const says = (overrides: Partial<Contribution> = {}): Contribution => ({
  event: 'website|lead.created|1',
  occurredAt: '2026-11-22T04:00:00.000Z',
  trust: 50,
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

    const inOrder = mergeContribution(mergeContribution(EMPTY, older), newer);
    const reversed = mergeContribution(mergeContribution(EMPTY, newer), older);

    expect(valuesOf(inOrder)).toEqual({ company: 'New Ltd' });
    expect(valuesOf(reversed)).toEqual({ company: 'New Ltd' });
  });

  it('takes a field from an older event that only that one has', () => {
    const newer = says({ event: 'b', occurredAt: '2026-11-22T05:00:00.000Z' });
    const older = says({ event: 'a', values: { phone: '+12025550143' } });

    const head = mergeContribution(mergeContribution(EMPTY, newer), older);

    expect(valuesOf(head)).toEqual({ email: 'ana@example.com', phone: '+12025550143' });
  });

  it('keeps the first touch of what only the first contact can tell', () => {
    const first = says({ event: 'a', values: { lead_source: 'Website', utm_source: 'ads' } });
    const second = says({
      event: 'b',
      occurredAt: '2026-11-22T05:00:00.000Z',
      values: { lead_source: 'Demo', utm_source: 'mail' },
    });

    const head = mergeContribution(mergeContribution(EMPTY, second), first);

    expect(valuesOf(head)).toEqual({ lead_source: 'Website', utm_source: 'ads' });
  });

  it('asks trust between events of the same moment', () => {
    const trusted = says({ event: 'a', trust: 90, values: { company: 'Right' } });
    const other = says({ event: 'b', trust: 10, values: { company: 'Wrong' } });

    const head = mergeContribution(mergeContribution(EMPTY, trusted), other);

    expect(valuesOf(head)).toEqual({ company: 'Right' });
  });

  it('changes nothing, not even the version, when an event is merged again', () => {
    const head = mergeContribution(EMPTY, says());

    expect(mergeContribution(head, says())).toBe(head);
  });

  it('ends the same in whatever order and however often events come', () => {
    const contribution = fc.record({
      event: fc.constantFrom('a', 'b', 'c', 'd'),
      occurredAt: fc.constantFrom('2026-11-22T04:00:00.000Z', '2026-11-22T05:00:00.000Z'),
      trust: fc.constantFrom(10, 50),
      values: fc.dictionary(
        fc.constantFrom('email', 'company', 'lead_source', 'message'),
        fc.constantFrom('x', 'y'),
      ),
    });
    const events = fc.uniqueArray(contribution, { selector: (each) => each.event, maxLength: 4 });

    fc.assert(
      fc.property(events, fc.array(fc.nat(3), { maxLength: 8 }), (all, extra) => {
        const fold = (list: readonly Contribution[]) =>
          valuesOf(list.reduce(mergeContribution, EMPTY));
        const shuffled = [...extra.flatMap((n) => all[n] ?? []), ...all.toReversed()];

        expect(fold(shuffled)).toEqual(fold(all));
      }),
    );
  });
});

describe('confirming', () => {
  it('leaves only what came after the confirmed version to be sent', () => {
    const sent = mergeContribution(EMPTY, says());
    const meanwhile = mergeContribution(
      sent,
      says({ event: 'b', occurredAt: '2026-11-22T05:00:00.000Z', values: { company: 'New' } }),
    );

    const head = confirm(meanwhile, sent.version, '9');

    expect(unconfirmedFields(head)).toEqual(['company']);
    expect(needsWrite(head)).toBe(true);
    expect(head).toMatchObject({ crmRecordId: '9' });
  });

  it('never takes a confirmation back', () => {
    const head = confirmed(mergeContribution(EMPTY, says()));

    expect(confirm(head, 0, '1').confirmedVersion).toBe(1);
  });

  it('has nothing to write once all is confirmed', () => {
    expect(needsWrite(confirmed(mergeContribution(EMPTY, says())))).toBe(false);
  });
});

describe('withdrawing a refused event', () => {
  const before = confirmed(
    mergeContribution(EMPTY, says({ event: 'a', values: { phone: 'good', company: 'Co' } })),
  );
  const bad = says({
    event: 'bad',
    occurredAt: '2026-11-22T05:00:00.000Z',
    values: { phone: 'refused', city: 'Rome' },
  });

  it('brings back what the CRM holds, and leaves nothing to write', () => {
    const head = withdrawEvent(mergeContribution(before, bad), 'bad');

    expect(valuesOf(head)).toEqual({ phone: 'good', company: 'Co' });
    expect(needsWrite(head)).toBe(false);
  });

  it('brings what lay in between back first, and then what the CRM holds', () => {
    const between = says({
      event: 'b',
      occurredAt: '2026-11-22T04:30:00.000Z',
      values: { phone: 'waiting' },
    });

    const head = withdrawEvent(mergeContribution(mergeContribution(before, between), bad), 'bad');

    expect(valuesOf(head)['phone']).toBe('waiting');
    expect(valuesOf(withdrawEvent(head, 'b'))['phone']).toBe('good');
  });

  it('brings back a value that was on its way when the refused one came, and has been confirmed since', () => {
    const sent = mergeContribution(EMPTY, says({ event: 'a', values: { city: 'Rome' } }));
    const merged = mergeContribution(
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
      head = mergeContribution(
        head,
        says({ event: `e${n}`, occurredAt, values: { phone: `${n}` } }),
      );
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
    const head = withdrawEvent(mergeContribution(before, bad), 'bad');

    expect(valuesOf(mergeContribution(head, bad))).toMatchObject({ phone: 'refused' });
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
});
