import { createMemoryQueue } from '../../local/memory/memory-queue.ts';
import { describeQueueContract, MAX_RECEIVE_COUNT } from './queue-contract.ts';

describeQueueContract('memory', async () => {
  let nowMs = Date.parse('2026-11-22T04:00:00Z');
  const queue = createMemoryQueue({
    clock: { nowMs: () => nowMs },
    visibilityMs: 30_000,
    maxReceiveCount: MAX_RECEIVE_COUNT,
  });
  return {
    delivery: queue.delivery,
    deadLetter: queue.deadLetter,
    receive: async () => queue.receive(10),
    remove: async (receiptHandle) => queue.delete(receiptHandle),
    deadLetterBodies: async () => queue.deadLetters().map(({ body }) => body),
    passVisibility: async () => {
      nowMs += 30_000;
    },
    lost: async (call) => {
      await call();
    },
    close: async () => {},
  };
});
