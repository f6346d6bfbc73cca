import type { Observer, ObserverContext } from '../observer.ts';

/** Sources whose submissions are named by their content, or by their page. */
const NAMED_OTHERWISE: ReadonlySet<string> = new Set(['unnamed', 'website']);

/** G7: a submission has one key for ever, whatever is repeated or replayed. */
export function observeKeys({ check, events }: ObserverContext): Observer {
  const keys = new Map<string, string>();
  const replayed = new Map<string, number>();
  return {
    eventChanged: ({ key, submission, record }, before) => {
      check('G7 keys stay', record.key === key, () => `${key} is now called ${record.key}.`);
      if (before?.state === 'quarantined' && record.state === 'processing') {
        replayed.set(key, (replayed.get(key) ?? 0) + 1);
      }
      if (NAMED_OTHERWISE.has(submission.source)) return;
      const first = keys.get(submission.id) ?? key;
      keys.set(submission.id, first);
      check('G7 keys stay', first === key, () => `${first} is stored as ${key}, too.`);
    },
    atRest: async () => {
      for (const key of replayed.keys()) {
        for (const entry of await events.readAudit(key)) {
          check(
            'G7 keys stay',
            entry.by !== '' && entry.reason !== '',
            () => `${key} was replayed, and its history does not say by whom and why.`,
          );
        }
      }
    },
  };
}
