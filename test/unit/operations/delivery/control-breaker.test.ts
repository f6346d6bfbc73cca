import { describe, expect, it } from 'vitest';
import { afterCall, NEW_BREAKER, openedForGood } from '../../../../lambdas/core/breaker.ts';
import { defineConfig } from '../../../../lambdas/core/config.ts';
import { StoreUnavailableError } from '../../../../lambdas/core/errors.ts';
import { failure } from '../../../../lambdas/core/failure.ts';
import {
  breakerStatus,
  closeBreaker,
  openBreaker,
} from '../../../../lambdas/operations/delivery/control-breaker.ts';
import { createMemoryBreakerStore } from '../../../../local/memory/memory-breaker-store.ts';
import { aClock } from '../../../support/fakes.ts';
import { createRecordingLog } from '../../../support/recording-ports.ts';

const SETTINGS = defineConfig({ sources: { demo: { provider: 'typeform' } } }).delivery;

function aWorld() {
  const clock = aClock();
  const breakers = createMemoryBreakerStore();
  const ports = { breakers, clock, log: createRecordingLog() };
  return { ...ports, ports, status: async () => await breakerStatus(ports, SETTINGS) };
}

const ACT = { by: 'arn:aws:iam::111122223333:user/ana', reason: 'the token was replaced' };

describe('an operator and the breaker', () => {
  it('before any trouble, finds it closed and has nothing to close', async () => {
    const world = aWorld();

    expect(await world.status()).toEqual({ state: 'closed', failuresInRow: 0 });
    expect(await closeBreaker(world.ports, ACT)).toBe('unchanged');
    expect(await world.breakers.read()).toBeUndefined();
  });

  it('closes it after Zoho refused the credentials', async () => {
    const world = aWorld();
    const opened = openedForGood(NEW_BREAKER, 'authorization', world.clock.nowMs());
    await world.breakers.save({ ...opened, revision: 1 });
    const before = await world.status();

    const done = await closeBreaker(world.ports, ACT);

    expect(before).toEqual({
      state: 'open',
      reason: 'authorization',
      openedAt: '2026-11-22T04:00:00.000Z',
      failuresInRow: 0,
    });
    expect([done, (await world.status()).state]).toEqual(['changed', 'closed']);
    expect(await world.breakers.read()).toEqual({
      ...NEW_BREAKER,
      revision: 2,
      operator: { ...ACT, atMs: world.clock.nowMs() },
    });
  });

  it('opens it until somebody closes it, whatever calls in flight then say', async () => {
    const world = aWorld();

    const done = [await openBreaker(world.ports, ACT), await openBreaker(world.ports, ACT)];

    const stored = (await world.breakers.read())!;
    const nowMs = world.clock.nowMs() + 3_600_000;
    expect(done).toEqual(['changed', 'unchanged']);
    expect(afterCall(stored, 'somebody', {}, nowMs, SETTINGS)).toBe(stored);
    expect(await world.status()).toMatchObject({ state: 'open', reason: 'operator' });
  });

  it('sees it half open when its time is over', async () => {
    const world = aWorld();
    let breaker = NEW_BREAKER;
    for (let calls = 0; calls < SETTINGS.breaker.failuresInRowMax; calls += 1) {
      const result = { failure: failure('crm_unavailable') };
      breaker = afterCall(breaker, 't', result, world.clock.nowMs(), SETTINGS);
    }
    await world.breakers.save({ ...breaker, revision: 1 });

    const during = await world.status();
    world.clock.advance(SETTINGS.breaker.openMs);
    const after = await world.status();

    expect(during).toMatchObject({ state: 'open', openUntil: '2026-11-22T04:00:30.000Z' });
    expect(after.state).toBe('half_open');
  });

  it('wins against consumers that write at the same moment', async () => {
    const world = aWorld();
    await openBreaker(world.ports, ACT);
    let others = 3;
    const save: typeof world.breakers.save = async (breaker) => {
      if (others > 0) {
        others -= 1;
        const stored = (await world.breakers.read())!;
        await world.breakers.save({ ...stored, revision: stored.revision + 1 });
      }
      return await world.breakers.save(breaker);
    };

    const done = await closeBreaker({ ...world.ports, breakers: { ...world.breakers, save } }, ACT);

    expect([done, (await world.status()).state]).toEqual(['changed', 'closed']);
  });

  it('is told when it could not be written', async () => {
    const world = aWorld();
    await openBreaker(world.ports, ACT);
    const save: typeof world.breakers.save = async () => ({
      kind: 'changed',
      current: await world.breakers.read(),
    });

    await expect(
      closeBreaker({ ...world.ports, breakers: { ...world.breakers, save } }, ACT),
    ).rejects.toThrow(StoreUnavailableError);
  });
});
