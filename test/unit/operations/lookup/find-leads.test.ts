import { describe, expect, it } from 'vitest';
import { deliveryMessageOf } from '../../../../lambdas/core/delivery-message.ts';
import type { NormalizedEvent } from '../../../../lambdas/core/lead-event.ts';
import type { StoreScanRequest } from '../../../../lambdas/core/ports/store-scan.ts';
import type { CrmOwner } from '../../../../lambdas/operations/lookup/crm-owner.ts';
import { type FindOptions, findLeads } from '../../../../lambdas/operations/lookup/find-leads.ts';
import {
  type LeadQueryKind,
  parseLeadQuery,
} from '../../../../lambdas/operations/lookup/lead-query.ts';
import { createMemoryStoreScanner } from '../../../../local/memory/memory-store-scanner.ts';
import { aLeadEvent, aNewEvent } from '../../../support/event-builders.ts';
import { aReplayWorld, PEPPER } from '../../../support/replay-world.ts';

/** A world with leads, and a look-up over it. */
function aLookupWorld() {
  const world = aReplayWorld();
  let owner: CrmOwner = { kind: 'no_record' };
  const asked: string[] = [];
  let usedUnits = 0;
  const scanner = createMemoryStoreScanner([world.events, world.ports.identities]);
  const ports = {
    ...world.ports,
    meter: { usedUnits: () => usedUnits },
    items: {
      scanStore: async (part: StoreScanRequest) => {
        usedUnits += 10;
        return await scanner.scanStore({ ...part, itemsMax: Math.min(part.itemsMax, 5) });
      },
    },
    crm: {
      ownerOf: async (recordId: string) => {
        asked.push(recordId);
        return owner;
      },
    },
  };
  const submit = async (id: string, person: Partial<NormalizedEvent>, source = 'website') => {
    const key = `${source}|form_submission|${id}`;
    const normalized = aLeadEvent({ idempotency_key: key, source, ...person });
    world.clock.advance(1_000);
    const receivedAt = new Date(world.clock.nowMs()).toISOString();
    await world.accept(key, { key, source, sourceEventId: id, receivedAt, normalized });
    const record = (await world.events.readRecord(key))!;
    await world.queue.delivery.enqueue(deliveryMessageOf(record), source);
    return key;
  };
  return {
    ...world,
    asked,
    crmSays: (says: CrmOwner) => {
      owner = says;
    },
    submit,
    /** Submits and delivers. */
    deliver: async (id: string, person: Partial<NormalizedEvent>, source = 'website') => {
      const key = await submit(id, person, source);
      await world.drain();
      expect(await world.stateOf(key)).toBe('succeeded');
      return key;
    },
    find: async (
      typed: string,
      options: {
        by?: LeadQueryKind;
        waitingMax?: number;
        scan?: Partial<NonNullable<FindOptions['scan']>>;
      } = {},
    ) => {
      const settings = {
        config: world.config,
        pepper: PEPPER,
        eventTypesOf: () => ['form_submission'],
        ...(options.waitingMax === undefined ? {} : { waitingMax: options.waitingMax }),
      };
      const scan = {
        isWanted: async () => true,
        readUnitsMax: 10_000,
        isStopped: () => false,
        onPart: () => undefined,
        ...options.scan,
      };
      const finding = await findLeads(
        await parseLeadQuery(typed, ['US'], options.by),
        ports,
        settings,
        options.scan === undefined ? {} : { scan },
      );
      return {
        ...finding,
        keys: finding.people.map(({ leads }) => leads.map(({ record }) => record.key)),
      };
    },
  };
}

const ANA = { identity: { email: 'ana@example.com', phone_e164: '+12025550143' } };

