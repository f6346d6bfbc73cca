import { describe, expect, it } from 'vitest';
import { summarizePlan } from '../../../../lambdas/operations/quarantine/replay-plan.ts';
import { aReplayWorld } from '../../../support/replay-world.ts';

const at = (time: string) => ({ receivedAt: `2026-11-22T${time}:00.000Z` });

describe('a replay plan', () => {
  it('takes every quarantined event, oldest first, and nothing that is on its way', async () => {
    const world = aReplayWorld();
    await world.quarantine('late', 'crm_unauthorized', at('03:00'));
    await world.quarantine('early', 'crm_invalid_data', at('01:00'));
    await world.quarantine('race', 'crm_duplicate_data', at('02:00'));
    await world.accept('on-its-way');

    const plan = await world.plan();

    expect(plan.items.map((item) => item.key)).toEqual(['early', 'race', 'late']);
    expect([plan.skipped, plan.hasMore]).toEqual([[], false]);
  });

  it('takes one whose dead letter has not been sent', async () => {
    const world = aReplayWorld();
    await world.accept('unsent');
    await world.setAside('unsent', 'crm_invalid_data', false);

    expect((await world.plan()).items.map((item) => item.key)).toEqual(['unsent']);
  });

  it.each([
    ['source', { source: 'partner' }, ['b']],
    ['failure class', { failureClass: 'authorization' }, ['c']],
    ['failure code', { failureCode: 'crm_invalid_data' }, ['a', 'b']],
    ['a class that excludes the code', { failureClass: 'retryable', failureCode: 'poison' }, []],
    [
      'time, its end excluded',
      { receivedFromMs: ms('02:00'), receivedBeforeMs: ms('03:00') },
      ['b'],
    ],
    ['several at once', { source: 'website', failureCode: 'crm_invalid_data' }, ['a']],
  ] as const)('narrows by %s', async (_name, selection, expected) => {
    const world = aReplayWorld();
    await world.quarantine('a', 'crm_invalid_data', at('01:00'));
    await world.quarantine('b', 'crm_invalid_data', { ...at('02:00'), source: 'partner' });
    await world.quarantine('c', 'crm_unauthorized', at('03:00'));

    const plan = await world.plan(selection);

    expect(plan.items.map((item) => item.key)).toEqual(expected);
  });

  it('says of each key that was named why it is not replayed', async () => {
    const world = aReplayWorld();
    await world.accept('delivered');
    const success = { crm: { module: 'Leads', recordId: '1', action: 'insert' as const } };
    await world.events.succeed('delivered', { ...success, attempts: 1, atMs: 0 });
    await world.accept('waiting');
    await world.accept('claimed');
    await world.events.claim({ key: 'claimed', leaseToken: 't', leaseMs: 90_000, nowMs: 0 });
    await world.accept('held');
    await world.events.hold({ key: 'held', nowMs: 0 });
    await world.accept('spam', {
      initial: { state: 'suppressed', suppression: 'spam_trap' },
    });
    await world.quarantine('elsewhere', 'crm_invalid_data', { source: 'partner' });
    await world.quarantine('here');
    const keys = ['delivered', 'waiting', 'claimed', 'held', 'spam', 'elsewhere', 'here', 'nobody'];

    const plan = await world.plan({ keys, source: 'website' });

    expect(plan.items.map((item) => item.key)).toEqual(['here']);
    expect(Object.fromEntries(plan.skipped.map(({ key, why }) => [key, why]))).toEqual({
      delivered: 'delivered',
      waiting: 'waiting',
      claimed: 'in_progress',
      held: 'held',
      spam: 'suppressed',
      elsewhere: 'not_selected',
      nobody: 'unknown',
    });
  });

  it('skips what would be quarantined again at once', async () => {
    const world = aReplayWorld();
    await world.accept('nameless', {
      normalized: { ...(await someone(world)), identity: {} },
    });
    await world.setAside('nameless', 'missing_identity');
    await world.quarantine('unread', 'unreadable_body', { eventType: 'unreadable' });

    const plan = await world.plan();

    expect(plan.items).toEqual([]);
    expect(plan.skipped.toSorted((left, right) => (left.key < right.key ? -1 : 1))).toEqual([
      { key: 'nameless', why: 'names_nobody' },
      { key: 'unread', why: 'unreadable' },
    ]);
  });

  it('ends at its bound and says that there is more', async () => {
    const world = aReplayWorld();
    for (let index = 0; index < 250; index += 1) await world.quarantine(`k${index}`);

    const [bounded, whole] = [await world.plan({}, false, 120), await world.plan({}, false, 250)];

    expect([bounded.items.length, bounded.hasMore]).toEqual([120, true]);
    expect([whole.items.length, whole.hasMore]).toEqual([250, false]);
  });

  it('changes nothing', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const before = await world.events.readRecord('a');

    await world.plan();

    expect(await world.events.readRecord('a')).toEqual(before);
    expect([world.queue.size(), world.letterKeys()]).toEqual([0, ['a']]);
    expect(await world.events.readAudit('a')).toEqual([]);
  });

  it('is summed up by source and failure, the largest group first', async () => {
    const world = aReplayWorld();
    await world.quarantine('a', 'crm_unauthorized', at('01:00'));
    await world.quarantine('b', 'crm_invalid_data', at('02:00'));
    await world.quarantine('c', 'crm_invalid_data', at('03:00'));

    const summary = summarizePlan(await world.plan({ keys: ['a', 'b', 'c', 'nobody'] }));

    expect(summary).toMatchObject({
      count: 3,
      oldestReceivedAt: at('01:00').receivedAt,
      newestReceivedAt: at('03:00').receivedAt,
      groups: [
        { source: 'website', failureCode: 'crm_invalid_data', count: 2 },
        { source: 'website', failureCode: 'crm_unauthorized', count: 1 },
      ],
      skipped: [{ why: 'unknown', count: 1 }],
    });
  });
});

function ms(time: string): number {
  return Date.parse(at(time).receivedAt);
}

async function someone(world: ReturnType<typeof aReplayWorld>) {
  await world.accept('someone');
  const event = await world.events.readNormalized('someone', 'a'.repeat(64));
  return event!;
}
