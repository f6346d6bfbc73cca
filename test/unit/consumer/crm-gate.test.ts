import { describe, expect, it } from 'vitest';
import { type CrmGate, enterGate, type StayAway } from '../../../lambdas/consumer/crm-gate.ts';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import { createMemoryBreakerStore } from '../../../local/memory/memory-breaker-store.ts';
import { aClock } from '../../support/fakes.ts';
import { createRecordingLog, createRecordingMetrics } from '../../support/recording-ports.ts';

const SETTINGS = defineConfig({ sources: { demo: { provider: 'typeform' } } }).delivery;
const DOWN = { failure: failure('crm_unavailable') };

function aWorld() {
  const ports = {
    breakers: createMemoryBreakerStore(),
    clock: aClock(),
    log: createRecordingLog(),
    metrics: createRecordingMetrics(),
  };
  let entered = 0;
  const enter = async (): Promise<CrmGate | StayAway> => {
    entered += 1;
    return await enterGate(ports, SETTINGS, `invocation-${entered}`);
  };
  const through = async (): Promise<CrmGate> => {
    const gate = await enter();
    if ('kind' in gate) throw new Error('the breaker is open');
    return gate;
  };
  /** Five calls in a row fail. */
  const open = async (): Promise<CrmGate> => {
    const gate = await through();
    for (let n = 0; n < 5; n += 1) await gate.note(DOWN);
    return gate;
  };
  return { ...ports, enter, through, open };
}

describe('the way through the breaker', () => {
  it('costs no write while nothing fails', async () => {
    const world = aWorld();

    const gate = await world.through();
    await gate.note({});
    await gate.leave();

    expect(gate.check()).toEqual({ kind: 'open', waitMs: 0 });
    expect(gate.isCounting()).toBe(true);
    expect(await world.breakers.read()).toBeUndefined();
  });

  it('is barred after five failures in a row, for this invocation and for others', async () => {
    const world = aWorld();

    const gate = await world.open();

    expect(gate.check()).toEqual({ kind: 'stay_away', delayMs: 30_000 });
    expect(gate.isCounting()).toBe(false);
    expect(await world.enter()).toEqual({ kind: 'stay_away', delayMs: 30_000 });
    expect(world.metrics.counted).toEqual(['BreakerOpened']);
  });

  it('counts the failures of several invocations together', async () => {
    const world = aWorld();
    const gates = await Promise.all([world.through(), world.through(), world.through()]);

    for (const gate of [...gates, ...gates]) await gate.note(DOWN);

    expect(await world.breakers.read()).toMatchObject({ state: 'open', reason: 'failures' });
  });

  it('lets one try when the time is over, and all again after its success', async () => {
    const world = aWorld();
    await world.open();
    world.clock.advance(30_000);

    const probe = await world.through();
    const other = await world.enter();
    const mayTry = probe.check();
    await probe.note({});

    expect(other).toEqual({ kind: 'stay_away', delayMs: 30_000 });
    expect(mayTry).toEqual({ kind: 'open', waitMs: 0 });
    expect((await world.through()).check()).toEqual({ kind: 'open', waitMs: 0 });
  });

  it('stays barred for twice as long after a failed try, up to five minutes', async () => {
    const world = aWorld();
    await world.open();
    const delays: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const stay = await world.enter();
      delays.push('kind' in stay ? stay.delayMs : 0);
      world.clock.advance(delays.at(-1) ?? 0);
      await (await world.through()).note(DOWN);
    }

    expect(delays).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  });

  it('gives back the right to try that was not made use of', async () => {
    const world = aWorld();
    await world.open();
    world.clock.advance(30_000);
    const idle = await world.through();

    await idle.leave();

    expect((await world.through()).check()).toEqual({ kind: 'open', waitMs: 0 });
  });

  it('lets another try when whoever had the right to has died', async () => {
    const world = aWorld();
    await world.open();
    world.clock.advance(30_000);
    await world.through();

    world.clock.advance(SETTINGS.breaker.probeLeaseMs);

    expect((await world.through()).check()).toEqual({ kind: 'open', waitMs: 0 });
  });

  it('stays barred until a person opens it when Zoho no longer lets us in', async () => {
    const world = aWorld();
    const gate = await world.through();

    await gate.note({ failure: failure('crm_forbidden') });
    world.clock.advance(1e9);

    expect(await world.enter()).toMatchObject({ kind: 'stay_away' });
    expect(await world.breakers.read()).toMatchObject({ state: 'open', reason: 'authorization' });
    expect(world.log.lines.at(-1)).toMatchObject({ level: 'error' });
  });

  it('makes everybody slow down when credits run low, and stop before the reserve', async () => {
    const world = aWorld();
    const gate = await world.through();

    await gate.note({ creditsRemaining: 900 });
    const slow = gate.check();
    await gate.note({ creditsRemaining: 499 });

    expect(slow).toEqual({ kind: 'open', waitMs: 5_000 });
    expect(gate.check()).toEqual({ kind: 'stay_away', delayMs: 900_000 });
    expect(await world.breakers.read()).toMatchObject({ reason: 'credits' });
  });

  it('sends the batch back when the table does not say how the breaker stands', async () => {
    const world = aWorld();
    world.breakers.read = async () => {
      throw new StoreUnavailableError('The event store', new Error());
    };

    expect(await world.enter()).toEqual({ kind: 'stay_away', delayMs: 30_000 });
  });

  it('holds for this invocation even if it cannot be stored', async () => {
    const world = aWorld();
    const gate = await world.through();
    world.breakers.save = async () => {
      throw new StoreUnavailableError('The event store', new Error());
    };

    for (let n = 0; n < 5; n += 1) await gate.note(DOWN);

    expect(gate.check()).toMatchObject({ kind: 'stay_away' });
  });
});