describe('finding a lead', () => {
  it.each([
    ['its e-mail address', 'Ana@Example.com'],
    ['its key', 'website|form_submission|one'],
    ['the id of the submission at its sender', 'one'],
  ])('by %s, with every submission of its person', async (_, typed) => {
    const world = aLookupWorld();
    const one = await world.deliver('one', ANA);
    const two = await world.deliver('two', ANA, 'partner');
    await world.deliver('other', { identity: { email: 'ben@example.com' } });

    const { keys, people } = await world.find(typed);

    expect(keys).toEqual([[one, two]]);
    expect(people[0]?.head?.crmRecordId).toBeDefined();
    expect(people[0]?.leads.map(({ event }) => event?.source)).toEqual(['website', 'partner']);
  });

  it('by the name of its identity, which stands in the CRM and in logs', async () => {
    const world = aLookupWorld();
    const one = await world.deliver('one', ANA);
    const { people } = await world.find('ana@example.com');

    const found = await world.find(people[0]!.identity!);

    expect(found.keys).toEqual([[one]]);
  });

  it('by an address that is another name of its person', async () => {
    const world = aLookupWorld();
    const id = { contact_external_id: 'website:person:4711' };
    const one = await world.deliver('one', { identity: { email: 'old@example.com', ...id } });
    const two = await world.deliver('two', { identity: { email: 'new@example.com', ...id } });

    expect((await world.find('new@example.com')).keys).toEqual([[one, two]]);
    expect((await world.find('old@example.com')).keys).toEqual([[one, two]]);
    expect((await world.find('4711')).keys).toEqual([[one, two]]);
  });

  it('by its number, where that is all it has', async () => {
    const world = aLookupWorld();
    const one = await world.deliver('one', { identity: { phone_e164: '+12025550143' } });

    expect((await world.find('(202) 555-0143')).keys).toEqual([[one]]);
  });

  it('by its record in the CRM, which names the identity', async () => {
    const world = aLookupWorld();
    const one = await world.deliver('one', ANA);
    const { people } = await world.find('ana@example.com');
    world.crmSays({ kind: 'owner', identity: people[0]!.identity! });

    const found = await world.find('4150868000000376001');

    expect(world.asked).toEqual(['4150868000000376001']);
    expect(found.keys).toEqual([[one]]);
    expect(found.query.kind).toBe('crm-id');
  });

  it('by the e-mail address of a record that names no identity', async () => {
    const world = aLookupWorld();
    const one = await world.deliver('one', ANA);
    world.crmSays({ kind: 'owner', email: 'ana@example.com' });

    expect((await world.find('4150868000000376001')).keys).toEqual([[one]]);
  });

  it('that was never linked to a person, while it has not ended', async () => {
    const world = aLookupWorld();
    const waiting = await world.submit('waits', ANA);
    await world.quarantine('website|form_submission|aside', 'crm_invalid_data', {
      normalized: aLeadEvent({
        idempotency_key: 'website|form_submission|aside',
        identity: { email: 'ben@example.com', phone_e164: '+12025550150' },
      }),
    });

    expect((await world.find('ana@example.com')).keys).toEqual([[waiting]]);
    expect((await world.find('+1 202 555 0150')).keys).toEqual([['website|form_submission|aside']]);
  });

  it('with the submissions of its person that wait', async () => {
    const world = aLookupWorld();
    const one = await world.deliver('one', ANA);
    const two = await world.submit('two', ANA, 'partner');

    expect((await world.find('one')).keys).toEqual([[one, two]]);
  });

  it('that names nobody, by its key', async () => {
    const world = aLookupWorld();
    const key = await world.submit('nobody', { identity: {}, attributes: {} });

    const { keys, people } = await world.find(key);

    expect(keys).toEqual([[key]]);
    expect(people[0]?.identity).toBeUndefined();
  });

  it('in vain, says where it was looked', async () => {
    const world = aLookupWorld();
    await world.submit('waits', ANA);
    world.crmSays({ kind: 'unreachable', why: 'Zoho could not be asked.' });

    const { people, looked, query } = await world.find('4150868000000376001');

    expect(people).toEqual([]);
    expect(query.kind).toBe('crm-id');
    expect(looked).toEqual([
      { place: 'crm', problem: 'Zoho could not be asked.' },
      { place: 'sender_ids', count: 4 },
      { place: 'names' },
      { place: 'waiting', count: 1 },
    ]);
  });

  it('says when there were more that wait than it looks at', async () => {
    const world = aLookupWorld();
    await world.submit('waits', ANA);
    await world.quarantine('aside');

    const { looked } = await world.find('nobody@example.com', { waitingMax: 1 });

    expect(looked.at(-1)).toEqual({ place: 'waiting', count: 1, isCut: true });
  });

  it('changes nothing', async () => {
    const world = aLookupWorld();
    const key = await world.submit('one', ANA);
    const before = await world.events.readRecord(key);

    await world.find('ana@example.com');

    expect(await world.events.readRecord(key)).toEqual(before);
  });

  describe('by looking at everything', () => {
    it.each([
      ['a number beside an e-mail address', '202 555 0143'],
      ['an address in an answer that nothing maps', 'office@example.com'],
    ])('finds it by %s', async (_, typed) => {
      const world = aLookupWorld();
      const answers = [{ key: 'billing', value: 'Office@Example.com' }];
      const one = await world.deliver('one', { ...ANA, answers });
      await world.deliver('other', { identity: { email: 'ben@example.com' } });

      const before = await world.find(typed);
      const { keys, looked } = await world.find(typed, { scan: {} });

      expect(before.people).toEqual([]);
      expect(keys).toEqual([[one]]);
      expect(looked.at(-1)).toMatchObject({ place: 'store' });
      expect(looked.at(-1)).not.toHaveProperty('isCut');
    });

    it('finds it by a record of which Zoho no longer tells', async () => {
      const world = aLookupWorld();
      const key = await world.submit('one', ANA);
      await world.events.succeed(key, {
        crm: { module: 'Leads', recordId: '4150868000000376001', action: 'insert' },
        attempts: 1,
        atMs: world.clock.nowMs(),
      });

      const { keys } = await world.find('4150868000000376001', { scan: {} });

      expect(keys).toEqual([[key]]);
    });

    it('finds one that was kept from the CRM, and one whose body could not be read', async () => {
      const world = aLookupWorld();
      const trap = 'website|form_submission.spam_trap|trap';
      await world.accept(trap, {
        key: trap,
        normalized: aLeadEvent({ idempotency_key: trap, ...ANA }),
        initial: { state: 'suppressed', suppression: 'spam_trap' },
      });
      const unread = aNewEvent({
        key: 'website|unreadable|h1:0',
        eventType: 'unreadable',
        initial: { state: 'suppressed', suppression: 'test_lead' },
        raw: {
          body: new TextEncoder().encode('mail=ANA%40example.com&x=%'),
          contentType: 'application/x-www-form-urlencoded',
          headers: {},
          signature: 'current',
        },
      });
      const { normalized: _normalized, ...withoutReading } = unread;
      await world.events.accept(withoutReading);

      const { keys } = await world.find('ana@example.com', { scan: {} });

      expect(keys.flat().toSorted()).toEqual([trap, 'website|unreadable|h1:0']);
    });

    it('is asked for last, and told whether somebody was found', async () => {
      const world = aLookupWorld();
      await world.deliver('one', ANA);
      const asked: boolean[] = [];
      const isWanted = async (isFound: boolean) => {
        asked.push(isFound);
        return false;
      };

      const { looked } = await world.find('ana@example.com', { scan: { isWanted } });
      await world.find('nobody@example.com', { scan: { isWanted } });

      expect(asked).toEqual([true, false]);
      expect(looked.map(({ place }) => place)).not.toContain('store');
    });

    it('ends at its bound, and when somebody has had enough, with what was found until then', async () => {
      const world = aLookupWorld();
      for (let id = 0; id < 10; id += 1) {
        await world.deliver(`one-${id}`, { identity: { email: `p${id}@example.com` } });
      }
      let parts = 0;
      const onPart = () => {
        parts += 1;
      };

      const bounded = await world.find('nobody@example.com', {
        scan: { readUnitsMax: 20, onPart },
      });
      const stopped = await world.find('nobody@example.com', {
        scan: { isStopped: () => true },
      });

      expect(parts).toBe(2);
      expect(bounded.looked.at(-1)).toEqual({ place: 'store', count: 10, isCut: true });
      expect(stopped.looked.at(-1)).toEqual({ place: 'store', count: 0, isCut: true });
    });
  });
});
