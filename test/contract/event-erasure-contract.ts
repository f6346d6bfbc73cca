import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../lambdas/core/audit.ts';
import { aLeadEvent, aNewEvent, T0 } from '../support/event-builders.ts';
import type { ErasableStore } from './event-transition-table.ts';

let sequence = 0;

/** What is left of an event that was erased: nothing but its tombstone. */
export function describeErasures(name: string, open: () => Promise<ErasableStore>): void {
  describe(`${name}: an erasure`, () => {
    let store: ErasableStore;
    let key: string;

    beforeEach(async () => {
      store = await open();
      sequence += 1;
      key = `website|lead.created|gone-${process.pid}-${sequence}`;
    });

    const markOf = (payloadHash: string) => `h1:${payloadHash.length}`;
    const erase = async () => await store.eraseEvent(key, { markOf, nowMs: T0 });
    const entry: AuditEntry = {
      id: 'a-1',
      action: 'replayed',
      at: '2026-11-22T04:00:00.000Z',
      by: 'local',
      reason: 'field mended',
    };

    it('takes away the request, what was read of it, its details and its history', async () => {
      const event = aNewEvent({ key });
      const { payloadHash } = event;
      const details = {
        answers: new TextEncoder().encode('[{"email":"ana@example.com"}]'),
        mappingVersion: 'v2',
        normalized: aLeadEvent({ idempotency_key: key }),
      };
      await store.accept(event);
      await store.accept({ ...event, payloadHash: 'b'.repeat(64) });
      await store.claim({ key, leaseToken: 't', leaseMs: 1, nowMs: T0 - 10 });
      await store.storeDetails(key, 't', details);
      await store.appendAudit(key, entry);

      const erased = await erase();
      const removed = await store.removePayloads(key);

      expect(erased).toEqual({ kind: 'erased' });
      // Two requests, three readings, the answers, one entry of the history.
      expect(removed).toBe(7);
      for (const hash of [payloadHash, 'b'.repeat(64)]) {
        expect(await store.readRaw(key, hash)).toBeUndefined();
        expect(await store.readNormalized(key, hash)).toBeUndefined();
        expect(await store.readNormalized(key, hash, 'v2')).toBeUndefined();
        expect(await store.readDetails(key, hash)).toBeUndefined();
      }
      expect(await store.readAudit(key)).toEqual([]);
      expect(await store.removePayloads(key)).toBe(0);
    });

    it('removes nothing beside an event that is not erased', async () => {
      const event = aNewEvent({ key });
      await store.accept(event);

      expect(await store.removePayloads(key)).toBe(0);
      expect(await store.readRaw(key, event.payloadHash)).toEqual(event.raw);
    });

    it('waits for a delivery that is under way, and says until when', async () => {
      await store.accept(aNewEvent({ key }));
      await store.claim({ key, leaseToken: 't', leaseMs: 90_000, nowMs: T0 });

      expect(await erase()).toEqual({ kind: 'in_delivery', untilMs: T0 + 90_000 });
      expect((await store.readRecord(key))?.state).toBe('processing');
    });

    it('is not undone by a delivery that ends late', async () => {
      await store.accept(aNewEvent({ key }));
      await store.claim({ key, leaseToken: 't', leaseMs: 1_000, nowMs: T0 - 1_000 });
      await erase();
      const tombstone = await store.readRecord(key);

      await store.succeed(key, {
        crm: { module: 'Leads', recordId: '1', action: 'insert' },
        attempts: 1,
        atMs: T0,
      });
      const details = { answers: new Uint8Array(), mappingVersion: 'v2', normalized: aLeadEvent() };
      await store.storeDetails(key, 't', details);

      expect(await store.readRecord(key)).toEqual(tombstone);
      expect(await store.readNormalized(key, tombstone?.payloadHash ?? '', 'v2')).toBeUndefined();
    });

    it('takes no more entries into its history', async () => {
      await store.accept(aNewEvent({ key }));
      await erase();

      await store.appendAudit(key, entry);

      expect(await store.readAudit(key)).toEqual([]);
    });

    it('keeps the first event of a person no longer in mind', async () => {
      const source = `erased-${process.pid}-${sequence}`;
      await store.rememberSubmitter(source, 'c'.repeat(64), 'first', T0 + 1_000);

      expect(await store.forgetSubmitter(source, 'c'.repeat(64))).toBe(true);
      expect(await store.forgetSubmitter(source, 'c'.repeat(64))).toBe(false);
      expect(await store.rememberSubmitter(source, 'c'.repeat(64), 'next', T0 + 1_000)).toBe(
        'next',
      );
    });
  });
}
