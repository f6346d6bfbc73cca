import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import { aNewEvent } from '../../support/event-builders.ts';
import { aWorld, MINUTE_MS } from './world.ts';

type World = ReturnType<typeof aWorld>;

describe('the sweeper', () => {
  it('leaves an event alone that may just be on its way', async () => {
    const world = aWorld();
    await world.store('a');
    world.clock.advance(2 * MINUTE_MS - 1);

    expect(await world.run()).toEqual({ requeued: 0, unheld: 0, deadLetters: 0 });
    expect(world.enqueued).toEqual([]);
  });

  it('enqueues an event again that was stored and never delivered', async () => {
    const world = aWorld();
    await world.store('a');
    world.clock.advance(2 * MINUTE_MS + 1);

    const report = await world.run();

    expect(report.requeued).toBe(1);
    expect(world.enqueued).toEqual([
      {
        group: 'website',
        message: {
          schema_version: 1,
          idempotency_key: 'a',
          source: 'website',
          event_type: 'lead.created',
          correlation_id: 'corr-1001',
        },
      },
    ]);
  });

  it('does not multiply a backlog: one more message in ten minutes, not one a minute', async () => {
    const world = aWorld();
    await world.store('a');

    for (let minute = 0; minute < 13; minute += 1) {
      world.clock.advance(MINUTE_MS);
      await world.run();
    }

    expect(world.enqueued).toHaveLength(2);
  });

  it('enqueues an event again whose consumer died ten minutes ago', async () => {
    const world = aWorld();
    await world.store('a');
    await world.claim('a');
    world.clock.advance(90_000 + 10 * MINUTE_MS - 1);
    const before = (await world.run()).requeued;
    world.clock.advance(1);

    expect([before, (await world.run()).requeued]).toEqual([0, 1]);
  });

  it('enqueues a failed event again whose message did not come back', async () => {
    const world = aWorld();
    await world.store('a');
    await world.claim('a');
    const nowMs = world.clock.nowMs();
    await world.events.fail('a', 't', {
      failure: failure('crm_no_answer'),
      attempts: 5,
      atMs: nowMs,
      nextDueAtMs: nowMs + 2_000,
    });
    world.clock.advance(2_000 + 15 * MINUTE_MS - 1);
    const before = (await world.run()).requeued;
    world.clock.advance(1);

    expect([before, (await world.run()).requeued]).toEqual([0, 1]);
  });

  it('waits as long as it is told to, not as long as it usually does', async () => {
    const world = aWorld({ receivedStaleMs: 30_000, requeueIntervalMs: MINUTE_MS });
    await world.store('a');

    world.clock.advance(30_001);
    await world.run();
    world.clock.advance(MINUTE_MS);
    await world.run();

    expect(world.enqueuedKeys()).toEqual(['a', 'a']);
  });

  it.each([
    ['stuck', async () => {}],
    ['held', async (world: World, key: string) => await world.hold(key)],
  ] as const)(
    'ends by itself when everything is slow, and comes to all: %s',
    async (_what, put) => {
      const world = aWorld({ runForMs: 20_000, pageEvents: 10, requeueIntervalMs: 7_200_000 });
      for (let n = 0; n < 200; n += 1) {
        await world.store(`e${n}`);
        await put(world, `e${n}`);
      }
      world.clock.advance(2 * MINUTE_MS + 1);
      const untouched = { ...world.queue };
      world.queue.enqueue = async (...args) => {
        world.clock.advance(2_000);
        await untouched.enqueue(...args);
      };

      await world.run();
      const inFirstRun = world.enqueued.length;
      for (let run = 0; run < 30; run += 1) await world.run();

      // What was begun side by side is brought to its end, and nothing more.
      expect(inFirstRun).toBeGreaterThan(0);
      expect(inFirstRun).toBeLessThanOrEqual(40);
      expect(new Set(world.enqueuedKeys()).size).toBe(200);
    },
  );

  it('begins nothing more in a page whose time is over', async () => {
    const world = aWorld({ runForMs: 20_000 });
    for (let n = 0; n < 200; n += 1) await world.store(`e${n}`);
    world.clock.advance(2 * MINUTE_MS + 1);
    const untouched = { ...world.queue };
    world.queue.enqueue = async (...args) => {
      world.clock.advance(2_000);
      await untouched.enqueue(...args);
    };

    await world.run();

    expect(world.enqueued).toHaveLength(40);
  });

  it('reads no further once its time is over, or it would skip what it read', async () => {
    const world = aWorld({ runForMs: 20_000, pageEvents: 10 });
    for (let n = 0; n < 30; n += 1) {
      await world.store(`e${n}`);
      await world.hold(`e${n}`);
    }
    world.clock.advance(1_000);
    const untouched = { queue: { ...world.queue }, events: { ...world.events } };
    world.queue.enqueue = async (...args) => {
      world.clock.advance(2_000);
      await untouched.queue.enqueue(...args);
    };
    let pages = 0;
    world.events.listOpen = async (partition, page) => {
      if (partition.kind === 'held') pages += 1;
      return await untouched.events.listOpen(partition, page);
    };

    await world.run();

    expect([pages, world.enqueued.length]).toEqual([1, 10]);
  });

  it('leaves held events held while delivery is off, and drains them once it is on', async () => {
    const world = aWorld();
    await world.store('a');
    await world.events.hold({ key: 'a', nowMs: world.clock.nowMs() });
    world.clock.advance(60 * MINUTE_MS);

    const off = await world.run(false);
    const on = await world.run(true);

    expect(off).toEqual({ requeued: 0, unheld: 0, deadLetters: 0 });
    expect(on.unheld).toBe(1);
    expect((await world.events.readRecord('a'))?.state).toBe('received');
    expect(world.enqueued).toHaveLength(1);
  });

  it('drains 2,000 held events in one run', async () => {
    const world = aWorld();
    for (let n = 0; n < 2_000; n += 1) {
      await world.store(`held-${n}`);
      await world.events.hold({ key: `held-${n}`, nowMs: world.clock.nowMs() });
    }
    world.clock.advance(1_000);

    const report = await world.run();

    expect(report.unheld).toBe(2_000);
    expect(new Set(world.enqueued.map(({ message }) => message.idempotency_key)).size).toBe(2_000);
  });

  it('sends a held event once, not again a minute later', async () => {
    const world = aWorld();
    await world.store('a');
    await world.events.hold({ key: 'a', nowMs: world.clock.nowMs() });
    world.clock.advance(60 * MINUTE_MS);

    await world.run();
    world.clock.advance(MINUTE_MS);
    await world.run();

    expect(world.enqueued).toHaveLength(1);
  });

  it.each(['readRecord', 'listOpen'] as const)(
    'goes on with the others when %s fails for one, and fails in the end',
    async (method) => {
      const world = aWorld();
      for (let n = 0; n < 40; n += 1) await world.store(`e${n}`);
      world.clock.advance(2 * MINUTE_MS + 1);
      const untouched = { ...world.events };
      let calls = 0;
      const failsOnce = async (...args: never[]) => {
        calls += 1;
        if (calls === 1) throw new StoreUnavailableError('The event record', new Error('x'));
        return await (untouched[method] as (...rest: never[]) => Promise<unknown>)(...args);
      };
      Object.assign(world.events, { [method]: failsOnce });

      await expect(world.run()).rejects.toThrow(StoreUnavailableError);

      // One event, or one of the four partitions, is missing; all others are there.
      expect(world.enqueued.length).toBeGreaterThan(method === 'readRecord' ? 38 : 20);
      expect(world.enqueued.length).toBeLessThan(40);
    },
  );

  it('goes on with the others when one event cannot be brought back, and fails in the end', async () => {
    const world = aWorld();
    await world.store('unlucky');
    await world.store('lucky');
    world.clock.advance(2 * MINUTE_MS + 1);
    const untouched = { ...world.events };
    world.events.markRequeued = async (key, ...rest) => {
      if (key === 'unlucky') throw new StoreUnavailableError('The event store', new Error('x'));
      return await untouched.markRequeued(key, ...rest);
    };

    await expect(world.run()).rejects.toThrow(StoreUnavailableError);

    expect(world.enqueued.map(({ message }) => message.idempotency_key)).toEqual(['lucky']);
  });

  it('sends a dead letter that is missing, once', async () => {
    const world = aWorld();
    await world.events.accept(
      aNewEvent({
        key: 'a',
        initial: { state: 'quarantined', failure: failure('unknown_shape'), quarantineId: 'q-1' },
      }),
    );
    world.clock.advance(2 * MINUTE_MS + 1);

    const first = await world.run();
    const second = await world.run();

    expect([first.deadLetters, second.deadLetters]).toEqual([1, 0]);
    expect(world.letters).toMatchObject([{ quarantine_id: 'q-1', failure_code: 'unknown_shape' }]);
  });

  it('finds a missing dead letter behind any number of quarantines that have theirs', async () => {
    const world = aWorld();
    for (let n = 0; n < 600; n += 1) {
      const key = `reported-${n}`;
      const quarantineId = `q-${n}`;
      await world.events.accept(
        aNewEvent({
          key,
          initial: { state: 'quarantined', failure: failure('unknown_shape'), quarantineId },
        }),
      );
      await world.events.markDlqSent(key, quarantineId, 'permanent', world.clock.nowMs());
    }
    world.clock.advance(1_000);
    await world.events.accept(
      aNewEvent({
        key: 'unreported',
        receivedAt: new Date(world.clock.nowMs()).toISOString(),
        initial: { state: 'quarantined', failure: failure('unknown_shape'), quarantineId: 'q' },
      }),
    );
    world.clock.advance(3 * MINUTE_MS);

    expect((await world.run()).deadLetters).toBe(1);
  });

  it('comes to a stuck event behind any number of events that only wait, within a few runs', async () => {
    const world = aWorld();
    const nowMs = world.clock.nowMs();
    for (let n = 0; n < 3_000; n += 1) {
      await world.store(`waits-${n}`);
      await world.claim(`waits-${n}`);
      await world.events.fail(`waits-${n}`, 't', {
        failure: failure('crm_no_answer'),
        attempts: 60,
        atMs: nowMs,
        nextDueAtMs: nowMs + 60 * MINUTE_MS,
      });
    }
    world.clock.advance(1_000);
    await world.events.accept(
      aNewEvent({ key: 'stuck', receivedAt: new Date(world.clock.nowMs()).toISOString() }),
    );
    world.clock.advance(3 * MINUTE_MS);

    for (let run = 0; run < 5; run += 1) await world.run();

    expect(world.enqueued.map(({ message }) => message.idempotency_key)).toEqual(['stuck']);
  });

  it('never enqueues what has ended', async () => {
    const world = aWorld();
    await world.store('a');
    await world.claim('a');
    await world.events.succeed('a', {
      crm: { module: 'Leads', recordId: '1', action: 'insert' },
      attempts: 1,
      atMs: world.clock.nowMs(),
    });
    world.clock.advance(24 * 60 * MINUTE_MS);

    await world.run();

    expect(world.enqueued).toEqual([]);
  });
});
