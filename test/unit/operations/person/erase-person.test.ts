import { beforeEach, describe, expect, it } from 'vitest';
import { isAnythingLeft } from '../../../../lambdas/operations/person/find-person.ts';
import { deliveryMessageOf } from '../../../../lambdas/core/delivery-message.ts';
import { withLease } from '../../../../lambdas/core/head.ts';
import { keyedHash } from '../../../../lambdas/core/identity.ts';
import { anEraseWorld } from '../../../support/erase-world.ts';
import { aLeadEvent, aNewEvent, T0 } from '../../../support/event-builders.ts';

const ANA = 'ana@example.com';
type World = ReturnType<typeof anEraseWorld>;
type Said = NonNullable<Parameters<typeof aLeadEvent>[0]>;

let world: World;
let sequence = 0;
beforeEach(() => {
  world = anEraseWorld();
});

/** Stores a lead; its request says what was read of it. */
async function accept(
  identity: NonNullable<Said['identity']>,
  { body, ...rest }: Partial<Said> & { readonly body?: string } = {},
): Promise<string> {
  sequence += 1;
  const key = `website|lead.created|person-${sequence}`;
  const normalized = aLeadEvent({ idempotency_key: key, identity, ...rest });
  const raw = aNewEvent().raw;
  await world.events.accept(
    aNewEvent({
      key,
      normalized,
      payloadHash: String(sequence).padStart(64, '0'),
      sourceEventId: `person-${sequence}`,
      raw: { ...raw, body: new TextEncoder().encode(body ?? JSON.stringify(identity)) },
    }),
  );
  return key;
}

async function deliver(key: string): Promise<void> {
  const record = await world.events.readRecord(key);
  await world.queue.delivery.enqueue(deliveryMessageOf(record!), 'website');
  await world.drain();
}

