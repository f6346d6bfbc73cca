import type { Observer, ObserverContext } from '../observer.ts';

/** Sources whose submissions are named by their content, or by their page. */
const NAMED_OTHERWISE: ReadonlySet<string> = new Set(['unnamed', 'website']);

/** G7: a submission has one key for ever, whatever is repeated; a replay is in its history first. */
export function observeKeys({ check, events }: ObserverContext): Observer {
  const keys = new Map<string, string>();
  const accepted = new Set<string>();
  return {
    accepted: (key) => {
      check('G3 accepted once', !accepted.has(key), () => `${key} was stored as new twice.`);
      accepted.add(key);
    },
    eventChanged: ({ key, submission, record }) => {
      check('G7 keys stay', record.key === key, () => `${key} is now called ${record.key}.`);
      if (NAMED_OTHERWISE.has(submission.source)) return;
      const first = keys.get(submission.id) ?? key;
      keys.set(submission.id, first);
      check('G7 keys stay', first === key, () => `${first} is stored as ${key}, too.`);
    },
    replayed: async (key, quarantineId) => {
      // Erased in between, and its history with it; the journal keeps who and why.
      if ((await events.readRecord(key))?.state === 'erased') return;
      const entries = await events.readAudit(key);
      check(
        'G7 replays are recorded',
        entries.some(
          (entry) =>
            entry.action === 'replayed' &&
            entry.quarantineId === quarantineId &&
            entry.by !== '' &&
            entry.reason !== '',
        ),
        () =>
          `${key} was replayed out of ${quarantineId}, and its history does not say by whom and why.`,
      );
    },
  };
}
