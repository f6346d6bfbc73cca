import { beforeEach, describe, expect, it } from 'vitest';
import type { ClaimRequest } from '../../lambdas/core/event-record.ts';
import { failure } from '../../lambdas/core/failure.ts';
import { openShardOf } from '../../lambdas/core/open-index.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import { aLeadEvent, aNewEvent, T0 } from '../support/event-builders.ts';

let sequence = 0;

/** An event's life, from its acceptance to its end. */
export function describeLifeCycle(name: string, open: () => Promise<EventStore>): void {
  describe(`${name}: the life of an event`, () => {
    let store: EventStore;
    let key: string;

    // A key of its own for each test: the emulated table is shared, and so would be the real one.
    beforeEach(async () => {
      store = await open();
      sequence += 1;
      key = `website|lead.created|${process.pid}-${sequence}`;
    });

    const request = (overrides: Partial<ClaimRequest> = {}): ClaimRequest => ({
      key,
      leaseToken: 'token-1',
      leaseMs: 90_000,
      nowMs: T0,
      ...overrides,
    });
    const accept = async (overrides: Parameters<typeof aNewEvent>[0] = {}) =>
      await store.accept(aNewEvent({ key, ...overrides }));
    const stateOf = async () => (await store.readRecord(key))?.state;
    const listed = async (partition: Parameters<EventStore['listOpen']>[0]) => {
      const page = await store.listOpen(partition, { receivedBeforeMs: T0 + 1_000, limit: 1_000 });
      return page.keys.includes(key);
    };
    const inOpen = async () => await listed({ kind: 'open', shard: openShardOf(key) });

    describe('accepting', () => {
      it('stores a new event with its payload and lists it as open', async () => {
        const acceptance = await accept();

        expect(acceptance.kind).toBe('accepted');
        expect(await store.readRecord(key)).toMatchObject({
          key,
          state: 'received',
          source: 'website',
          sourceEventId: '1001',
          attempts: 0,
          claims: 0,
          conflicts: 0,
        });
        expect(await store.readNormalized(key, 'a'.repeat(64))).toEqual(
          aLeadEvent({ idempotency_key: key }),
        );
        expect(await inOpen()).toBe(true);
      });

      it('answers a repeated event with the first record and changes nothing', async () => {
        await accept();

        const again = await accept({
          correlationId: 'corr-later',
          normalized: aLeadEvent({ idempotency_key: key, source: 'changed' }),
        });

        expect(again).toMatchObject({ kind: 'duplicate', record: { correlationId: 'corr-1001' } });
        expect((await store.readNormalized(key, 'a'.repeat(64)))?.source).toBe('website');
      });

      it('keeps the first of two contents under one key and counts the conflict', async () => {
        await accept();

        const other = await accept({ payloadHash: 'b'.repeat(64) });

        expect(other).toMatchObject({ kind: 'conflict', record: { payloadHash: 'a'.repeat(64) } });
        expect(await store.readRecord(key)).toMatchObject({
          payloadHash: 'a'.repeat(64),
          conflicts: 1,
        });
      });

      it('accepts exactly one of twenty simultaneous deliveries', async () => {
        const all = await Promise.all(Array.from({ length: 20 }, async () => await accept()));

        expect(all.filter((each) => each.kind === 'accepted')).toHaveLength(1);
        expect(all.filter((each) => each.kind === 'duplicate')).toHaveLength(19);
      });

      it('stores an event straight into quarantine, open until its dead letter is sent', async () => {
        await accept({
          initial: {
            state: 'quarantined',
            failure: failure('missing_identity'),
            quarantineId: 'q-1',
          },
        });

        expect(await store.readRecord(key)).toMatchObject({
          state: 'quarantined',
          quarantineId: 'q-1',
          failure: { code: 'missing_identity', class: 'permanent' },
        });
        expect(await inOpen()).toBe(true);

        await store.markDlqSent(key, 'q-1', 'permanent', T0);

        expect(await listed({ kind: 'quarantined', failureClass: 'permanent' })).toBe(true);
        expect(await inOpen()).toBe(false);
      });

      it('stores a suppressed event as ended', async () => {
        await accept({ initial: { state: 'suppressed', suppression: 'spam_trap' } });

        expect(await store.readRecord(key)).toMatchObject({
          state: 'suppressed',
          suppression: 'spam_trap',
        });
        expect(await inOpen()).toBe(false);
        expect((await store.claim(request())).kind).toBe('ended');
      });

      it('stores an event whose body could not be read, without a normalized form', async () => {
        const { normalized: _none, ...unreadable } = aNewEvent({ key });

        await store.accept(unreadable);

        expect(await store.readNormalized(key, 'a'.repeat(64))).toBeUndefined();
      });
    });

    describe('claiming', () => {
      it('takes a received event and counts the claim', async () => {
        await accept();

        const claim = await store.claim(request());

        expect(claim).toMatchObject({
          kind: 'claimed',
          leaseToken: 'token-1',
          record: { state: 'processing', claims: 1, leaseUntilMs: T0 + 90_000 },
        });
        expect(await inOpen()).toBe(true);
      });

      it('gives one event to one of twenty simultaneous claims', async () => {
        await accept();

        const claims = await Promise.all(
          Array.from(
            { length: 20 },
            async (_, n) => await store.claim(request({ leaseToken: `token-${n}` })),
          ),
        );

        expect(claims.filter((claim) => claim.kind === 'claimed')).toHaveLength(1);
        expect(claims.filter((claim) => claim.kind === 'in_progress')).toHaveLength(19);
      });

      it('refuses while another holds the lease, and says until when', async () => {
        await accept();
        await store.claim(request());

        const second = await store.claim(request({ leaseToken: 'token-2', nowMs: T0 + 89_999 }));

        expect(second).toEqual({ kind: 'in_progress', untilMs: T0 + 90_000 });
      });

      it('takes over when the lease has run out, and counts both claims', async () => {
        await accept();
        await store.claim(request());

        const second = await store.claim(request({ leaseToken: 'token-2', nowMs: T0 + 90_000 }));

        expect(second).toMatchObject({ kind: 'claimed', record: { claims: 2 } });
      });

      it('gives the same claim the same event, counted once, when its answer got lost', async () => {
        await accept();
        const first = await store.claim(request());

        const again = await store.claim(request({ nowMs: T0 + 1_000 }));

        expect(again).toEqual(first);
        expect(await store.readRecord(key)).toMatchObject({ claims: 1, leaseToken: 'token-1' });
      });

      it('knows no event that was never stored', async () => {
        expect(await store.claim(request())).toEqual({ kind: 'unknown_event' });
      });

      it('waits for the due time of a failed event, give or take a second', async () => {
        await accept();
        await store.claim(request());
        await store.fail(key, 'token-1', {
          failure: failure('crm_no_answer'),
          attempts: 5,
          atMs: T0,
          nextDueAtMs: T0 + 10_000,
        });

        const early = await store.claim(request({ leaseToken: 't2', nowMs: T0 + 8_999 }));
        const due = await store.claim(request({ leaseToken: 't3', nowMs: T0 + 9_000 }));

        expect(early).toEqual({ kind: 'not_due', dueAtMs: T0 + 10_000 });
        expect(due).toMatchObject({ kind: 'claimed', record: { attempts: 5, claims: 1 } });
      });

      it('opens a quarantine only for a message that names it', async () => {
        await accept();
        await store.claim(request());
        await store.quarantine(key, 'token-1', {
          quarantineId: 'q-1',
          failure: failure('crm_invalid_data'),
          attempts: 1,
          atMs: T0,
        });

        const without = await store.claim(request({ leaseToken: 't2' }));
        const wrong = await store.claim(request({ leaseToken: 't3', quarantineId: 'q-0' }));
        const right = await store.claim(request({ leaseToken: 't4', quarantineId: 'q-1' }));

        expect(without.kind).toBe('ended');
        expect(wrong.kind).toBe('ended');
        expect(right.kind).toBe('claimed');
        expect(await inOpen()).toBe(true);
      });
    });

    describe('ending', () => {
      const crm = { module: 'Leads', recordId: '4150868000000376008', action: 'insert' } as const;

      it('ends as delivered and leaves the open index', async () => {
        await accept();
        await store.claim(request());

        await store.succeed(key, { crm, attempts: 2, atMs: T0 + 5 });

        expect(await store.readRecord(key)).toMatchObject({
          state: 'succeeded',
          crm,
          attempts: 2,
          claims: 0,
        });
        expect(await inOpen()).toBe(false);
        expect((await store.claim(request({ leaseToken: 't2' }))).kind).toBe('ended');
      });

      it('keeps a success against a late failure, a late quarantine and a late success', async () => {
        await accept();
        await store.claim(request());
        await store.claim(request({ leaseToken: 'token-2', nowMs: T0 + 90_000 }));
        await store.succeed(key, { crm, attempts: 1, atMs: T0 });

        const failed = await store.fail(key, 'token-1', {
          failure: failure('crm_no_answer'),
          attempts: 1,
          atMs: T0,
          nextDueAtMs: T0,
        });
        const quarantined = await store.quarantine(key, 'token-1', {
          quarantineId: 'q-1',
          failure: failure('poison'),
          attempts: 1,
          atMs: T0,
        });
        const released = await store.release(key, 'token-1');
        await store.succeed(key, {
          crm: { ...crm, recordId: '2', action: 'none' },
          attempts: 9,
          atMs: T0,
        });

        expect([failed, quarantined, released]).toEqual(['superseded', 'superseded', 'superseded']);
        expect(await store.readRecord(key)).toMatchObject({ state: 'succeeded', crm, attempts: 1 });
      });

      it('lets a success through although the lease is lost: the effect has happened', async () => {
        await accept();
        await store.claim(request());
        await store.claim(request({ leaseToken: 'token-2', nowMs: T0 + 90_000 }));
        await store.fail(key, 'token-2', {
          failure: failure('crm_no_answer'),
          attempts: 1,
          atMs: T0,
          nextDueAtMs: T0,
        });

        await store.succeed(key, { crm, attempts: 1, atMs: T0 });

        expect(await stateOf()).toBe('succeeded');
      });

      it('fences a late failure by its lease token', async () => {
        await accept();
        await store.claim(request());
        await store.claim(request({ leaseToken: 'token-2', nowMs: T0 + 90_000 }));

        const late = await store.fail(key, 'token-1', {
          failure: failure('crm_no_answer'),
          attempts: 1,
          atMs: T0,
          nextDueAtMs: T0,
        });

        expect(late).toBe('superseded');
        expect(await store.readRecord(key)).toMatchObject({
          state: 'processing',
          leaseToken: 'token-2',
        });
      });

      it('stores a failure with its reason, and starts the count of claims anew', async () => {
        await accept();
        await store.claim(request());

        const written = await store.fail(key, 'token-1', {
          failure: failure('crm_refused', 'because', { code: 'X', field: 'Phone' }),
          attempts: 3,
          atMs: T0 + 7,
          nextDueAtMs: T0 + 2_000,
        });

        expect(written).toBe('written');
        expect(await store.readRecord(key)).toMatchObject({
          state: 'failed',
          attempts: 3,
          claims: 0,
          failure: { code: 'crm_refused', crmCode: 'X', crmField: 'Phone' },
          nextDueAtMs: T0 + 2_000,
          lastAttemptAt: '2026-11-22T04:00:00.007Z',
        });
        expect(await inOpen()).toBe(true);
      });

      it('keeps what became of an event that is a note now', async () => {
        await accept();

        await store.succeed(key, { crm: { ...crm, action: 'note' }, attempts: 1, atMs: T0 });

        expect((await store.readRecord(key))?.crm).toEqual({ ...crm, action: 'note' });
      });

      it('ends an event as suppressed, and forgets what had failed before', async () => {
        await accept();
        await store.claim(request());
        await store.fail(key, 'token-1', {
          failure: failure('details_no_answer'),
          attempts: 1,
          atMs: T0 + 7,
          nextDueAtMs: T0 + 8,
        });
        await store.claim(request({ nowMs: T0 + 9, leaseToken: 'token-2' }));

        const late = await store.suppress(key, 'token-1', 'test_lead');
        const written = await store.suppress(key, 'token-2', 'test_lead');

        expect([late, written]).toEqual(['superseded', 'written']);
        expect(await store.readRecord(key)).toMatchObject({
          state: 'suppressed',
          suppression: 'test_lead',
          attempts: 1,
        });
        expect((await store.readRecord(key))?.failure).toBeUndefined();
        expect(await inOpen()).toBe(false);
      });

      it('lists what a provider no longer lets us read under a class of its own', async () => {
        await accept();
        await store.claim(request());
        await store.quarantine(key, 'token-1', {
          quarantineId: 'q-1',
          failure: failure('details_unauthorized'),
          attempts: 1,
          atMs: T0,
        });

        await store.markDlqSent(key, 'q-1', 'source_authorization', T0 + 1);

        expect(await listed({ kind: 'quarantined', failureClass: 'source_authorization' })).toBe(
          true,
        );
        expect(await listed({ kind: 'quarantined', failureClass: 'authorization' })).toBe(false);
      });

      it('gives a claim back without an attempt', async () => {
        await accept();
        await store.claim(request());

        const written = await store.release(key, 'token-1');

        expect(written).toBe('written');
        expect(await store.readRecord(key)).toMatchObject({
          state: 'received',
          attempts: 0,
          claims: 0,
        });
      });

      it('counts claims anew after an event came back, and not after it was given back untried', async () => {
        await accept();
        await store.claim(request({ nowMs: T0 - 200_000, leaseToken: 'dead' }));
        await store.claim(request({ leaseToken: 'token-1' }));

        await store.release(key, 'token-1', true);
        const untried = await store.readRecord(key);
        await store.claim(request({ leaseToken: 'token-2' }));
        await store.release(key, 'token-2');
        const tried = await store.readRecord(key);

        expect(untried).toMatchObject({ state: 'received', claims: 1 });
        expect(tried).toMatchObject({ state: 'received', claims: 0 });
      });

      it('lists a quarantined event as open until its dead letter is sent, then under its class', async () => {
        await accept();
        await store.claim(request());
        await store.quarantine(key, 'token-1', {
          quarantineId: 'q-1',
          failure: failure('crm_unauthorized'),
          attempts: 1,
          atMs: T0,
        });

        await store.markDlqSent(key, 'q-0', 'authorization', T0 + 1);
        const wrong = await store.readRecord(key);
        const openBefore = await inOpen();
        await store.markDlqSent(key, 'q-1', 'authorization', T0 + 1);

        expect(wrong?.dlqSentAt).toBeUndefined();
        expect(openBefore).toBe(true);
        expect(await store.readRecord(key)).toMatchObject({
          state: 'quarantined',
          dlqSentAt: '2026-11-22T04:00:00.001Z',
        });
        expect(await inOpen()).toBe(false);
        expect(await listed({ kind: 'quarantined', failureClass: 'authorization' })).toBe(true);
      });

      it('forgets the old dead letter when an event is quarantined again', async () => {
        await accept();
        await store.claim(request());
        const entry = { failure: failure('crm_invalid_data'), attempts: 1, atMs: T0 };
        await store.quarantine(key, 'token-1', { ...entry, quarantineId: 'q-1' });
        await store.markDlqSent(key, 'q-1', 'permanent', T0);
        await store.claim(request({ leaseToken: 't2', quarantineId: 'q-1' }));

        await store.quarantine(key, 't2', { ...entry, quarantineId: 'q-2' });

        const record = await store.readRecord(key);
        expect(record).toMatchObject({ state: 'quarantined', quarantineId: 'q-2' });
        expect(record?.dlqSentAt).toBeUndefined();
      });
    });

    describe('holding', () => {
      it('holds a received event, lists it apart, and takes it back', async () => {
        await accept();

        const held = await store.hold({ key, nowMs: T0 });
        const listedHeld = await listed({ kind: 'held' });
        const back = await store.unhold(key, T0 + 5);

        expect([held, listedHeld, back]).toEqual(['held', true, 'received']);
        expect(await store.readRecord(key)).toMatchObject({
          state: 'received',
          requeuedAtMs: T0 + 5,
        });
        expect(await inOpen()).toBe(true);
      });

      it('does not hold what has ended, is held, or is being delivered', async () => {
        await accept();
        await store.claim(request());
        const processing = await store.hold({ key, nowMs: T0 });
        await store.succeed(key, {
          crm: { module: 'Leads', recordId: '1', action: 'insert' },
          attempts: 1,
          atMs: T0,
        });

        const ended = await store.hold({ key, nowMs: T0 });

        expect([processing, ended, await store.unhold(key, T0)]).toEqual([
          'unchanged',
          'unchanged',
          'unchanged',
        ]);
      });

      it('delivers a held event whose message comes while delivery is on', async () => {
        await accept();
        await store.hold({ key, nowMs: T0 });

        expect((await store.claim(request())).kind).toBe('claimed');
      });
    });

    it('lets one of two sweeps send another message, and the next one only after the interval', async () => {
      await accept();

      const both = await Promise.all([
        store.markRequeued(key, T0, T0 - 600_000),
        store.markRequeued(key, T0, T0 - 600_000),
      ]);
      const early = await store.markRequeued(key, T0 + 1, T0 - 1);
      const later = await store.markRequeued(key, T0 + 600_000, T0);
      const unknown = await store.markRequeued(`${key}-none`, T0, T0);

      expect(both.toSorted()).toEqual(['marked', 'unchanged']);
      expect([early, later, unknown]).toEqual(['unchanged', 'marked', 'unchanged']);
    });

    it('lists open events oldest first, only those received before a time, page by page', async () => {
      const partition = { kind: 'open', shard: 1 } as const;
      const keys: string[] = [];
      for (let n = 0; keys.length < 3; n += 1) {
        const candidate = `${key}-${n}`;
        if (openShardOf(candidate) === 1) keys.push(candidate);
      }
      const longAgo = Date.parse('2001-01-01T00:00:00.000Z') + sequence * 1_000;
      for (const [n, each] of [...keys.entries()].toReversed()) {
        const receivedAt = new Date(longAgo + n).toISOString();
        await store.accept(aNewEvent({ key: each, receivedAt }));
      }

      const page = { receivedBeforeMs: longAgo + 2, limit: 1 };
      const first = await store.listOpen(partition, { ...page, limit: 1_000 });
      const one = await store.listOpen(partition, page);
      const next = await store.listOpen(partition, { ...page, cursor: one.cursor! });

      expect(first.keys.filter((each) => keys.includes(each))).toEqual(keys.slice(0, 2));
      expect(first.cursor).toBeUndefined();
      expect(one.keys).toHaveLength(1);
      expect(next.keys).toHaveLength(1);
      expect(next.keys).not.toEqual(one.keys);
    });

    it('remembers the first event of a person at a source', async () => {
      const person = `${key}-person`;

      const first = await store.rememberSubmitter('website', person, 'key-1', T0 + 1e9);
      const second = await store.rememberSubmitter('website', person, 'key-2', T0 + 1e9);
      const elsewhere = await store.rememberSubmitter('other', person, 'key-3', T0 + 1e9);

      expect([first, second, elsewhere]).toEqual(['key-1', 'key-1', 'key-3']);
    });
  });
}
