import { describe, expect, it } from 'vitest';
import type { CrmRow, CrmRowOutcome } from '../../../lambdas/core/ports/crm.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import { withLease } from '../../../lambdas/core/head.ts';
import { aDeliveryWorld, event } from '../../support/delivery-world.ts';
import { refused } from '../../support/fakes.ts';

const lost = (): CrmRowOutcome => refused('crm_no_answer', { mayHaveHappened: true });

/** Zoho writes the row, and its answer gets lost. */
const lostAfterCommit =
  (world: () => ReturnType<typeof aDeliveryWorld>) =>
  (row: CrmRow): CrmRowOutcome => {
    world().crm.commit(row);
    return lost();
  };

describe('an answer that did not come', () => {
  it('is found in the record itself, and nothing is written twice', async () => {
    const world: ReturnType<typeof aDeliveryWorld> = aDeliveryWorld([lostAfterCommit(() => world)]);

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toEqual({
      kind: 'delivered',
      crm: { module: 'Leads', recordId: 'rec-1', action: 'insert' },
      attempts: 1,
    });
    expect(world.crm.calls).toHaveLength(1);
    expect(await world.head()).toMatchObject({ confirmedVersion: 1, crmRecordId: 'rec-1' });
    expect((await world.head())?.unsettledUntilMs).toBeUndefined();
  });

  it('ends the attempt when the record does not have it: it may still come', async () => {
    const world = aDeliveryWorld([lost], { delivery: { settleWindowMs: 30_000 } });

    const [outcome] = await world.deliver([await world.claimed()]);

    expect(outcome).toMatchObject({
      kind: 'retry',
      attempts: 1,
      delayMs: 30_000,
      failure: { code: 'crm_no_answer' },
    });
    expect(world.crm.calls).toHaveLength(1);
    const head = await world.head();
    expect(head?.unsettledUntilMs).toBe(world.clock.nowMs() + 30_000);
    expect(head?.leaseToken).toBeUndefined();
  });

  it('lets nobody send anything while the lost write may still take place', async () => {
    const world = aDeliveryWorld([lost]);
    await world.deliver([await world.claimed()]);

    const [early] = await world.deliver([await world.claimed(event(2))]);

    expect(early).toEqual({ kind: 'deferred', delayMs: 30_000 });
    expect(world.crm.calls).toHaveLength(1);
  });

  it('is confirmed by the next writer when the write took place late', async () => {
    const late: CrmRow[] = [];
    const world = aDeliveryWorld([
      (row) => {
        late.push(row);
        return lost();
      },
    ]);
    const lead = await world.claimed();
    await world.deliver([lead]);
    for (const row of late) world.crm.commit(row);
    world.clock.advance(30_000);

    const [outcome] = await world.deliver([lead]);

    expect(outcome).toMatchObject({ kind: 'delivered', crm: { recordId: 'rec-1' } });
    expect(world.crm.calls).toHaveLength(1);
  });

  it('is written again by the next writer when the record shows that it never took place', async () => {
    const world = aDeliveryWorld([lost]);
    const lead = await world.claimed();
    await world.deliver([lead]);
    world.clock.advance(30_000);

    const [outcome] = await world.deliver([lead]);

    expect(outcome).toMatchObject({ kind: 'delivered', crm: { action: 'insert' } });
    expect(world.crm.calls).toHaveLength(2);
    expect((await world.head())?.unsettledUntilMs).toBeUndefined();
  });

  it('is suspected of a writer that died with the lease, and what it wrote is not written again', async () => {
    const world = aDeliveryWorld();
    const lead = await world.claimed();
    await world.deliver([lead]);
    // As it stood while the write was under way.
    const head = (await world.head())!;
    await world.identities.save({
      ...withLease({ ...head, confirmedVersion: 0 }, 'dead', world.clock.nowMs() + 60_000),
      revision: head.revision + 1,
    });
    world.clock.advance(60_001);

    const [outcome] = await world.deliver([lead]);

    expect(outcome).toMatchObject({ kind: 'delivered', crm: { action: 'none' } });
    expect(world.crm.calls).toHaveLength(1);
  });

  it('stays open while the record cannot be read, and the lead comes back without an attempt', async () => {
    const world = aDeliveryWorld([lost]);
    const lead = await world.claimed();
    await world.deliver([lead]);
    world.clock.advance(30_000);
    world.crm.readBack = async (refs) => ({
      readings: refs.map(() => ({ kind: 'unknown', failure: failure('crm_unavailable') })),
    });

    const [outcome] = await world.deliver([lead]);

    expect(outcome?.kind).toBe('deferred');
    expect(world.crm.calls).toHaveLength(1);
    expect((await world.head())?.unsettledUntilMs).toBeDefined();
  });

  it('is written again after its time where records can never be read back', async () => {
    const world = aDeliveryWorld([lost]);
    world.crm.readBack = async (refs) => ({
      readings: refs.map(() => ({ kind: 'unsupported' })),
    });
    const lead = await world.claimed();
    const [first] = await world.deliver([lead]);
    world.clock.advance(30_000);

    const [second] = await world.deliver([lead]);

    expect(first).toMatchObject({ kind: 'retry', delayMs: 30_000 });
    expect(second?.kind).toBe('delivered');
  });

  it('is remembered when there is no time left to look', async () => {
    const world: ReturnType<typeof aDeliveryWorld> = aDeliveryWorld([
      () => {
        world.clock.advance(20_000);
        return lost();
      },
    ]);

    const [outcome] = await world.deliver([await world.claimed()], 40_000);

    expect(outcome).toMatchObject({ kind: 'retry', attempts: 1 });
    expect((await world.head())?.unsettledUntilMs).toBe(world.clock.nowMs() + 30_000);
  });

  it('settles each person of a batch apart', async () => {
    const world: ReturnType<typeof aDeliveryWorld> = aDeliveryWorld([
      (row) => {
        if (row.values['email'] === 'lost@example.com') return lost();
        return row.values['email'] === 'there@example.com'
          ? lostAfterCommit(() => world)(row)
          : undefined;
      },
    ]);
    const emails = ['lost@example.com', 'fine@example.com', 'there@example.com'];
    const leads = await Promise.all(
      emails.map(async (email, n) => world.claimed(event(n, { identity: { email } }))),
    );

    const outcomes = await world.deliver(leads);

    expect(outcomes.map(({ kind }) => kind)).toEqual(['retry', 'delivered', 'delivered']);
  });

  it('starts every call with enough of the lease left for a write that outlives its writer', async () => {
    const leases: number[] = [];
    const world: ReturnType<typeof aDeliveryWorld> = aDeliveryWorld([
      lost,
      async () => {
        leases.push(((await world.head())?.leaseUntilMs ?? 0) - world.clock.nowMs());
        return undefined;
      },
    ]);
    const untouched = { ...world.crm };
    world.crm.readBack = async (refs) => {
      world.clock.advance(19_000);
      return await untouched.readBack(refs);
    };
    const lead = await world.claimed();
    await world.deliver([lead], 300_000);
    world.clock.advance(30_000);

    await world.deliver([lead], 300_000);

    expect(leases).toHaveLength(1);
    expect(Math.min(...leases)).toBeGreaterThanOrEqual(20_000 + 30_000);
  });
});
