import { describe, expect, it } from 'vitest';
import {
  afterCall,
  type BreakerReason,
  gateOf,
  NEW_BREAKER,
  openedForGood,
  pausedUntil,
  withProbe,
} from '../../../../lambdas/core/breaker.ts';
import { defineConfig } from '../../../../lambdas/core/config.ts';
import { failure } from '../../../../lambdas/core/failure.ts';
import {
  checkPauseEnd,
  pauseDelivery,
  resumeDelivery,
} from '../../../../lambdas/operations/delivery/pause-delivery.ts';
import { createMemoryBreakerStore } from '../../../../local/memory/memory-breaker-store.ts';
import { createMemoryJournal } from '../../../../local/memory/memory-journal.ts';
import { aClock, countingIds } from '../../../support/fakes.ts';
import { createRecordingLog } from '../../../support/recording-ports.ts';

const CONFIG = defineConfig({ sources: { demo: { provider: 'typeform' } } });
const SETTINGS = CONFIG.delivery;
const HOUR_MS = 3_600_000;
const ACT = { by: 'arn:aws:iam::111122223333:user/ana', reason: 'fields are being moved' };

function aWorld() {
  const clock = aClock();
  const breakers = createMemoryBreakerStore();
  const journal = createMemoryJournal();
  const ports = { breakers, clock, journal, ids: countingIds(), log: createRecordingLog() };
  return {
    ...ports,
    pause: async (forMs?: number) => {
      const untilMs = forMs === undefined ? undefined : clock.nowMs() + forMs;
      return await pauseDelivery(ports, ACT, untilMs, SETTINGS);
    },
    resume: async () => await resumeDelivery(ports, ACT, SETTINGS),
    entries: async () =>
      (await journal.list({ fromMs: 0, beforeMs: Number.MAX_SAFE_INTEGER, limit: 100 })).entries,
    stored: async () => (await breakers.read())!,
    openFor: async (reason: BreakerReason) => {
      const opened = openedForGood(NEW_BREAKER, reason, clock.nowMs());
      await breakers.save({ ...opened, revision: 1 });
    },
  };
}

describe('a pause of deliveries', () => {
  it('without an end lasts until somebody resumes them', async () => {
    const world = aWorld();

    const paused = await world.pause();
    world.clock.advance(48 * HOUR_MS);
    const during = gateOf(await world.stored(), 'a', world.clock.nowMs(), SETTINGS);
    const resumed = await world.resume();

    expect(paused).toMatchObject({ kind: 'paused', status: { state: 'open', reason: 'operator' } });
    expect(paused.status.openUntil).toBeUndefined();
    expect(during.kind).toBe('open');
    expect(resumed).toMatchObject({ kind: 'resumed', status: { state: 'closed' } });
    expect((await world.stored()).state).toBe('closed');
  });

  it('with an end is over by then: one delivery tries, the others stay away, and then all go on', async () => {
    const world = aWorld();
    const { status } = await world.pause(2 * HOUR_MS);
    world.clock.advance(2 * HOUR_MS);
    const nowMs = world.clock.nowMs();

    const first = gateOf(await world.stored(), 'first', nowMs, SETTINGS);
    const probing = withProbe(await world.stored(), 'first', nowMs + 90_000);
    const second = gateOf(probing, 'second', nowMs, SETTINGS);
    const after = afterCall(probing, 'first', {}, nowMs, SETTINGS);

    expect(status.openUntil).toBe(new Date(nowMs).toISOString());
    expect(first).toEqual({ kind: 'probe' });
    expect(second).toEqual({ kind: 'probing', delayMs: SETTINGS.breaker.openMs });
    expect(gateOf(after, 'second', nowMs, SETTINGS)).toEqual({ kind: 'closed', waitMs: 0 });
  });

  it('that ends into an outage becomes one, and ends like one', () => {
    const paused = withProbe(pausedUntil(NEW_BREAKER, 60_000, 0, SETTINGS), 'a', 200_000);

    const failed = afterCall(
      paused,
      'a',
      { failure: failure('crm_unavailable') },
      60_000,
      SETTINGS,
    );

    expect(failed).toMatchObject({ state: 'open', reason: 'failures', openUntilMs: 120_000 });
  });

  it('hides no message for longer than any other opening, so that it can be ended early', async () => {
    const world = aWorld();
    await world.pause(48 * HOUR_MS);

    const gate = gateOf(await world.stored(), 'a', world.clock.nowMs(), SETTINGS);

    expect(gate).toEqual({ kind: 'open', delayMs: SETTINGS.breaker.openMaxMs });
  });

  it('can be given another end, and keeps who gave it', async () => {
    const world = aWorld();
    await world.pause(2 * HOUR_MS);

    const longer = await world.pause(5 * HOUR_MS);

    expect(longer.status.openUntil).toBe(new Date(world.clock.nowMs() + 5 * HOUR_MS).toISOString());
    expect(longer.status.operator).toEqual({
      ...ACT,
      at: new Date(world.clock.nowMs()).toISOString(),
    });
    expect((await world.stored()).operator).toEqual({ ...ACT, atMs: world.clock.nowMs() });
  });

  it.each(['authorization', 'misconfigured'] as const)(
    'does not hide that the breaker is open for %s, and is not ended in its place',
    async (reason) => {
      const world = aWorld();
      await world.openFor(reason);
      const before = await world.stored();

      const paused = await world.pause(HOUR_MS);
      const resumed = await world.resume();

      expect(paused).toMatchObject({ kind: 'stands_still', status: { reason } });
      expect(resumed).toMatchObject({ kind: 'not_paused', status: { reason } });
      expect(await world.stored()).toEqual(before);
    },
  );

  it('takes the place of an outage, which would end by itself too soon', async () => {
    const world = aWorld();
    await world.openFor('failures');

    const paused = await world.pause();

    expect(paused).toMatchObject({ kind: 'paused', status: { reason: 'operator' } });
  });

  it('is on record, and so is what ended it, and what could not', async () => {
    const world = aWorld();

    await world.pause();
    world.clock.advance(1);
    await world.resume();
    world.clock.advance(1);
    await world.resume();

    const touched = [{ kind: 'breaker', id: 'zoho' }];
    expect(await world.entries()).toMatchObject([
      { action: 'resumed', outcome: 'done', touched: [] },
      { action: 'resumed', outcome: 'done', touched, reason: ACT.reason },
      { action: 'paused', outcome: 'done', touched, by: ACT.by },
    ]);
  });

  it('is not there to be ended when leads are delivered', async () => {
    const world = aWorld();

    expect(await world.resume()).toMatchObject({ kind: 'delivering' });
    expect(await world.breakers.read()).toBeUndefined();
  });

  it.each([
    [-1, 'in the future'],
    [30_000, 'a minute or longer'],
    [72 * HOUR_MS + 1, '72 hours at the most'],
  ])('of %i ms is refused', (forMs, why) => {
    expect(checkPauseEnd(1_000_000 + forMs, 1_000_000, CONFIG)).toContain(why);
  });

  it.each([60_000, 72 * HOUR_MS])('of %i ms is taken', (forMs) => {
    expect(checkPauseEnd(1_000_000 + forMs, 1_000_000, CONFIG)).toBeUndefined();
  });
});
