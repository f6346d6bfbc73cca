import { describe, expect, it } from 'vitest';
import type { CrmRow } from '../../../lambdas/core/ports/crm.ts';
import type { DeliveryOutcome } from '../../../lambdas/core/delivery-outcome.ts';
import { IdentityTooLargeError, StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import { newHead, withLease } from '../../../lambdas/core/head.ts';
import { aDeliveryWorld, event, nameOf } from '../../support/delivery-world.ts';
import { T0 } from '../../support/event-builders.ts';
import { refused, written } from '../../support/fakes.ts';

describe('delivering leads', () => {
  it('writes a first lead whole and confirms it', async () => {
    const world = aDeliveryWorld();

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toEqual({
      kind: 'delivered',
      crm: { module: 'Leads', recordId: 'rec-1', action: 'insert' },
      attempts: 1,
    });
    expect(world.crm.calls).toHaveLength(1);
    expect(world.crm.calls[0]?.[0]).toMatchObject({
      identity: world.identity,
      version: 1,
      values: {
        email: 'ana@example.com',
        phone: '+12025550143',
        first_name: 'Ana',
        last_name: 'Ng',
        company: 'Example Ltd',
        lead_source: 'website',
      },
    });
    const head = await world.head();
    expect(head).toMatchObject({ confirmedVersion: 1, crmRecordId: 'rec-1' });
    expect(head?.leaseToken).toBeUndefined();
  });

  it('sends a second event of the person as an update of the changed fields alone', async () => {
    const world = aDeliveryWorld();
    await world.deliver([await world.claimed()]);

    const [outcome] = await world.deliver([
      await world.claimed(
        event(2, {
          occurred_at: '2026-11-22T05:00:00.000Z',
          attributes: { first_name: 'Ana', company: 'New Ltd' },
        }),
      ),
    ]);

    expect(outcome).toMatchObject({ kind: 'delivered', crm: { action: 'update' } });
    const row = world.crm.calls[1]?.[0] as CrmRow;
    expect(row.recordId).toBe('rec-1');
    // The same first name came with a newer time: it is the newer event's now, and is sent with it.
    expect(row.changed.toSorted()).toEqual(['company', 'email', 'first_name', 'phone']);
    expect(world.crm.records.get('rec-1')).toMatchObject({ company: 'New Ltd', last_name: 'Ng' });
  });

  it('makes many events of one person in a batch one row', async () => {
    const world = aDeliveryWorld();

    const outcomes = await world.deliver([
      await world.claimed(event(1)),
      await world.claimed(event(2, { attributes: { city: 'Rome' } })),
      await world.claimed(event(3, { attributes: { job_title: 'CTO' } })),
    ]);

    expect(outcomes.map((outcome) => outcome.kind)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
    expect(world.crm.calls.map((rows) => rows.length)).toEqual([1]);
    expect(world.crm.records.get('rec-1')).toMatchObject({ city: 'Rome', job_title: 'CTO' });
  });

  it('writes ten persons in one call', async () => {
    const world = aDeliveryWorld();
    const batch = await Promise.all(
      Array.from({ length: 10 }, async (_, n) =>
        world.claimed(event(n, { identity: { email: `p${n}@example.com` } })),
      ),
    );

    const outcomes = await world.deliver(batch);

    expect(outcomes.every((outcome) => outcome.kind === 'delivered')).toBe(true);
    expect(world.crm.calls.map((rows) => rows.length)).toEqual([10]);
  });

  it('calls nothing when the CRM holds what an event says already', async () => {
    const world = aDeliveryWorld();
    const first = await world.claimed();
    await world.deliver([first]);

    const [again] = await world.deliver([first]);

    expect(again).toEqual({
      kind: 'delivered',
      crm: { module: 'Leads', recordId: 'rec-1', action: 'none' },
      attempts: 0,
    });
    expect(world.crm.calls).toHaveLength(1);
  });

  it('gives the lease back when the CRM certainly wrote nothing', async () => {
    const world = aDeliveryWorld([() => refused('crm_rate_limited')]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 1, delayMs: 2_000 });
    expect((await world.head())?.leaseToken).toBeUndefined();
  });

  it('defers to another writer of the person, and leaves what it brings in HEAD for that one', async () => {
    const world = aDeliveryWorld();
    await world.deliver([await world.claimed()]);
    const before = (await world.head())!;
    await world.identities.save({
      ...withLease(before, 'another', world.clock.nowMs() + 60_000),
      revision: before.revision + 1,
    });

    const [outcome] = await world.deliver([
      await world.claimed(event(2, { attributes: { city: 'Rome' } })),
    ]);

    expect(outcome).toEqual({ kind: 'deferred', delayMs: 2_000 });
    expect(world.crm.calls).toHaveLength(1);
    expect(await world.head()).toMatchObject({
      leaseToken: 'another',
      fields: { city: { value: 'Rome' } },
    });
  });

  it('brings along what another event merged while it held the lease', async () => {
    let second: Promise<readonly DeliveryOutcome[]> | undefined;
    const world = aDeliveryWorld([
      async () => {
        const other = await world.claimed(event(2, { attributes: { city: 'Rome' } }));
        second = world.deliver([other]);
        await second;
        return undefined;
      },
    ]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'delivered' });
    expect((await second)?.[0]?.kind).toBe('deferred');
    expect(world.crm.calls).toHaveLength(2);
    expect(world.crm.records.get('rec-1')).toMatchObject({ city: 'Rome' });
    expect((await world.head())?.leaseToken).toBeUndefined();
  });

  it('does not count itself delivered when its lease ran out and another writer took over', async () => {
    const world = aDeliveryWorld([
      async () => {
        const head = (await world.head())!;
        await world.identities.save({
          ...withLease(head, 'another', T0 + 1e9),
          revision: head.revision + 1,
        });
        return undefined;
      },
    ]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome?.kind).toBe('deferred');
    expect(await world.head()).toMatchObject({ confirmedVersion: 0, leaseToken: 'another' });
  });

  it('quarantines a refused event, and lets the next one of the person through without its value', async () => {
    const world = aDeliveryWorld([() => refused('crm_invalid_data', { field: 'Phone' })]);

    const [bad] = await world.deliver([await world.claimed()]);
    const [good] = await world.deliver([
      await world.claimed(event(2, { identity: { email: 'ana@example.com' } })),
    ]);

    expect(bad).toMatchObject({ kind: 'rejected', attempts: 1, failure: { crmField: 'Phone' } });
    expect(good).toMatchObject({ kind: 'delivered' });
    expect(world.crm.records.get('rec-1')).not.toHaveProperty('phone');
  });

  it('finds the event whose value was refused among several, and delivers the others', async () => {
    const badPhone = (row: CrmRow) =>
      row.values['phone'] === '+0' ? refused('crm_invalid_data', { field: 'Phone' }) : undefined;
    const world = aDeliveryWorld([badPhone, badPhone, badPhone]);

    const outcomes = await world.deliver([
      await world.claimed(
        event(1, {
          occurred_at: '2026-11-22T05:00:00.000Z',
          identity: { email: 'ana@example.com', phone_e164: '+0' },
        }),
      ),
      await world.claimed(
        event(2, {
          occurred_at: '2026-11-22T06:00:00.000Z',
          identity: { email: 'ana@example.com' },
        }),
      ),
    ]);

    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['rejected', 'delivered']);
  });

  it('takes the newest event when the CRM does not say which value it refused', async () => {
    const badCompany = (row: CrmRow) =>
      row.values['company'] === 'Bad' ? refused('crm_refused') : undefined;
    const world = aDeliveryWorld([badCompany, badCompany]);

    const outcomes = await world.deliver([
      await world.claimed(event(1)),
      await world.claimed(
        event(2, { occurred_at: '2026-11-22T06:00:00.000Z', attributes: { company: 'Bad' } }),
      ),
    ]);

    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['delivered', 'rejected']);
    expect(world.crm.records.get('rec-1')).toMatchObject({ company: 'Example Ltd' });
  });

  it('blames nobody in the batch while values of others may be to blame', async () => {
    const badCity = (row: CrmRow) =>
      row.changed.includes('city') ? refused('crm_refused') : undefined;
    const world = aDeliveryWorld([undefined!, badCity]);
    await world.deliver([await world.claimed(event(1))]);
    const before = (await world.head())!;
    // Another consumer left the value of its event in HEAD while somebody had the lease.
    await world.identities.save({
      ...world.merge(before, {
        event: 'elsewhere',
        occurredAt: '2026-11-22T07:00:00.000Z',
        trust: 50,
        mayCreate: true,
        values: { city: 'refused' },
      }),
      revision: before.revision + 1,
    });

    const [outcome] = await world.deliver([
      await world.claimed(
        event(2, { occurred_at: '2026-11-22T06:00:00.000Z', attributes: { company: 'New' } }),
      ),
    ]);

    expect(outcome?.kind).toBe('delivered');
    expect((await world.head())?.fields).not.toHaveProperty('city');
  });

  it('regression: sends nothing of an event elsewhere that had lost a value to the refused one', async () => {
    const badCity = (row: CrmRow) =>
      row.values['city'] === 'refused' ? refused('crm_invalid_data', { field: 'City' }) : undefined;
    const world = aDeliveryWorld([badCity, badCity]);
    const bad = await world.claimed(
      event(1, { occurred_at: '2026-11-22T06:00:00.000Z', attributes: { city: 'refused' } }),
    );
    // Merged by another consumer: its city lost to the newer one, its title did not.
    const start = { ...newHead('Leads', world.identity), revision: 0 };
    const says = (key: string, hour: string, values: Record<string, string>) => ({
      event: key,
      occurredAt: `2026-11-22T${hour}:00:00.000Z`,
      trust: 50,
      mayCreate: true,
      values,
    });
    const merged = world.merge(
      world.merge(start, says('website|lead.created|1', '06', { city: 'refused' })),
      says('elsewhere', '05', { city: 'older', job_title: 'CTO' }),
    );
    await world.identities.save({ ...merged, revision: 1 });

    const outcomes = await world.deliver([bad, await world.claimed(event(2))]);

    expect(outcomes.map(({ kind }) => kind)).toEqual(['rejected', 'delivered']);
    expect(world.crm.records.get('rec-1')).not.toHaveProperty('job_title');
    expect((await world.head())?.fields).not.toHaveProperty('job_title');
  });

  it('rejects an event that makes its person too large to be stored', async () => {
    const world = aDeliveryWorld();
    world.identities.save = async () => {
      throw new IdentityTooLargeError(400_000);
    };

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'identity_too_large' } });
  });

  it('does not let one person’s refusal touch another’s row', async () => {
    const world = aDeliveryWorld([
      (row) =>
        row.values['email'] === 'bad@example.com' ? refused('crm_invalid_data') : undefined,
    ]);

    const outcomes = await world.deliver([
      await world.claimed(event(1, { identity: { email: 'bad@example.com' } })),
      await world.claimed(event(2, { identity: { email: 'good@example.com' } })),
    ]);

    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['rejected', 'delivered']);
    expect(world.crm.calls).toHaveLength(1);
  });

  it('writes the whole state anew when the CRM record is gone', async () => {
    const world = aDeliveryWorld([
      undefined!,
      (row) => (row.recordId === undefined ? undefined : refused('crm_record_gone')),
      () => written('rec-new', 'insert'),
    ]);
    await world.deliver([await world.claimed()]);

    const [outcome] = await world.deliver([
      await world.claimed(event(2, { attributes: { city: 'Rome' } })),
    ]);

    expect(outcome).toMatchObject({
      kind: 'delivered',
      crm: { recordId: 'rec-new', action: 'insert' },
    });
    expect(world.crm.calls[2]?.[0]?.values).toMatchObject({ last_name: 'Ng', city: 'Rome' });
  });

  it('keeps an event’s values in HEAD when only the way is barred', async () => {
    const world = aDeliveryWorld([() => refused('crm_unauthorized')]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { class: 'authorization' } });
    expect((await world.head())?.fields).toHaveProperty('email');
    expect((await world.head())?.leaseToken).toBeUndefined();
  });

  it('adds this invocation’s calls to the attempts made before', async () => {
    const world = aDeliveryWorld([() => refused('crm_unavailable')]);

    const [outcome] = await world.deliver([await world.claimed({}, 7)]);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 8, delayMs: 16_000 });
  });

  it('starts no call that might outlast the invocation', async () => {
    const world = aDeliveryWorld();

    const [outcome] = await world.deliver([await world.claimed()], 24_999);

    expect(outcome?.kind).toBe('deferred');
    expect(world.crm.calls).toHaveLength(0);
    expect((await world.head())?.leaseToken).toBeUndefined();
  });

  it('rejects an event without anything that stands for a person', async () => {
    const world = aDeliveryWorld();

    const [outcome] = await world.deliver([await world.claimed({ identity: {}, attributes: {} })]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'missing_identity' } });
  });

  it('rejects an event whose payload is gone', async () => {
    const world = aDeliveryWorld();
    const lead = await world.claimed();

    const [outcome] = await world.deliver([
      { ...lead, record: { ...lead.record, payloadHash: 'f'.repeat(64) } },
    ]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'payload_missing' } });
  });

  it('lets a store that fails for one person end only that one', async () => {
    const world = aDeliveryWorld();
    const unlucky = nameOf({ identity: { email: 'unlucky@example.com' } }, world.config);
    const untouched = { ...world.identities };
    world.identities.save = async (head) => {
      if (head.identity === unlucky)
        throw new StoreUnavailableError('The event store', new Error());
      return await untouched.save(head);
    };

    const outcomes = await world.deliver([
      await world.claimed(event(1, { identity: { email: 'unlucky@example.com' } })),
      await world.claimed(event(2, { identity: { email: 'lucky@example.com' } })),
    ]);

    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['deferred', 'delivered']);
  });

  it('lists every event under its person', async () => {
    const world = aDeliveryWorld();

    await world.deliver([await world.claimed(event(1)), await world.claimed(event(2))]);

    expect(await world.identities.linkedEvents('Leads', world.identity)).toEqual([
      'website|lead.created|1',
      'website|lead.created|2',
    ]);
  });
});
