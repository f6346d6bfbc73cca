import { describe, expect, it } from 'vitest';
import { parseDeliveryMessage } from '../../../lambdas/core/delivery-message.ts';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import {
  createMemoryQueue,
  type MemoryQueueFaults,
  type MemoryQueueOptions,
} from '../../../local/memory/memory-queue.ts';

describe('the queue in memory', () => {
  it('hands messages over in the order that it is told', async () => {
    const { queue } = aQueue({ pick: (count) => count - 1 });
    await enqueue(queue, 'a', 'b', 'c');

    const received = queue.receive(10);

    expect(received.map(keyOf)).toEqual(['c', 'b', 'a']);
  });

  it('gives a redelivered message to the next receiver too, counted twice', async () => {
    const { queue } = aQueue({ redeliver: once(true) });
    await enqueue(queue, 'a');

    const [first, second, third] = [queue.receive(10), queue.receive(10), queue.receive(10)];

    expect(first.map(keyOf)).toEqual(['a']);
    expect(second.map((message) => message.receiveCount)).toEqual([2]);
    expect(third).toEqual([]);
  });

  it('loses a message when it is told to', async () => {
    const { queue } = aQueue({ lose: once(true) });
    await enqueue(queue, 'a', 'b');

    expect(queue.receive(10).map(keyOf)).toEqual(['b']);
  });

  it('shows a late message when its time has come', async () => {
    const { queue, clock } = aQueue({ delayMs: () => 5_000 });
    await enqueue(queue, 'a');

    const early = queue.receive(10);
    const dueAtMs = queue.nextVisibleAtMs();
    clock.now = dueAtMs!;

    expect(early).toEqual([]);
    expect(queue.receive(10).map(keyOf)).toEqual(['a']);
  });

  it('does nothing with a receipt handle of an earlier receive', async () => {
    const { queue, clock } = aQueue({});
    await enqueue(queue, 'a');
    const [first] = queue.receive(10);
    clock.now += 30_000;
    queue.receive(10);

    queue.delete(first!.receiptHandle);
    await queue.delivery.defer(first!.receiptHandle, 0);

    expect(queue.size()).toBe(1);
    expect(queue.receive(10)).toEqual([]);
  });

  it('still ends a message that is visible again, but no longer hides it', async () => {
    const { queue, clock } = aQueue({});
    await enqueue(queue, 'a', 'b');
    const [first, second] = queue.receive(10);
    clock.now += 30_000;

    await queue.delivery.defer(first!.receiptHandle, 60);
    queue.delete(second!.receiptHandle);

    expect(queue.receive(10).map(keyOf)).toEqual(['a']);
  });

  it('hides no message for longer than 12 hours after its receive', async () => {
    const { queue, clock } = aQueue({});
    await enqueue(queue, 'a');
    const [message] = queue.receive(10);
    clock.now += 5_000;
    await queue.delivery.defer(message!.receiptHandle, 43_195);
    clock.now += 1_000;

    const tooLong = queue.delivery.defer(message!.receiptHandle, 43_195);

    await expect(tooLong).rejects.toThrow(StoreUnavailableError);
    expect(queue.nextVisibleAtMs()).toBe(clock.now - 1_000 + 43_195_000);
  });

  it('leaves out of its age what was received three times, as SQS does', async () => {
    const { queue, clock } = aQueue({ redeliver: () => true });
    await enqueue(queue, 'a');
    const sentAtMs = clock.now;
    queue.receive(1);
    queue.receive(1);
    const whileTwice = queue.oldestSentAtMs(3);
    queue.receive(1);

    expect(whileTwice).toBe(sentAtMs);
    expect(queue.oldestSentAtMs(3)).toBeUndefined();
  });

  it('counts those that could be received apart from all that are there', async () => {
    const { queue, clock } = aQueue({});
    await enqueue(queue, 'a', 'b', 'c');
    queue.receive(2);

    expect([queue.size(), queue.visible()]).toEqual([3, 1]);
    clock.now += 12 * 3_600_000;
    expect([queue.size(), queue.visible()]).toEqual([3, 3]);
  });

  it('forgets a message whose retention is over, also while it is hidden', async () => {
    const { queue, clock } = aQueue({}, { retentionMs: 60_000 });
    await enqueue(queue, 'waiting');
    const [message] = queue.receive(10);
    await queue.delivery.defer(message!.receiptHandle, 600);

    clock.now += 59_999;
    const kept = queue.size();
    clock.now += 1;

    expect(kept).toBe(1);
    expect(queue.size()).toBe(0);
    expect(queue.nextVisibleAtMs()).toBeUndefined();
    expect(queue.receive(10)).toEqual([]);
  });

  it('lets the retention of a moved message go on from when it was first sent', async () => {
    const { queue, clock } = aQueue({}, { deadLetterRetentionMs: 120_000 });
    await enqueue(queue, 'a');
    for (let receive = 0; receive < 3; receive += 1) {
      queue.receive(10);
      clock.now += 30_000;
    }

    const moved = await queue.deadLetter.count();
    clock.now += 30_000;

    expect(moved).toBe(1);
    expect(await queue.deadLetter.count()).toBe(0);
  });

  it('carries a group through receives, the dead letters and back', async () => {
    const { queue, clock } = aQueue({});
    await enqueue(queue, 'a');
    const [first] = queue.receive(10);
    for (let receive = 0; receive < 3; receive += 1) {
      clock.now += 30_000;
      queue.receive(10);
    }
    queue.redrive();

    const [again] = queue.receive(10);

    expect([first!.group, again!.group]).toEqual(['website', 'website']);
  });

  it('brings dead letters back as new messages', async () => {
    const { queue, clock } = aQueue({});
    await enqueue(queue, 'a');
    for (let receive = 0; receive < 3; receive += 1) {
      queue.receive(10);
      clock.now += 30_000;
    }

    const moved = queue.redrive();

    const [message] = queue.receive(10);
    expect(moved).toBe(1);
    expect(message!.receiveCount).toBe(1);
    expect(queue.deadLetters()).toEqual([]);
  });
});

function aQueue(
  faults: MemoryQueueFaults,
  kept: Pick<MemoryQueueOptions, 'retentionMs' | 'deadLetterRetentionMs'> = {},
) {
  const clock = { now: Date.parse('2026-11-22T04:00:00Z') };
  const queue = createMemoryQueue({
    clock: { nowMs: () => clock.now },
    visibilityMs: 30_000,
    maxReceiveCount: 2,
    ...kept,
    faults,
  });
  return { queue, clock };
}

async function enqueue(queue: ReturnType<typeof aQueue>['queue'], ...keys: readonly string[]) {
  for (const key of keys) {
    await queue.delivery.enqueue(
      {
        schema_version: 1,
        idempotency_key: key,
        source: 'website',
        event_type: 'lead.created',
        correlation_id: 'c',
      },
      'website',
    );
  }
}

function keyOf(message: { readonly body: string }): string | undefined {
  return parseDeliveryMessage(message.body)?.idempotency_key;
}

function once(value: boolean): () => boolean {
  let left = 1;
  return () => (left-- > 0 ? value : !value);
}
