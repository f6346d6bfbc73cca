import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../lambdas/core/audit.ts';
import { failure } from '../../lambdas/core/failure.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import { aLeadEvent, aNewEvent, T0 } from '../support/event-builders.ts';

const HASH = 'a'.repeat(64);
let sequence = 0;

/** What an event carries beside its state: the request, what was read from it, its history. */
export function describePayloads(name: string, open: () => Promise<EventStore>): void {
  describe(`${name}: what an event carries`, () => {
    let store: EventStore;
    let key: string;

    beforeEach(async () => {
      store = await open();
      sequence += 1;
      key = `website|lead.created|payload-${process.pid}-${sequence}`;
    });

    const quarantined = async (quarantineId = 'q-1') =>
      await store.accept(
        aNewEvent({
          key,
          normalized: aLeadEvent({ idempotency_key: key, attributes: { first_name: 'Ana' } }),
          initial: { state: 'quarantined', failure: failure('crm_invalid_data'), quarantineId },
        }),
      );
    const anew = (firstName: string) =>
      aLeadEvent({ idempotency_key: key, attributes: { first_name: firstName } });

    describe('the request as it came', () => {
      it('reads back, byte for byte', async () => {
        const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);
        const raw = {
          body,
          contentType: 'text/plain; charset=latin1',
          headers: { 'user-agent': 'tëst', 'x-empty': '' },
          signature: 'previous',
        } as const;
        await store.accept(aNewEvent({ key, raw }));

        const read = await store.readRaw(key, HASH);

        expect(read).toEqual(raw);
      });

      it('is the first one, whatever comes later under the key and content', async () => {
        const event = aNewEvent({ key });
        await store.accept(event);
        await store.accept({ ...event, raw: { ...event.raw, contentType: 'text/other' } });

        expect((await store.readRaw(key, HASH))?.contentType).toBe('application/json');
      });

      it('stays beside the one of a conflicting delivery', async () => {
        const event = aNewEvent({ key });
        const other = new TextEncoder().encode('{"email":"other@example.com"}');
        await store.accept(event);
        await store.accept({
          ...event,
          payloadHash: 'b'.repeat(64),
          raw: { ...event.raw, body: other },
        });

        expect((await store.readRaw(key, HASH))?.body).toEqual(event.raw.body);
        expect((await store.readRaw(key, 'b'.repeat(64)))?.body).toEqual(other);
      });

      it('is nothing where nothing was stored', async () => {
        await store.accept(aNewEvent({ key }));

        expect(await store.readRaw(`${key}-none`, HASH)).toBeUndefined();
        expect(await store.readRaw(key, 'c'.repeat(64))).toBeUndefined();
      });
    });

    describe('what it says', () => {
      it('reads as nothing under a hash or a mapping that it was not read with', async () => {
        await quarantined();

        expect(await store.readNormalized(key, HASH)).toBeDefined();
        expect(await store.readNormalized(key, 'c'.repeat(64))).toBeUndefined();
        expect(await store.readNormalized(key, HASH, 'v2')).toBeUndefined();
      });

      it('is read anew in its quarantine, and what it said before is kept', async () => {
        await quarantined();

        const written = await store.remap(key, 'q-1', 'v2', anew('Ána'));

        expect(written).toBe('written');
        expect(await store.readRecord(key)).toMatchObject({
          state: 'quarantined',
          mappingVersion: 'v1',
          remappedAs: 'v2',
        });
        expect(await store.readNormalized(key, HASH, 'v2')).toEqual(anew('Ána'));
        expect(await store.readNormalized(key, HASH)).toEqual(anew('Ana'));
      });

      it('is what was read last, also under one and the same mapping', async () => {
        await quarantined();
        await store.remap(key, 'q-1', 'v1', anew('Anna'));

        await store.remap(key, 'q-1', 'v1', anew('Ána'));

        expect(await store.readNormalized(key, HASH, 'v1')).toEqual(anew('Ána'));
        expect(await store.readNormalized(key, HASH)).toEqual(anew('Ana'));
      });

      it('is not read anew outside of the quarantine that was meant', async () => {
        await quarantined();

        const other = await store.remap(key, 'q-0', 'v2', anew('Ána'));
        await store.claim({ key, leaseToken: 't', leaseMs: 9, nowMs: T0, quarantineId: 'q-1' });
        const claimed = await store.remap(key, 'q-1', 'v2', anew('Ána'));
        const unknown = await store.remap(`${key}-none`, 'q-1', 'v2', anew('Ána'));

        expect([other, claimed, unknown]).toEqual(['superseded', 'superseded', 'superseded']);
        expect((await store.readRecord(key))?.remappedAs).toBeUndefined();
        expect(await store.readNormalized(key, HASH, 'v2')).toBeUndefined();
      });

      it('stays as it was read anew through claim, failure and release', async () => {
        await quarantined();
        await store.remap(key, 'q-1', 'v2', anew('Ána'));

        const claim = await store.claim({
          key,
          leaseToken: 't',
          leaseMs: 9,
          nowMs: T0,
          quarantineId: 'q-1',
        });
        await store.release(key, 't');

        expect(claim).toMatchObject({ kind: 'claimed', record: { remappedAs: 'v2' } });
        expect((await store.readRecord(key))?.remappedAs).toBe('v2');
      });

      it('can be given to an event that could not be read at first', async () => {
        const { normalized: _none, ...unreadable } = aNewEvent({
          key,
          initial: {
            state: 'quarantined',
            failure: failure('unreadable_body'),
            quarantineId: 'q-1',
          },
        });
        await store.accept(unreadable);

        await store.remap(key, 'q-1', 'v2', anew('Ána'));

        expect(await store.readNormalized(key, HASH)).toBeUndefined();
        expect(await store.readNormalized(key, HASH, 'v2')).toEqual(anew('Ána'));
      });
    });

    describe('its history', () => {
      const entry = (overrides: Partial<AuditEntry> = {}): AuditEntry => ({
        id: 'audit-1',
        action: 'replayed',
        at: '2026-11-22T05:00:00.000Z',
        by: 'arn:aws:iam::000000000000:user/operator',
        reason: 'the phone number was mended',
        ...overrides,
      });

      it('is empty at first', async () => {
        await store.accept(aNewEvent({ key }));

        expect(await store.readAudit(key)).toEqual([]);
      });

      it('holds every entry to the last field, oldest first, and only its own', async () => {
        const full = entry({
          id: 'audit-2',
          action: 'mapped_anew',
          at: '2026-11-22T04:59:59.999Z',
          quarantineId: 'q-1',
          failureCode: 'crm_invalid_data',
          mappingVersion: 'v2',
        });
        await store.accept(aNewEvent({ key }));
        await store.appendAudit(key, entry());
        await store.appendAudit(key, full);
        await store.appendAudit(key, entry({ id: 'audit-0' }));
        await store.appendAudit(`${key}-other`, entry({ id: 'audit-9' }));

        expect(await store.readAudit(key)).toEqual([full, entry({ id: 'audit-0' }), entry()]);
      });

      it('keeps the first of two entries with one id and time', async () => {
        await store.appendAudit(key, entry());

        await store.appendAudit(key, entry());
        await store.appendAudit(key, entry({ reason: 'another' }));

        expect(await store.readAudit(key)).toEqual([entry()]);
      });

      it('reads back whole when it is longer than a page of the table', async () => {
        const reason = 'because '.repeat(12_000);
        const entries = Array.from({ length: 12 }, (_, n) =>
          entry({ id: `audit-${n}`, at: new Date(T0 + n).toISOString(), reason }),
        );
        for (const each of entries) await store.appendAudit(key, each);

        expect(await store.readAudit(key)).toEqual(entries);
      });
    });
  });
}
