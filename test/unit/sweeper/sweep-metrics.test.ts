import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import { aWorld, MINUTE_MS } from './world.ts';

const DOWN = new StoreUnavailableError('The table', new Error('x'));

describe('the sweeper measures', () => {
  it('zeros when there is nothing to do', async () => {
    const world = aWorld();

    await world.run();

    expect(world.measured.toSorted((left, right) => (left.name < right.name ? -1 : 1))).toEqual([
      { name: 'BreakerNeedsOperator', value: 0 },
      { name: 'BreakerOpen', value: 0 },
      { name: 'DlqDepth', value: 0 },
      { name: 'Held', value: 0 },
      { name: 'OldestPendingLeadAgeSeconds', value: 0 },
      { name: 'OldestQuarantinedLeadAgeSeconds', value: 0 },
      { name: 'Pending', value: 0 },
      { name: 'Quarantined', value: 0 },
      { name: 'SweeperHeartbeat', value: 1 },
    ]);
  });

  it('how many leads wait over all partitions, and since when the oldest', async () => {
    const world = aWorld();
    for (let n = 0; n < 3; n += 1) {
      await world.store(`old-${n}`);
      world.clock.advance(1_500);
    }
    for (let n = 0; n < 20; n += 1) await world.store(`young-${n}`);
    world.clock.advance(10_000);

    await world.run();

    expect(world.valuesOf('Pending')).toEqual([23]);
    expect(world.valuesOf('OldestPendingLeadAgeSeconds')).toEqual([14]);
  });

  it('held leads apart, and their age with the others', async () => {
    const world = aWorld();
    await world.store('held').then(() => world.hold('held'));
    world.clock.advance(5 * MINUTE_MS);
    await world.store('young');
    world.clock.advance(MINUTE_MS);

    await world.run(false);

    expect(world.valuesOf('Pending')).toEqual([1]);
    expect(world.valuesOf('Held')).toEqual([1]);
    expect(world.valuesOf('OldestPendingLeadAgeSeconds')).toEqual([360]);
  });

  it('counts no further than it is told to', async () => {
    const world = aWorld({ countMax: 100 });
    for (let n = 0; n < 150; n += 1) await world.store(`h${n}`).then(() => world.hold(`h${n}`));

    await world.run(false);

    expect(world.valuesOf('Held')).toEqual([100]);
  });

  it('quarantined leads of every class, once somebody has been told of them, and since when', async () => {
    const world = aWorld();
    const codes = [
      'unknown_shape',
      'crm_unauthorized',
      'crm_conflict',
      'retries_exhausted',
    ] as const;
    for (const code of codes) {
      await world.store(code);
      await world.claim(code);
      const entry = { quarantineId: code, failure: failure(code), attempts: 1, atMs: 0 };
      await world.events.quarantine(code, 't', entry);
      await world.events.markDlqSent(code, code, entry.failure.class, world.clock.nowMs());
      world.clock.advance(MINUTE_MS);
    }

    await world.run();

    expect(world.valuesOf('Quarantined')).toEqual([4]);
    expect(world.valuesOf('OldestQuarantinedLeadAgeSeconds')).toEqual([240]);
    expect(world.valuesOf('Pending')).toEqual([0]);
  });

  it('dead letters, which an idle queue no longer reports', async () => {
    const world = aWorld();
    world.deadLetters.count = async () => 7;

    await world.run();

    expect(world.valuesOf('DlqDepth')).toEqual([7]);
  });

  it.each([
    ['failures', 1, 0],
    ['operator', 1, 0],
    ['authorization', 1, 1],
    ['misconfigured', 1, 1],
  ] as const)(
    'an open breaker, and whether a person is needed: %s',
    async (reason, open, needs) => {
      const world = aWorld();
      world.openBreaker({ reason });

      await world.run();

      expect(world.valuesOf('BreakerOpen')).toEqual([open]);
      expect(world.valuesOf('BreakerNeedsOperator')).toEqual([needs]);
    },
  );

  it('how long each source has been silent, but none that has never sent anything', async () => {
    const world = aWorld();
    await world.events.noteSourceSeen('website', world.clock.nowMs());
    await world.events.noteSourceSeen('gone_from_the_configuration', world.clock.nowMs());
    world.clock.advance(61_900);

    await world.run();

    expect(world.measured.filter(({ name }) => name === 'SecondsSinceLastEvent')).toEqual([
      { name: 'SecondsSinceLastEvent', value: 61, source: 'website' },
    ]);
  });

  it('no age below zero when another machine is ahead', async () => {
    const world = aWorld();
    await world.events.noteSourceSeen('website', world.clock.nowMs() + 5_000);

    await world.run();

    expect(world.valuesOf('SecondsSinceLastEvent')).toEqual([0]);
  });
});

describe('the heartbeat of the sweeper', () => {
  it('comes last, when everything else is done', async () => {
    const world = aWorld();
    await world.store('a');
    world.clock.advance(3 * MINUTE_MS);

    await world.run();

    expect(world.measured.at(-1)).toEqual({ name: 'SweeperHeartbeat', value: 1 });
    expect(world.enqueued).toHaveLength(1);
  });

  it('stays away when an event could not be brought back', async () => {
    const world = aWorld();
    await world.store('a');
    world.clock.advance(3 * MINUTE_MS);
    world.failWith.error = DOWN;

    await expect(world.run()).rejects.toThrow(DOWN);

    expect(world.valuesOf('SweeperHeartbeat')).toEqual([]);
    expect(world.valuesOf('Pending')).toEqual([1]);
  });

  it.each(['measureOpen', 'readSourceSeenMs', 'count'] as const)(
    'stays away when %s fails, while events are brought back and the rest is measured',
    async (method) => {
      const world = aWorld();
      await world.events.noteSourceSeen('website', world.clock.nowMs());
      await world.store('a');
      world.clock.advance(3 * MINUTE_MS);
      const fails = async () => {
        throw DOWN;
      };
      Object.assign(method === 'count' ? world.deadLetters : world.events, { [method]: fails });

      await expect(world.run()).rejects.toThrow(DOWN);

      expect(world.enqueuedKeys()).toEqual(['a']);
      expect(world.valuesOf('SweeperHeartbeat')).toEqual([]);
      const left = {
        measureOpen: ['BreakerNeedsOperator', 'BreakerOpen', 'DlqDepth', 'SecondsSinceLastEvent'],
        readSourceSeenMs: ['Pending', 'Held', 'OldestPendingLeadAgeSeconds', 'DlqDepth'],
        count: ['Pending', 'Quarantined', 'SecondsSinceLastEvent'],
      }[method];
      expect(world.measured.map(({ name }) => name)).toEqual(expect.arrayContaining(left));
      expect(world.log.lines.filter(({ level }) => level === 'error').length).toBeGreaterThan(0);
    },
  );
});