describe('an erasure', () => {
  it('takes a delivered lead out of events, merged state and links, and looks again', async () => {
    const key = await accept({ email: ANA });
    await deliver(key);
    expect(await world.stateOf(key)).toBe('succeeded');

    const { found, result, left } = await world.erase(ANA);

    expect(found.events.map((event) => event.key)).toEqual([key]);
    expect(found.crmRecords).toHaveLength(1);
    expect(result.erased).toEqual([key]);
    expect(isAnythingLeft(left)).toBe(false);
    expect(await world.stateOf(key)).toBe('erased');
    expect(await world.everything()).not.toContain(ANA);
    expect(await world.everything()).not.toContain('Ana');
  });

  it('finds leads that were never delivered: waiting, held, quarantined, conflicting', async () => {
    const waiting = await accept({ email: ANA });
    const held = await accept({ email: ANA });
    await world.events.hold({ key: held, nowMs: T0 });
    const aside = await accept({ email: ANA });
    await world.setAside(aside, 'crm_invalid_data');
    const event = aNewEvent({ key: waiting, normalized: aLeadEvent({ identity: { email: ANA } }) });
    await world.events.accept({ ...event, payloadHash: 'c'.repeat(64) });

    const { result, left } = await world.erase(ANA);

    expect(new Set(result.erased)).toEqual(new Set([waiting, held, aside]));
    expect(isAnythingLeft(left)).toBe(false);
    expect(result.letters).toEqual({ removed: 1, isComplete: true });
    expect(world.letterKeys()).toEqual([]);
    expect(await world.everything()).not.toContain(ANA);
  });

  it('leaves everybody else alone', async () => {
    const ana = await accept({ email: ANA });
    const ben = await accept({ email: 'ben@example.com' });
    await deliver(ana);
    await deliver(ben);
    const before = await world.events.readRecord(ben);

    await world.erase(ANA);

    expect(await world.events.readRecord(ben)).toEqual(before);
    expect(await world.events.readNormalized(ben, before!.payloadHash)).toBeDefined();
    expect((await world.find('ben@example.com')).heads).toHaveLength(1);
  });

  it('goes by all names of the identity: what came under another address of it goes, too', async () => {
    const first = await accept({ email: ANA, contact_external_id: 'website:person:7' });
    const second = await accept({
      email: 'ana@elsewhere.example',
      contact_external_id: 'website:person:7',
    });
    await deliver(first);
    await deliver(second);

    const { found, left } = await world.erase('ana@elsewhere.example');

    expect(new Set(found.events.map((event) => event.key))).toEqual(new Set([first, second]));
    expect(found.otherNames).toContainEqual({ kind: 'email', value: ANA });
    expect(isAnythingLeft(left)).toBe(false);
    expect(await world.everything()).not.toContain(ANA);
  });

  it('does not take somebody with the same telephone for the same person', async () => {
    const phone = '+12025550143';
    const alone = await accept({ phone_e164: phone });
    const shared = await accept({ email: 'ben@example.com', phone_e164: phone });

    const found = await world.find(phone);

    expect(found.events.map((event) => event.key)).toEqual([alone]);
    expect(found.sharing).toEqual([shared]);
  });

  it('does not touch another person’s message that quotes the address, and names it', async () => {
    const quoting = await accept(
      { email: 'ben@example.com' },
      { body: '{"email":"ben@example.com","message":"Ask ana@example.com, she knows"}' },
    );

    const found = await world.find(ANA);

    expect(found.events).toEqual([]);
    expect(found.mentions).toEqual([quoting]);
    expect(isAnythingLeft(found)).toBe(false);
  });

  it('takes a request that nobody could read, however the address is written in it', async () => {
    const bodies = [
      'name=Ana&email=ANA%40example.com&x=1',
      String.raw`{"email":"ana\u0040example.com"}`,
      'not JSON: <ana@example.com>',
    ];
    const keys = [];
    for (const [at, body] of bodies.entries()) {
      const { normalized: _none, ...event } = aNewEvent({ key: `website|unreadable|${at}` });
      const raw = { ...event.raw, body: new TextEncoder().encode(body) };
      await world.events.accept({ ...event, raw });
      keys.push(event.key);
    }

    const { found, left } = await world.erase(ANA);

    expect(found.events.map((event) => event.key).toSorted()).toEqual(keys);
    expect(isAnythingLeft(left)).toBe(false);
  });

  it('is found by a lead’s key and by the CRM’s record, too', async () => {
    const key = await accept({ email: ANA });
    await deliver(key);
    const other = await accept({ email: ANA });
    await deliver(other);
    const recordId = (await world.events.readRecord(key))!.crm!.recordId;

    const byKey = await world.find(key);
    const byIdentity = await world.find(byKey.identities[0]!);
    const byRecord = await world.findNamed({ kind: 'crm_record', value: recordId });

    for (const found of [byKey, byIdentity, byRecord]) {
      expect(new Set(found.events.map((event) => event.key))).toEqual(new Set([key, other]));
      expect(found.crmRecords).toEqual([{ module: 'Leads', recordId }]);
    }
  });

  it('forgets that somebody submitted before', async () => {
    const hash = keyedHash(world.pepper, 'email', ANA);
    const key = await accept({ email: ANA });
    await world.events.rememberSubmitter('website', hash, key, T0 + 1_000);

    const { left } = await world.erase(ANA);

    expect(left.submitters).toEqual([]);
    expect(await world.events.rememberSubmitter('website', hash, 'next', T0)).toBe('next');
  });

  it('takes bodies in the bucket that no item points to', async () => {
    const key = await accept({ email: ANA });
    const { payloadHash } = (await world.events.readRecord(key))!;
    const loose = `s3://archive/raw/2026-11-22/corr-${payloadHash}.gz`;
    world.bodies.stored.set(loose, new TextEncoder().encode('anything'));
    world.bodies.stored.set('s3://archive/raw/a.gz', new TextEncoder().encode(`to: ${ANA}`));
    world.bodies.stored.set('s3://archive/raw/b.gz', new TextEncoder().encode('ben@example.com'));

    await world.erase(ANA);

    expect([...world.bodies.stored.keys()]).toEqual(['s3://archive/raw/b.gz']);
  });

  // Intake stores a large body before the item that points to it: the search may have passed that place before.
  it('leaves the body of a request alone that may just be coming in', async () => {
    await accept({ email: ANA });
    const pointer = 's3://archive/raw/coming-in.gz';
    world.bodies.stored.set(pointer, new TextEncoder().encode(`from: ${ANA}`));
    world.bodies.storedAtMs.set(pointer, world.clock.nowMs() - 60_000);

    const { left } = await world.erase(ANA);

    expect([...world.bodies.stored.keys()]).toEqual([pointer]);
    expect(isAnythingLeft(left)).toBe(false);
    world.clock.advance(3_600_000);
    expect((await world.find(ANA)).looseBodies).toEqual([pointer]);
  });

  it('keeps the version of the merged state, so that the person can come back', async () => {
    await deliver(await accept({ email: ANA }));
    await deliver(
      await accept({ email: ANA }, { occurred_at: '2026-11-22T04:30:00.000Z', attributes: {} }),
    );
    const [before] = (await world.find(ANA)).heads;

    await world.erase(ANA);
    await deliver(await accept({ email: ANA }));

    const [after] = (await world.find(ANA)).heads;
    expect(before!.version).toBeGreaterThan(0);
    expect(after!.version).toBeGreaterThan(before!.version);
    expect(after!.identity).toBe(before!.identity);
  });

  it('waits for a delivery that is under way', async () => {
    const key = await accept({ email: ANA });
    const nowMs = world.clock.nowMs();
    await world.events.claim({ key, leaseToken: 't', leaseMs: 90_000, nowMs });

    const { result, left } = await world.erase(ANA);

    expect(world.clock.nowMs()).toBeGreaterThanOrEqual(nowMs + 90_000);
    expect(result.erased).toEqual([key]);
    expect(isAnythingLeft(left)).toBe(false);
  });

  // It is listed nowhere when it is found, and in the merged state when it is erased.
  it('takes what a first delivery merges that is under way, whatever the lead was found by', async () => {
    const key = await accept({ email: ANA });
    let isDelivered = false;
    const { eraser } = world.ports;
    world.ports.eraser = {
      ...eraser,
      eraseEvent: async (...args) => {
        if (!isDelivered) await deliver(key);
        isDelivered = true;
        return await eraser.eraseEvent(...args);
      },
    };

    const { result, left } = await world.erase(key);

    expect(result.erased).toEqual([key]);
    expect(result.identities).toHaveLength(1);
    expect(isAnythingLeft(left)).toBe(false);
    expect(await world.everything()).not.toContain(ANA);
    expect(await world.identities.linkedEvents('Leads', result.identities[0]!)).toEqual([]);
  });

  it('says which lead it could not erase when a delivery does not end', async () => {
    const key = await accept({ email: ANA });
    const nowMs = world.clock.nowMs();
    await world.events.claim({ key, leaseToken: 't', leaseMs: 900_000, nowMs });

    const { result, left } = await world.erase(ANA);

    expect(result.inDelivery).toEqual([key]);
    expect(isAnythingLeft(left)).toBe(true);
    expect(await world.stateOf(key)).toBe('processing');
  });

  it('does not touch a merged state while its record is being written', async () => {
    await deliver(await accept({ email: ANA }));
    const [head] = (await world.find(ANA)).heads;
    const leased = withLease(head!, 'writer', world.clock.nowMs() + 3_600_000);
    await world.identities.save({ ...leased, revision: head!.revision + 1 });

    const { result, left } = await world.erase(ANA);

    expect(result.inUse).toEqual([head!.identity]);
    expect(left.heads).toHaveLength(1);
    // The next run, by the lead's key, must find the merged state by something.
    expect(left.leftovers).toEqual(result.erased);
  });

  it('keeps what the person submits while the erasure runs', async () => {
    const old = await accept({ email: ANA }, { attributes: { first_name: 'Ana', city: 'Old' } });
    await deliver(old);
    const search = await world.find(ANA);
    const fresh = await accept(
      { email: ANA },
      { occurred_at: '2026-11-22T05:00:00.000Z', attributes: { first_name: 'Anna' } },
    );
    await deliver(fresh);
    const { erasePerson } = await import('../../../../lambdas/operations/person/erase-person.ts');

    const settings = { pepper: world.pepper, config: world.config };
    const result = await erasePerson(search, settings, world.ports);

    const [head] = (await world.find(ANA)).heads;
    expect(result.erased).toEqual([old]);
    expect(await world.stateOf(fresh)).toBe('succeeded');
    expect(head!.fields['first_name']?.value).toBe('Anna');
    expect(head!.fields['city']).toBeUndefined();
  });

  it('finishes what was interrupted: what lies beside a tombstone is found by that alone', async () => {
    const key = await accept({ email: ANA });
    await world.events.rememberSubmitter('website', 'hash', key, T0 + 1_000);
    const nowMs = world.clock.nowMs();
    await world.events.eraseEvent(key, { markOf: () => 'h1:x', nowMs });

    const { found, left } = await world.erase('ben@example.com');

    expect(found.leftovers).toEqual([key]);
    expect(left.leftovers).toEqual([]);
    expect(await world.events.rememberSubmitter('website', 'hash', 'next', T0)).toBe('next');
    expect(await world.everything()).not.toContain(ANA);
  });

  it('finishes what was interrupted before the merged state, whoever the next run is for', async () => {
    const key = await accept({ email: ANA });
    await deliver(key);
    const [head] = (await world.find(ANA)).heads;
    const nowMs = world.clock.nowMs();
    await world.events.eraseEvent(key, { markOf: () => 'h1:x', nowMs });

    await world.erase('ben@example.com');

    expect(await world.everything()).not.toContain(ANA);
    const entry = await world.identities.read('Leads', head!.identity);
    expect(entry).toMatchObject({ kind: 'head', head: { version: head!.version, fields: {} } });
  });

  it('takes out of the merged state what events said that have expired since', async () => {
    const key = await accept({ email: ANA });
    await deliver(key);
    const [head] = (await world.find(ANA)).heads;
    const emptied = anEraseWorld();
    await emptied.identities.save({ ...head!, revision: 1 });
    await emptied.identities.link('Leads', head!.identity, '2026-11-22T03:59:58.000Z', key);
    world = emptied;

    const { found, left } = await emptied.erase(ANA);

    expect(found.events).toEqual([]);
    expect(found.deadLinks).toEqual([key]);
    expect(isAnythingLeft(left)).toBe(false);
    expect(await emptied.identities.linkedEvents('Leads', head!.identity)).toEqual([]);
  });

  it('is on record by keys and hashes alone', async () => {
    const key = await accept({ email: ANA });
    await deliver(key);

    const { found } = await world.erase(ANA);

    const page = { fromMs: 0, beforeMs: world.clock.nowMs() + 1, limit: 10 };
    const { entries } = await world.ports.journal.list(page);
    expect(entries).toMatchObject([
      {
        action: 'erased',
        outcome: 'done',
        touched: [
          { kind: 'identity', id: found.identities[0] },
          { kind: 'lead', id: key },
        ],
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain(ANA);
  });
});
