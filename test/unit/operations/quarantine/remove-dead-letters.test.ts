import { describe, expect, it } from 'vitest';
import { removeDeadLetters } from '../../../../lambdas/operations/quarantine/remove-dead-letters.ts';
import { createMemoryQueue } from '../../../../local/memory/memory-queue.ts';
import { aClock } from '../../../support/fakes.ts';

function aQueue(letters: readonly (readonly [key: string, quarantineId: string])[]) {
  const clock = aClock();
  const queue = createMemoryQueue({ clock, visibilityMs: 365_000, maxReceiveCount: 1_000 });
  for (const [key, quarantineId] of letters) {
    void queue.deadLetter.send({
      schema_version: 1,
      idempotency_key: key,
      source: 'website',
      event_type: 'lead.created',
      correlation_id: 'c',
      quarantine_id: quarantineId,
    } as never);
  }
  const left = () =>
    queue.deadLetters().map(({ body }) => {
      const letter = JSON.parse(body) as { idempotency_key: string; quarantine_id: string };
      return `${letter.idempotency_key} ${letter.quarantine_id}`;
    });
  const remove = async (opened: Record<string, string>, delivered: readonly string[] = []) =>
    await removeDeadLetters(
      { opened: new Map(Object.entries(opened)), delivered: new Set(delivered) },
      queue.deadLetterBrowser,
      clock,
    );
  return { clock, queue, left, remove };
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => [`k${index}`, 'q'] as const);

describe('removing dead letters', () => {
  it('takes those of the opened quarantines among many others, and shows the others again', async () => {
    const { queue, left, remove } = aQueue(many(35));

    const removal = await remove({ k3: 'q', k34: 'q' });

    expect(removal).toEqual({ removed: 2, isComplete: true });
    expect(left()).toHaveLength(33);
    const visible = [];
    for (let takes = 0; takes < 4; takes += 1) {
      visible.push(...(await queue.deadLetterBrowser.take(60)));
    }
    expect(visible).toHaveLength(33);
  });

  it('leaves the letter of another quarantine of the same event', async () => {
    const { left, remove } = aQueue([
      ['a', 'first'],
      ['a', 'second'],
    ]);

    await remove({ a: 'first' });

    expect(left()).toEqual(['a second']);
  });

  it('takes every letter of a delivered event', async () => {
    const { left, remove } = aQueue([
      ['a', 'first'],
      ['b', 'q'],
      ['a', 'second'],
    ]);

    expect(await remove({}, ['a'])).toEqual({ removed: 2, isComplete: true });
    expect(left()).toEqual(['b q']);
  });

  it('ends when a letter is not there', async () => {
    const { left, remove } = aQueue(many(3));

    expect(await remove({ missing: 'q' })).toEqual({ removed: 0, isComplete: true });
    expect(left()).toHaveLength(3);
  });

  it('leaves a message that is no letter of ours', async () => {
    const { queue, remove } = aQueue([]);
    await queue.deadLetter.send({ hello: 'world' } as never);

    await remove({ a: 'q' });

    expect(await queue.deadLetter.count()).toBe(1);
  });

  it('gives up after its patience, says so, and gives back what it took', async () => {
    const { clock, queue } = aQueue(many(30));
    const browser = {
      ...queue.deadLetterBrowser,
      take: async (seconds: number) => {
        clock.advance(130_000);
        return await queue.deadLetterBrowser.take(seconds);
      },
    };
    const outdated = { opened: new Map([['k29', 'q']]), delivered: new Set<string>() };

    expect(await removeDeadLetters(outdated, browser, clock)).toEqual({
      removed: 0,
      isComplete: false,
    });
    expect(await queue.deadLetterBrowser.take(60)).toHaveLength(10);
  });
});
