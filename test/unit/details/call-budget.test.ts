import { describe, expect, it } from 'vitest';
import { createCallBudget } from '../../../lambdas/details/call-budget.ts';
import { STAGE_CONFIG } from '../../../lib/stage-config.ts';
import { aClock } from '../../support/fakes.ts';

describe('the budget of calls to a provider’s API', () => {
  it('lets a burst through after a while without calls, and then one after the other', () => {
    const clock = aClock();
    const budget = createCallBudget(clock);

    const burst = Array.from({ length: 10 }, () => budget.take('ads', 1, 60));
    const eleventh = budget.take('ads', 1, 60);
    clock.advance(1_000);
    const next = budget.take('ads', 1, 60);

    expect(burst).toEqual(Array.from({ length: 10 }, () => 0));
    expect(eleventh).toBe(1_000);
    expect(next).toBe(0);
  });

  it('grants no more than a minute’s worth and one burst in a minute, however often it is asked', () => {
    const clock = aClock();
    const budget = createCallBudget(clock);
    let granted = 0;

    for (let ms = 0; ms < 60_000; ms += 50) {
      if (budget.take('ads', 1, 60) === 0) granted += 1;
      clock.advance(50);
    }

    expect(granted).toBeGreaterThanOrEqual(68);
    expect(granted).toBeLessThanOrEqual(70);
  });

  it('sends those who find it empty away for longer and longer, at most five minutes', () => {
    const clock = aClock();
    const budget = createCallBudget(clock);
    budget.take('ads', 1, 6);

    const waits = Array.from({ length: 40 }, () => budget.take('ads', 1, 6));

    expect(waits.slice(0, 3)).toEqual([10_000, 20_000, 30_000]);
    expect(Math.max(...waits)).toBe(300_000);
    expect(waits).toEqual(waits.toSorted((left, right) => left - right));
  });

  it('lets an event through that needs more calls than a burst holds', () => {
    const budget = createCallBudget(aClock());

    expect(budget.take('ads', 3, 1)).toBe(0);
    expect(budget.take('ads', 3, 1)).toBe(180_000);
  });

  it('of one source is none of another’s business', () => {
    const clock = aClock();
    const budget = createCallBudget(clock);
    budget.pause('ads', 90_000);

    expect(budget.take('ads', 1, 60)).toBe(90_000);
    expect(budget.take('forms', 1, 60)).toBe(0);
  });

  it('is closed while its source pauses; a shorter pause does not end a longer one', () => {
    const clock = aClock();
    const budget = createCallBudget(clock);
    budget.pause('ads', 400_000);
    budget.pause('ads', 1_000);

    const early = budget.take('ads', 1, 60);
    clock.advance(399_999);
    const last = budget.take('ads', 1, 60);
    clock.advance(1);

    expect([early, last, budget.take('ads', 1, 60)]).toEqual([300_000, 1, 0]);
  });

  it('pauses for twice as long each time, up to five minutes, until the API answers', () => {
    const clock = aClock();
    const budget = createCallBudget(clock);
    const pauses = Array.from({ length: 6 }, () => {
      budget.pause('ads', 15_000);
      // Calls that were under way beside the first one.
      budget.pause('ads', 15_000);
      const waitMs = budget.take('ads', 1, 60);
      clock.advance(waitMs);
      return waitMs;
    });

    budget.answered('ads');
    budget.pause('ads', 15_000);

    expect(pauses).toEqual([15_000, 30_000, 60_000, 120_000, 240_000, 300_000]);
    expect(budget.take('ads', 1, 60)).toBe(15_000);
  });

  it('keeps the messages of a backlog from being received too often while an API hangs for days', () => {
    const clock = aClock();
    const budgets = [createCallBudget(clock), createCallBudget(clock), createCallBudget(clock)];
    const receivesMax = STAGE_CONFIG.deliveryQueue.receivesMax;
    const endMs = clock.nowMs() + 72 * 3_600_000;
    // Two hundred leads and three consumers: each consumer's pause begins at another moment.
    const leads = Array.from({ length: 200 }, (_, n) => ({
      dueMs: clock.nowMs() + n * 700,
      receives: 0,
    }));
    while (clock.nowMs() < endMs) {
      const lead = leads.reduce((least, each) => (each.dueMs < least.dueMs ? each : least));
      clock.advance(Math.max(0, lead.dueMs - clock.nowMs()));
      const budget = budgets[lead.receives % budgets.length]!;
      const waitMs = budget.take('ads', 1, 60);
      if (waitMs === 0) budget.pause('ads', 15_000);
      lead.receives += 1;
      lead.dueMs = clock.nowMs() + (waitMs === 0 ? 300_000 : waitMs);
    }

    expect(Math.max(...leads.map(({ receives }) => receives))).toBeLessThan(receivesMax);
  });
});
