import { describe, expect, it } from 'vitest';
import { failure } from '../../../lambdas/core/failure.ts';
import type { EventStore } from '../../../lambdas/core/ports.ts';
import { sweep } from '../../../lambdas/sweeper/sweep.ts';
import { createMemoryEventStore } from '../../../local/memory/memory-event-store.ts';
import { aNewEvent } from '../../support/event-builders.ts';
import { aClock, someQueues } from '../../support/fakes.ts';
import { createRecordingLog, createRecordingMetrics } from '../../support/recording-ports.ts';

const MINUTE_MS = 60_000;

function aWorld() {
  const clock = aClock();
  const events: EventStore = createMemoryEventStore();
  const queues = someQueues();
  const run = async (deliveryEnabled = true) =>
    await sweep(
      { events, clock, log: createRecordingLog(), metrics: createRecordingMetrics(), ...queues },
      { deliveryEnabled },
    );
  const store = async (key: string) => await events.accept(aNewEvent({ key }));
  const claim = async (key: string) =>
    await events.claim({ key, leaseToken: 't', leaseMs: 90_000, nowMs: clock.nowMs() });
  return { clock, events, ...queues, run, store, claim };
}

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
