import { FINAL_STATES } from '../../../lambdas/core/event-record.ts';
import { FAILURE_CLASSES } from '../../../lambdas/core/failure.ts';
import { OPEN_PARTITIONS, type OpenPartition } from '../../../lambdas/core/open-index.ts';
import { hasEnded } from '../facts.ts';
import type { Observer, ObserverContext } from '../observer.ts';

/** Listing the whole index after each change would be most of the work; each seed lists it many times. */
const LIST_EVERY = 16;

const PARTITIONS: readonly OpenPartition[] = [
  ...OPEN_PARTITIONS,
  { kind: 'held' },
  ...FAILURE_CLASSES.map((failureClass) => ({ kind: 'quarantined', failureClass }) as const),
];

/** G2: every event ends, only forward, and is listed in the open index until it does. */
export function observeEnds({ facts, events, check, nowMs }: ObserverContext): Observer {
  let changes = 0;

  const compareWithIndex = async (): Promise<void> => {
    const listed = new Set<string>();
    for (const partition of PARTITIONS) {
      const page = await events.listOpen(partition, {
        receivedBeforeMs: nowMs() + 3_600_000,
        limit: 1_000,
      });
      for (const key of page.keys) listed.add(key);
    }
    const missing = [...facts.events.values()].find(
      ({ key, record }) => !FINAL_STATES.has(record.state) && !listed.has(key),
    );
    check(
      'G2 listed while open',
      missing === undefined,
      () => `${missing?.key} is ${missing?.record.state}, and the open index does not list it.`,
    );
  };

  return {
    eventChanged: (event, before) => {
      const { key, record } = event;
      if (before !== undefined) {
        check(
          'G2 ends only forward',
          !FINAL_STATES.has(before.state) ||
            record.state === before.state ||
            record.state === 'erased',
          () => `${key} went from ${before.state} back to ${record.state}.`,
        );
      }
      changes += 1;
      if (changes % LIST_EVERY === 0) void compareWithIndex();
    },
    atRest: async () => {
      await compareWithIndex();
      for (const { key, record, letters } of facts.events.values()) {
        check(
          'G2 everything ends',
          hasEnded(record),
          () => `${key} is still ${record.state}, long after all faults have ended.`,
        );
        if (record.state !== 'quarantined') continue;
        check(
          'G2 everything ends',
          record.failure !== undefined && letters.has(record.quarantineId ?? ''),
          () => `${key} is in quarantine, and no dead letter of it is on the queue.`,
        );
      }
    },
  };
}
