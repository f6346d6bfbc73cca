import { beforeEach, describe, expect, it } from 'vitest';
import type { EventDetails } from '../../lambdas/core/event-record.ts';
import { failure } from '../../lambdas/core/failure.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import { aLeadEvent, aNewEvent, T0 } from '../support/event-builders.ts';

const HASH = 'a'.repeat(64);
const REF = { leadgen_id: '1001' };
let sequence = 0;

/** How an event that only named a submission is completed. */
export function describeDetails(name: string, open: () => Promise<EventStore>): void {
  describe(`${name}: the details of an event that was only named`, () => {
    let store: EventStore;
    let key: string;

    beforeEach(async () => {
      store = await open();
      sequence += 1;
      key = `website|lead.created|details-${process.pid}-${sequence}`;
      await store.accept(aNewEvent({ key, normalized: named() }));
    });

    const named = () =>
      aLeadEvent({
        idempotency_key: key,
        identity: {},
        attributes: {},
        details: { state: 'awaiting', ref: REF },
      });
    const complete = (email = 'ana@example.com') =>
      aLeadEvent({
        idempotency_key: key,
        identity: { email },
        details: { state: 'read', ref: REF },
      });
    const details = (overrides: Partial<EventDetails> = {}): EventDetails => ({
      answers: new TextEncoder().encode('[{"id":"1001","name":"Ána"}]'),
      mappingVersion: 'v1-details',
      normalized: complete(),
      ...overrides,
    });
    const claim = async (leaseToken: string, nowMs = T0) =>
      await store.claim({ key, leaseToken, leaseMs: 90_000, nowMs });

    it('are none until they are stored', async () => {
      await claim('token-1');

      expect(await store.readDetails(key, HASH)).toBeUndefined();
      expect(await store.readDetails(`${key}-none`, HASH)).toBeUndefined();
    });

    it('are what it says from then on; what it said before is kept', async () => {
      await claim('token-1');

      const written = await store.storeDetails(key, 'token-1', details());

      expect(written).toBe('written');
      expect(await store.readDetails(key, HASH)).toEqual(details().answers);
      expect(await store.readNormalized(key, HASH, 'v1-details')).toEqual(complete());
      expect(await store.readNormalized(key, HASH)).toEqual(named());
      expect(await store.readRecord(key)).toMatchObject({
        state: 'processing',
        leaseToken: 'token-1',
        claims: 1,
        mappingVersion: 'v1',
        remappedAs: 'v1-details',
      });
    });

    it('let the attempts count anew: those before were made at another door', async () => {
      await claim('token-1');
      await store.fail(key, 'token-1', {
        failure: failure('details_no_answer'),
        attempts: 7,
        atMs: T0,
        nextDueAtMs: T0 + 1_000,
      });
      await claim('token-2', T0 + 1_000);
      const before = await store.readRecord(key);

      await store.storeDetails(key, 'token-2', details());

      expect(before?.attempts).toBe(7);
      expect((await store.readRecord(key))?.attempts).toBe(0);
    });

    it('are not those of a worker whose lease has gone to another', async () => {
      await claim('token-1');
      await claim('token-2', T0 + 90_000);
      await store.storeDetails(key, 'token-2', details());
      const late = details({
        answers: new TextEncoder().encode('[{"late":true}]'),
        normalized: complete('late@example.com'),
      });

      const written = await store.storeDetails(key, 'token-1', late);

      expect(written).toBe('superseded');
      expect(await store.readDetails(key, HASH)).toEqual(details().answers);
      expect(await store.readNormalized(key, HASH, 'v1-details')).toEqual(complete());
    });

    it('are stored for no event that is not claimed, or not there', async () => {
      const unclaimed = await store.storeDetails(key, 'token-1', details());
      const unknown = await store.storeDetails(`${key}-none`, 'token-1', details());

      expect([unclaimed, unknown]).toEqual(['superseded', 'superseded']);
      expect(await store.readDetails(key, HASH)).toBeUndefined();
      expect((await store.readRecord(key))?.remappedAs).toBeUndefined();
    });

    it('stay through failure, quarantine and reading anew', async () => {
      await claim('token-1');
      await store.storeDetails(key, 'token-1', details());
      await store.quarantine(key, 'token-1', {
        quarantineId: 'q-1',
        failure: failure('crm_invalid_data'),
        attempts: 1,
        atMs: T0,
      });

      await store.remap(key, 'q-1', 'v2-details', complete('anew@example.com'));

      expect(await store.readDetails(key, HASH)).toEqual(details().answers);
      expect(await store.readNormalized(key, HASH, 'v1-details')).toEqual(complete());
      expect((await store.readRecord(key))?.remappedAs).toBe('v2-details');
    });
  });
}
