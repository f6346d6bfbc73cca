import { describe, expect, it } from 'vitest';
import { deliverLeads } from '../../../lambdas/consumer/deliver-leads.ts';
import { defineConfig, type HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import type { CrmRow } from '../../../lambdas/core/crm.ts';
import type { DeliveryOutcome } from '../../../lambdas/core/delivery-outcome.ts';
import { IdentityTooLargeError, StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import { type Head, mergeContribution, withLease } from '../../../lambdas/core/head.ts';
import { identityOf } from '../../../lambdas/core/identity.ts';
import type { NormalizedEvent } from '../../../lambdas/core/lead-event.ts';
import { createMemoryEventStore } from '../../../local/memory/memory-event-store.ts';
import { createMemoryIdentityStore } from '../../../local/memory/memory-identity-store.ts';
import { aLeadEvent, aNewEvent, T0 } from '../../support/event-builders.ts';
import { aClock, aCrm, countingIds, evenRandom, refused, written } from '../../support/fakes.ts';
import { createRecordingLog, createRecordingMetrics } from '../../support/recording-ports.ts';

const PEPPER = 'pepper-of-the-tests';
const SOURCES: HoldfastConfigInput['sources'] = {
  website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'], trust: 40 },
  demo: { provider: 'typeform', label: 'Demo request', trust: 60 },
};

type Script = Parameters<typeof aCrm>[0];

function aWorld(script: Script = [], delivery: HoldfastConfigInput['delivery'] = {}) {
  const clock = aClock();
  const events = createMemoryEventStore();
  const identities = createMemoryIdentityStore();
  const crm = aCrm(script);
  const ids = countingIds();
  const config = defineConfig({ sources: SOURCES, delivery });
  const ports = {
    events,
    identities,
    crm,
    clock,
    random: evenRandom,
    ids,
    metrics: createRecordingMetrics(),
  };

  /** Stores an event and claims it, as a consumer finds it. */
  const claimed = async (overrides: Partial<NormalizedEvent> = {}, attempts = 0) => {
    const normalized = aLeadEvent(overrides);
    const key = normalized.idempotency_key;
    await events.accept(
      aNewEvent({ key, normalized, source: normalized.source, occurredAt: normalized.occurred_at }),
    );
    const claim = await events.claim({
      key,
      leaseToken: ids.next(),
      leaseMs: 90_000,
      nowMs: clock.nowMs(),
    });
    if (claim.kind !== 'claimed') throw new Error('the event was not claimed');
    return {
      record: { ...claim.record, attempts },
      leaseToken: claim.leaseToken,
      log: createRecordingLog(),
    };
  };
  const deliver = async (
    batch: readonly Awaited<ReturnType<typeof claimed>>[],
    remainingMs = 60_000,
  ): Promise<readonly DeliveryOutcome[]> =>
    await deliverLeads(batch, ports, {
      config,
      pepper: PEPPER,
      deadlineMs: clock.nowMs() + remainingMs,
    });
  const identity = identityOf(aLeadEvent(), config.identity.order, PEPPER)!;
  const head = async (): Promise<Head | undefined> => await identities.read('Leads', identity);
  return { ...ports, config, claimed, deliver, head, identity };
}

const event = (n: number, overrides: Partial<NormalizedEvent> = {}): Partial<NormalizedEvent> => ({
  idempotency_key: `website|lead.created|${n}`,
  ...overrides,
});

describe('delivering leads', () => {
  it('writes a first lead whole and confirms it', async () => {
    const world = aWorld();

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
    const world = aWorld();
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
    const world = aWorld();

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
    const world = aWorld();
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
    const world = aWorld();
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

  it('repeats an unanswered write at once, with the very same row, and delivers', async () => {
    const lost = () => refused('crm_no_answer', { mayHaveHappened: true });
    const world = aWorld([lost, lost, lost]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'delivered', attempts: 4 });
    expect(new Set(world.crm.calls.map((rows) => JSON.stringify(rows))).size).toBe(1);
    expect(world.clock.sleeps).toEqual([1_000]);
  });

  it('ends as a retry after five attempts, and remembers until when Zoho may still write', async () => {
    const lost = () => refused('crm_no_answer', { mayHaveHappened: true });
    const world = aWorld([lost, lost, lost, lost, lost], { settleWindowMs: 30_000 });

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({
      kind: 'retry',
      attempts: 5,
      delayMs: 30_000,
      failure: { code: 'crm_no_answer' },
    });
    const head = await world.head();
    expect(head?.unsettledUntilMs).toBe(world.clock.nowMs() + 30_000);
    expect(head?.leaseToken).toBeUndefined();
  });

  it('lets nobody send another value while a lost write may still take place, though its repetition was confirmed', async () => {
    const world = aWorld([() => refused('crm_no_answer', { mayHaveHappened: true })], {
      settleWindowMs: 30_000,
    });
    const [first] = await world.deliver([await world.claimed()]);
    const newer = await world.claimed(
      event(2, { occurred_at: '2026-11-22T05:00:00.000Z', attributes: { company: 'New Ltd' } }),
    );

    const [early] = await world.deliver([newer]);
    const callsBefore = world.crm.calls.length;
    world.clock.advance(30_000);
    const [late] = await world.deliver([newer]);

    expect(first).toMatchObject({ kind: 'delivered', attempts: 2 });
    expect(early).toEqual({ kind: 'deferred', delayMs: 30_000 });
    expect(callsBefore).toBe(2);
    expect(late?.kind).toBe('delivered');
    expect(world.crm.records.get('rec-1')).toMatchObject({ company: 'New Ltd' });
  });

  it('repeats the very row whose answer was lost, whatever was merged meanwhile', async () => {
    let second: readonly DeliveryOutcome[] = [];
    const world = aWorld(
      [
        async () => {
          second = await world.deliver([
            await world.claimed(
              event(2, { occurred_at: '2026-11-22T05:00:00.000Z', attributes: { city: 'Rome' } }),
            ),
          ]);
          // Long enough for the lease to be prolonged before the repetition.
          world.clock.advance(20_000);
          return refused('crm_no_answer', { mayHaveHappened: true });
        },
      ],
      { settleWindowMs: 30_000 },
    );

    const [outcome] = await world.deliver([await world.claimed()], 300_000);

    expect(outcome).toMatchObject({ kind: 'delivered', attempts: 2 });
    expect(second[0]?.kind).toBe('deferred');
    expect(world.crm.calls[1]).toEqual(world.crm.calls[0]);
    expect(world.crm.calls).toHaveLength(2);
  });

  it('gives the lease back when the CRM certainly wrote nothing', async () => {
    const world = aWorld([() => refused('crm_rate_limited')]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 1, delayMs: 2_000 });
    expect((await world.head())?.leaseToken).toBeUndefined();
  });

  it('defers to another writer of the person, and leaves what it brings in HEAD for that one', async () => {
    const world = aWorld();
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
    const world = aWorld([
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
    const world = aWorld([
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
    const world = aWorld([() => refused('crm_invalid_data', { field: 'Phone' })]);

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
    const world = aWorld([badPhone, badPhone, badPhone]);

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
    const world = aWorld([badCompany, badCompany]);

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
    const world = aWorld([undefined!, badCity]);
    await world.deliver([await world.claimed(event(1))]);
    const before = (await world.head())!;
    // Another consumer left the value of its event in HEAD while somebody had the lease.
    await world.identities.save({
      ...mergeContribution(before, {
        event: 'elsewhere',
        occurredAt: '2026-11-22T07:00:00.000Z',
        trust: 50,
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

  it('waits before it repeats a lost insert that the CRM might make twice', async () => {
    const world = aWorld([() => refused('crm_no_answer', { mayHaveHappened: true })]);
    Object.assign(world.crm, { mayRepeatInserts: false });

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 1, delayMs: 30_000 });
    expect(world.crm.calls).toHaveLength(1);
  });

  it('rejects an event that makes its person too large to be stored', async () => {
    const world = aWorld();
    world.identities.save = async () => {
      throw new IdentityTooLargeError(400_000);
    };

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'identity_too_large' } });
  });

  it('does not let one person’s refusal touch another’s row', async () => {
    const world = aWorld([
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
    const world = aWorld([
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
    const world = aWorld([() => refused('crm_unauthorized')]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { class: 'authorization' } });
    expect((await world.head())?.fields).toHaveProperty('email');
    expect((await world.head())?.leaseToken).toBeUndefined();
  });

  it('adds this invocation’s calls to the attempts made before', async () => {
    const world = aWorld([() => refused('crm_unavailable', { mayHaveHappened: true })]);

    const [outcome] = await world.deliver([await world.claimed({}, 7)]);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 8, delayMs: 30_000 });
  });

  it('starts no call that might outlast the invocation', async () => {
    const world = aWorld();

    const [outcome] = await world.deliver([await world.claimed()], 24_999);

    expect(outcome?.kind).toBe('deferred');
    expect(world.crm.calls).toHaveLength(0);
    expect((await world.head())?.leaseToken).toBeUndefined();
  });

  it('remembers an unanswered write when time runs out after it', async () => {
    const world = aWorld([
      () => {
        world.clock.advance(20_000);
        return refused('crm_no_answer', { mayHaveHappened: true });
      },
    ]);

    const [outcome] = await world.deliver([await world.claimed()], 40_000);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 1 });
    expect((await world.head())?.unsettledUntilMs).toBe(world.clock.nowMs() + 30_000);
  });

  it('starts every call with enough of the lease left for a write that outlives its writer', async () => {
    const leases: number[] = [];
    const slowly = async () => {
      leases.push(((await world.head())?.leaseUntilMs ?? 0) - world.clock.nowMs());
      world.clock.advance(9_000);
      return refused('crm_unavailable', { mayHaveHappened: true });
    };
    const world = aWorld([slowly, slowly, slowly], { settleWindowMs: 30_000 });

    await world.deliver([await world.claimed()], 300_000);

    expect(Math.min(...leases)).toBeGreaterThanOrEqual(20_000 + 30_000);
  });

  it('rejects an event without anything that stands for a person', async () => {
    const world = aWorld();

    const [outcome] = await world.deliver([await world.claimed({ identity: {}, attributes: {} })]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'missing_identity' } });
  });

  it('rejects an event whose payload is gone', async () => {
    const world = aWorld();
    const lead = await world.claimed();

    const [outcome] = await world.deliver([
      { ...lead, record: { ...lead.record, payloadHash: 'f'.repeat(64) } },
    ]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'payload_missing' } });
  });

  it('lets a store that fails for one person end only that one', async () => {
    const world = aWorld();
    const unlucky = identityOf(
      aLeadEvent({ identity: { email: 'unlucky@example.com' } }),
      world.config.identity.order,
      PEPPER,
    );
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
    const world = aWorld();

    await world.deliver([await world.claimed(event(1)), await world.claimed(event(2))]);

    expect(world.identities.linkedEvents('Leads', world.identity)).toEqual([
      'website|lead.created|1',
      'website|lead.created|2',
    ]);
  });
});
