import { describe, expect, it } from 'vitest';
import type { BreakerReason } from '../../../lambdas/core/breaker.ts';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import { aWorld, MINUTE_MS } from './world.ts';

/** A world in which every kind of event waits for the sweeper: 20 without a message, 5 held. */
async function aStuckWorld() {
  const world = aWorld();
  for (let n = 0; n < 18; n += 1) await world.store(`received-${n}`);
  await world.store('processing').then(() => world.claim('processing'));
  await world.store('failed').then(() => world.fail('failed', 2_000));
  for (let n = 0; n < 5; n += 1) await world.store(`held-${n}`).then(() => world.hold(`held-${n}`));
  await world.quarantine('quarantined');
  world.clock.advance(60 * MINUTE_MS);
  return world;
}

describe('the sweeper, while the breaker is open', () => {
  it.each<BreakerReason>(['failures', 'credits', 'authorization', 'misconfigured', 'operator'])(
    'puts nothing on the queue, and sends dead letters all the same: %s',
    async (reason) => {
      const world = await aStuckWorld();
      world.openBreaker({ reason, openUntilMs: world.clock.nowMs() + 1 });

      const report = await world.run();

      expect(report).toEqual({ requeued: 0, unheld: 0, deadLetters: 1 });
      expect(world.enqueued).toEqual([]);
      expect(world.letters).toHaveLength(1);
    },
  );

  it('does not even look at held events', async () => {
    const world = await aStuckWorld();
    world.openBreaker();
    const untouched = { ...world.events };
    const listed: string[] = [];
    world.events.listOpen = async (partition, page) => {
      listed.push(partition.kind);
      return await untouched.listOpen(partition, page);
    };

    await world.run();

    expect(listed).toEqual(['open', 'open', 'open', 'open']);
  });

  it('waits for a person for as long as it takes', async () => {
    const world = await aStuckWorld();
    world.openBreaker({ reason: 'authorization' });

    for (let day = 0; day < 3; day += 1) {
      await world.run();
      world.clock.advance(24 * 60 * MINUTE_MS);
    }

    expect(world.enqueued).toEqual([]);
  });
});

describe('the sweeper, once the time of the breaker is over', () => {
  it('sends a few events, so that one of them can try', async () => {
    const world = await aStuckWorld();
    world.openBreaker({ openUntilMs: world.clock.nowMs() });

    const report = await world.run();

    expect(report).toEqual({ requeued: 3, unheld: 0, deadLetters: 1 });
    expect(world.enqueued).toHaveLength(3);
  });

  it('sends others the next minute, since those few may be lost', async () => {
    const world = await aStuckWorld();
    world.openBreaker({ openUntilMs: world.clock.nowMs() });

    await world.run();
    world.clock.advance(MINUTE_MS);
    await world.run();

    expect(new Set(world.enqueuedKeys()).size).toBe(6);
  });

  it('sends held events when there are no others', async () => {
    const world = aWorld();
    for (let n = 0; n < 5; n += 1) {
      await world.store(`held-${n}`).then(() => world.hold(`held-${n}`));
    }
    world.clock.advance(1_000);
    world.openBreaker({ openUntilMs: world.clock.nowMs() });

    const report = await world.run();

    expect(report).toEqual({ requeued: 0, unheld: 3, deadLetters: 0 });
  });

  it('leaves held events held while delivery is off', async () => {
    const world = aWorld();
    await world.store('a').then(() => world.hold('a'));
    world.clock.advance(60 * MINUTE_MS);
    world.openBreaker({ openUntilMs: world.clock.nowMs() });

    await world.run(false);

    expect(world.enqueued).toEqual([]);
  });
});

describe('the sweeper, after the breaker has closed', () => {
  it('drains what was held at once', async () => {
    const world = await aStuckWorld();
    world.openBreaker({ openUntilMs: world.clock.nowMs() + 1 });
    await world.run();
    world.closeBreaker();

    const report = await world.run();

    expect(report.unheld).toBe(5);
  });

  it('gives hidden messages ten minutes to come back before it sends all of them again', async () => {
    const world = await aStuckWorld();
    world.openBreaker({ openUntilMs: world.clock.nowMs() + 1 });
    await world.run();
    world.closeBreaker();

    world.clock.advance(10 * MINUTE_MS - 1);
    const before = await world.run();
    world.clock.advance(1);
    const after = await world.run();

    expect([before.requeued, after.requeued]).toEqual([3, 17]);
  });

  it('knows nothing of that as a new process, and sends all at once', async () => {
    const world = await aStuckWorld();
    world.closeBreaker();

    const report = await world.run();

    expect(report).toEqual({ requeued: 20, unheld: 5, deadLetters: 1 });
  });
});

describe('the sweeper, when the breaker cannot be read', () => {
  it('brings events back as if it were closed, says nothing of it, and fails in the end', async () => {
    const world = await aStuckWorld();
    world.breakers.read = async () => {
      throw new StoreUnavailableError('The breaker', new Error('x'));
    };

    await expect(world.run()).rejects.toThrow(StoreUnavailableError);

    expect(world.enqueued).toHaveLength(25);
    expect(world.valuesOf('BreakerOpen')).toEqual([]);
    expect(world.valuesOf('Quarantined')).toHaveLength(1);
  });
});
