import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../../lambdas/core/errors.ts';
import { executeClose, planClose } from '../../../../lambdas/operations/quarantine/close-leads.ts';
import { aReplayWorld } from '../../../support/replay-world.ts';

const ORDER = { by: 'arn:aws:iam::111122223333:user/ana', reason: ' entered by hand ' };

const journalOf = async ({ ports, clock }: ReturnType<typeof aReplayWorld>) =>
  (await ports.journal.list({ fromMs: 0, beforeMs: clock.nowMs() + 1, limit: 10 })).entries;

describe('closing leads that a person settled by hand', () => {
  it('ends them with their dead letters, and leaves every other alone', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    await world.quarantine('b');
    await world.quarantine('other', 'crm_invalid_data', { source: 'partner' });

    const plan = await planClose({ source: 'website' }, world.ports);
    const result = await executeClose(plan, ORDER, world.ports);

    expect(plan.items.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(result).toEqual({
      closed: ['a', 'b'],
      superseded: [],
      failed: [],
      letters: { removed: 2, isComplete: true },
    });
    expect(await Promise.all(['a', 'b', 'other'].map(world.stateOf))).toEqual([
      'closed',
      'closed',
      'quarantined',
    ]);
    expect(world.letterKeys()).toEqual(['other']);
  });

  it('puts who and why on record: with each lead, and as one act in the journal', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const { quarantineId } = (await world.events.readRecord('a'))!;

    await executeClose(await planClose({}, world.ports), ORDER, world.ports);

    expect(await world.events.readAudit('a')).toEqual([
      {
        id: expect.any(String) as string,
        action: 'closed',
        at: '2026-11-22T04:00:00.000Z',
        by: ORDER.by,
        reason: 'entered by hand',
        quarantineId,
        failureCode: 'crm_invalid_data',
      },
    ]);
    expect(await journalOf(world)).toMatchObject([
      {
        action: 'closed',
        by: ORDER.by,
        reason: 'entered by hand',
        outcome: 'done',
        touched: [{ kind: 'lead', id: 'a' }],
        touchedCount: 1,
      },
    ]);
  });

  it('keeps a closed one from being delivered, whatever message comes for it', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const replay = await world.plan();
    const letter = world.queue.deadLetters()[0]!.body;

    await executeClose(await planClose({}, world.ports), ORDER, world.ports);
    const late = await world.execute(replay);
    await world.queue.delivery.enqueue(JSON.parse(letter) as never, 'website');
    await world.drain();

    expect(late).toMatchObject({ enqueued: [], superseded: ['a'] });
    expect(await world.stateOf('a')).toBe('closed');
    expect(world.crm.calls).toEqual([]);
    expect((await world.plan({ keys: ['a'] })).skipped).toEqual([{ key: 'a', why: 'closed' }]);
  });

  it('closes also what a replay could not deliver: a body that was never read, a lead that names nobody', async () => {
    const world = aReplayWorld();
    await world.quarantine('nobody', 'missing_identity');
    await world.quarantine('unread', 'unreadable_body', { eventType: 'unreadable' });

    const plan = await planClose({}, world.ports);

    expect(plan.items.map(({ key }) => key)).toEqual(['nobody', 'unread']);
  });

  it('says of each lead that was named why it is not closed', async () => {
    const world = aReplayWorld();
    await world.accept('waits');
    await world.quarantine('a');

    const plan = await planClose({ keys: ['waits', 'a', 'nowhere'] }, world.ports);

    expect(plan.items.map(({ key }) => key)).toEqual(['a']);
    expect(plan.skipped).toEqual([
      { key: 'waits', why: 'waiting' },
      { key: 'nowhere', why: 'unknown' },
    ]);
  });

  it('leaves one alone that is no longer in the quarantine of the plan', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const plan = await planClose({}, world.ports);
    await world.execute(await world.plan());
    await world.drain();

    const result = await executeClose(plan, ORDER, world.ports);

    expect(result).toMatchObject({ closed: [], superseded: ['a'], failed: [] });
    expect(await world.stateOf('a')).toBe('succeeded');
    expect((await journalOf(world))[0]).toMatchObject({ outcome: 'done', touchedCount: 0 });
  });

  it('reports one that fails, goes on with the others, and tells the journal', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    await world.quarantine('b');
    const appendAudit: typeof world.events.appendAudit = async (key, entry) => {
      if (key === 'a') throw new StoreUnavailableError('The event store', new Error('throttled'));
      await world.events.appendAudit(key, entry);
    };
    const tried: number[] = [];

    const result = await executeClose(
      await planClose({}, world.ports),
      ORDER,
      { ...world.ports, events: { ...world.events, appendAudit } },
      (count) => tried.push(count),
    );

    expect(result).toMatchObject({
      closed: ['b'],
      failed: [{ key: 'a', message: 'The event store is not available' }],
    });
    expect(await world.stateOf('a')).toBe('quarantined');
    expect((await journalOf(world))[0]).toMatchObject({
      outcome: 'failed',
      touched: [{ kind: 'lead', id: 'b' }],
    });
    expect(tried).toEqual([1, 2]);
  });

  it('does nothing that cannot be put on record', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const record = async () => {
      throw new StoreUnavailableError('The journal', new Error('throttled'));
    };

    const closing = executeClose(await planClose({}, world.ports), ORDER, {
      ...world.ports,
      journal: { record },
    });

    await expect(closing).rejects.toThrow('The journal is not available');
    expect(await world.stateOf('a')).toBe('quarantined');
  });

  it('is refused without a reason', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const plan = await planClose({}, world.ports);

    await expect(executeClose(plan, { by: 'local', reason: ' ' }, world.ports)).rejects.toThrow(
      'A reason of 1 to 500 characters is required',
    );
    expect(await journalOf(world)).toEqual([]);
  });

  it('says when there are more than are closed at a time', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    await world.quarantine('b');

    const plan = await planClose({}, world.ports, 1);

    expect([plan.items.length, plan.hasMore]).toEqual([1, true]);
  });
});
