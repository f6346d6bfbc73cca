import { describe, expect, it } from 'vitest';
import { deliveryMessageOf } from '../../../lambdas/core/delivery-message.ts';
import type { NormalizedEvent } from '../../../lambdas/core/lead-event.ts';
import type { CrmOwner } from '../../../lambdas/operations/crm-owner.ts';
import { findLeads } from '../../../lambdas/operations/find-leads.ts';
import { type LeadQueryKind, parseLeadQuery } from '../../../lambdas/operations/lead-query.ts';
import { aLeadEvent } from '../../support/event-builders.ts';
import { aReplayWorld, PEPPER } from '../../support/replay-world.ts';

/** A world with leads, and a look-up over it. */
function aLookupWorld() {
  const world = aReplayWorld();
  let owner: CrmOwner = { kind: 'no_record' };
  const asked: string[] = [];
  const ports = {
    ...world.ports,
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
    find: async (typed: string, options: { by?: LeadQueryKind; waitingMax?: number } = {}) => {
      const finding = await findLeads(await parseLeadQuery(typed, ['US'], options.by), ports, {
        config: world.config,
        pepper: PEPPER,
        eventTypesOf: () => ['form_submission'],
        ...(options.waitingMax === undefined ? {} : { waitingMax: options.waitingMax }),
      });
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
});
