import { describe, expect, it } from 'vitest';
import type { CrmRow, CrmRowOutcome } from '../../../lambdas/core/ports/crm.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import type { NormalizedEvent } from '../../../lambdas/core/lead-event.ts';
import { aDeliveryWorld, event } from '../../support/delivery-world.ts';
import { aLeadEvent } from '../../support/event-builders.ts';
import { refused } from '../../support/fakes.ts';

const updateOnly = (n: number, overrides: Partial<NormalizedEvent> = {}) =>
  event(n, { routing: { ...aLeadEvent().routing, mode: 'update_only' }, ...overrides });

const noMatch = (row: CrmRow): CrmRowOutcome | undefined =>
  row.mayCreate ? undefined : refused('no_match');

describe('a source that only updates', () => {
  it('does not make a record: its lead is set aside, and its values leave HEAD', async () => {
    const world = aDeliveryWorld([noMatch]);

    const [outcome] = await world.deliver([await world.claimed(updateOnly(1))]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'no_match' } });
    expect(world.crm.records.size).toBe(0);
    expect((await world.head())?.fields).toEqual({});
    expect((await world.head())?.leaseToken).toBeUndefined();
  });

  it('updates a record that another source has made', async () => {
    const world = aDeliveryWorld();
    await world.deliver([await world.claimed(event(1))]);

    const [outcome] = await world.deliver([
      await world.claimed(updateOnly(2, { attributes: { city: 'Rome' } })),
    ]);

    expect(outcome).toMatchObject({ kind: 'delivered', crm: { action: 'update' } });
    expect(world.crm.records.get('rec-1')).toMatchObject({ city: 'Rome' });
  });

  it('goes along with a lead of the same person that may make a record', async () => {
    const world = aDeliveryWorld([noMatch]);

    const outcomes = await world.deliver([
      await world.claimed(updateOnly(1, { attributes: { city: 'Rome' } })),
      await world.claimed(event(2)),
    ]);

    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'delivered']);
    expect(world.crm.records.get('rec-1')).toMatchObject({ city: 'Rome' });
  });
});

describe('a lead that was turned into a contact', () => {
  const converted = (contactId?: string) => (): CrmRowOutcome => ({
    kind: 'converted',
    failure: failure('crm_converted'),
    ...(contactId === undefined ? {} : { contactId }),
  });

  it('sets a new submission of the person aside by default', async () => {
    const world = aDeliveryWorld([converted('contact-1')]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'crm_converted' } });
    expect(world.crm.notes).toEqual([]);
    expect((await world.head())?.fields).toEqual({});
  });

  it('makes each submission a note on the contact, if so configured', async () => {
    const world = aDeliveryWorld([converted('contact-1')], { zoho: { onConverted: 'note' } });

    const outcomes = await world.deliver([
      await world.claimed(event(1)),
      await world.claimed(event(2, { attributes: { message: 'Call me' } })),
    ]);

    expect(outcomes).toMatchObject([
      { kind: 'delivered', crm: { module: 'Contacts', recordId: 'contact-1', action: 'note' } },
      { kind: 'delivered', crm: { module: 'Contacts', recordId: 'contact-1', action: 'note' } },
    ]);
    expect(world.crm.notes.map(({ values }) => values['message'])).toEqual([undefined, 'Call me']);
    expect(new Set(world.crm.notes.map(({ mark }) => mark)).size).toBe(2);
  });

  it('tries a note again that was not taken', async () => {
    const world = aDeliveryWorld([converted('contact-1')], { zoho: { onConverted: 'note' } });
    world.crm.addNote = async () => ({
      kind: 'failed',
      failure: failure('crm_unavailable'),
      mayHaveHappened: true,
    });

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 1, delayMs: 30_000 });
  });

  it('begins no note that might outlast the invocation', async () => {
    const world = aDeliveryWorld([converted('contact-1')], { zoho: { onConverted: 'note' } });
    const untouched = { ...world.crm };
    world.crm.addNote = async (note) => {
      world.clock.advance(20_000);
      return await untouched.addNote(note);
    };

    const outcomes = await world.deliver(
      [await world.claimed(event(1)), await world.claimed(event(2))],
      40_000,
    );

    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'deferred']);
    expect(world.crm.notes).toHaveLength(1);
  });

  it('sets it aside when the CRM does not say which contact it is', async () => {
    const world = aDeliveryWorld([converted()], { zoho: { onConverted: 'note' } });

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'crm_converted' } });
  });
});

describe('delivering while the CRM is down', () => {
  const down = () => refused('crm_unavailable');

  it('counts what is tried while the breaker is closed', async () => {
    const world = aDeliveryWorld([down]);

    const [outcome] = await world.deliver([await world.claimed({}, 4)]);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 5, delayMs: 2_000 });
    expect(world.crm.calls).toHaveLength(1);
    expect(await world.breakers.read()).toMatchObject({ failuresInRow: 1, state: 'closed' });
  });

  it('counts no attempt for which there was not even a token', async () => {
    const world = aDeliveryWorld([() => refused('crm_token_throttled', { retryAfterMs: 600_000 })]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 0, delayMs: 600_000 });
  });

  it('defers without an attempt what meets the opening of the breaker', async () => {
    const world = aDeliveryWorld([down, down, down], {
      delivery: { breaker: { failuresInRowMax: 3 } },
    });

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toEqual({ kind: 'deferred', delayMs: 33_000 });
    expect(world.crm.calls).toHaveLength(3);
    expect(await world.breakers.read()).toMatchObject({ state: 'open', reason: 'failures' });
    expect((await world.head())?.leaseToken).toBeUndefined();
  });

  it('sets a batch aside and opens the breaker for good when Zoho no longer lets us in', async () => {
    const world = aDeliveryWorld([() => refused('crm_unauthorized')]);

    const outcomes = await world.deliver([
      await world.claimed(event(1)),
      await world.claimed(event(2, { identity: { email: 'other@example.com' } })),
    ]);

    expect(outcomes.map(({ kind }) => kind)).toEqual(['rejected', 'rejected']);
    const breaker = await world.breakers.read();
    expect(breaker).toMatchObject({ state: 'open', reason: 'authorization' });
    expect(breaker?.openUntilMs).toBeUndefined();
  });

  it('slows down before the reserve of credits is reached', async () => {
    const world = aDeliveryWorld();
    const untouched = { ...world.crm };
    world.crm.write = async (rows) => ({ ...(await untouched.write(rows)), creditsRemaining: 800 });

    await world.deliver([await world.claimed(event(1))]);
    await world.deliver([
      await world.claimed(event(2, { identity: { email: 'other@example.com' } })),
    ]);

    expect(world.clock.sleeps).toEqual([5_000]);
    expect(world.crm.calls).toHaveLength(2);
  });
});
