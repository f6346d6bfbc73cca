import type { JournalEntry } from '../../lambdas/core/journal.ts';
import type { OperatorJournal } from '../../lambdas/core/ports/journal.ts';

/** The operators' journal in memory. */
export function createMemoryJournal(): OperatorJournal {
  const entries = new Map<string, JournalEntry>();
  return {
    record: async (entry) => {
      entries.set(positionOf(entry), structuredClone(entry));
    },
    list: async ({ fromMs, beforeMs, limit, cursor = '~' }) => {
      const found = [...entries.values()]
        .filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) < beforeMs)
        .filter((entry) => positionOf(entry) < cursor)
        .toSorted((left, right) => (positionOf(left) > positionOf(right) ? -1 : 1));
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      return {
        entries: shown,
        ...(last === undefined || shown.length < limit ? {} : { cursor: positionOf(last) }),
      };
    },
  };
}

function positionOf({ at, id }: JournalEntry): string {
  return `${at}#${id}`;
}
