import type { Observer, ObserverContext } from '../observer.ts';

/** G6 and G7: a dead letter tells of a quarantine that there is, and opens it when it is moved back. */
export function observeLetters({ facts, mix, check }: ObserverContext): Observer {
  /** `key quarantine` of every quarantine that an event has been in. */
  const quarantines = new Set<string>();
  const movedBack: { readonly key: string; readonly quarantineId: string }[] = [];

  return {
    eventChanged: ({ key, record }) => {
      if (record.state === 'quarantined') quarantines.add(`${key} ${record.quarantineId}`);
    },
    lettered: (key, quarantineId) => {
      check(
        'G6 letters tell the truth',
        quarantines.has(`${key} ${quarantineId}`),
        () => `A dead letter says that ${key} is in quarantine ${quarantineId}; it never was.`,
      );
    },
    redriven: (key, quarantineId) => {
      movedBack.push({ key, quarantineId });
    },
    atRest: async () => {
      await Promise.resolve();
      // Its message may be gone; then the next redrive finds no letter of it either.
      if (mix.message_lost > 0) return;
      for (const { key, quarantineId } of movedBack) {
        const record = facts.events.get(key)?.record;
        check(
          'G7 a redrive opens',
          record?.state !== 'quarantined' || record.quarantineId !== quarantineId,
          () => `The dead letter of ${key} was moved back, and its quarantine is still shut.`,
        );
      }
    },
  };
}
