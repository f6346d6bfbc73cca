import { describe, expect, it } from 'vitest';
import { createBarrier } from '../../../lambdas/runtime/barrier.ts';

describe('the barrier', () => {
  it('processes those who join in one go, once the others have left', async () => {
    const seen: number[][] = [];
    const barrier = createBarrier<number, string>(3, async (items) => {
      seen.push([...items]);
      return items.map((item) => `done ${item}`);
    });

    const first = barrier.join(1);
    barrier.leave();
    const third = barrier.join(3);

    expect(await Promise.all([first, third])).toEqual(['done 1', 'done 3']);
    expect(seen).toEqual([[1, 3]]);
  });

  it('processes nothing when all leave', () => {
    let called = false;
    const barrier = createBarrier<number, string>(2, async () => {
      called = true;
      return [];
    });

    barrier.leave();
    barrier.leave();

    expect(called).toBe(false);
  });

  it('hands a failure to everyone who joined', async () => {
    const barrier = createBarrier<number, string>(2, async () => {
      throw new Error('broken');
    });

    const all = await Promise.allSettled([barrier.join(1), barrier.join(2)]);

    expect(all.map((each) => each.status)).toEqual(['rejected', 'rejected']);
  });

  it('fails loudly when somebody is counted twice', () => {
    const barrier = createBarrier<number, string>(1, async () => []);
    barrier.leave();

    expect(() => barrier.leave()).toThrow('a record joined or left twice');
  });
});
