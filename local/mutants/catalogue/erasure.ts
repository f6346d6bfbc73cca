import type { Mutant } from '../mutant.ts';

/** Faults in how people are erased. */
export const ERASURE_MUTANTS: readonly Mutant[] = [
  {
    name: 'tombstone-forgotten',
    fault: 'An erased event leaves no tombstone, and its sender brings it back.',
    breaks: 'G9',
    patches: [
      {
        file: 'local/memory/memory-erasure.ts',
        find: 'records.set(key, Object.freeze(eventTombstone(record, markOf(record.payloadHash), nowMs)));',
        replace: 'records.delete(key);',
      },
      {
        file: 'local/memory/memory-erasure.ts',
        find: "      if (records.get(key)?.state !== 'erased') return 0;\n",
        replace: '',
      },
    ],
  },
  {
    name: 'versions-restart',
    fault: 'The versions of somebody who was erased, and comes back, begin anew.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/core/tombstone.ts',
        find: '    version,\n    confirmedVersion: version,\n',
        replace: '    version: 0 * version,\n    confirmedVersion: 0,\n',
      },
    ],
  },
  {
    name: 'erased-under-a-claim',
    fault: 'An event is erased while a consumer has it in its hands, and brings its person back.',
    breaks: 'G9',
    patches: [
      {
        file: 'lambdas/core/tombstone.ts',
        find: "return record.state === 'processing' && untilMs > nowMs ? untilMs : undefined;",
        replace:
          "return record.state === 'processing' && untilMs > nowMs + 1e9 ? untilMs : undefined;",
      },
    ],
  },
  {
    name: 'erased-kept-again',
    fault: 'What comes again after an erasure is stored beside the tombstone.',
    breaks: 'G9',
    patches: [
      {
        file: 'local/memory/memory-event-store.ts',
        find: "  if (known?.state === 'erased') return { kind: 'erased', record: known };\n",
        replace: "  if (known?.state === ('erased?' as string)) throw new Error('unreachable');\n",
      },
    ],
  },
  {
    name: 'erasure-not-finished',
    fault: 'What an interrupted erasure has left is not looked for.',
    breaks: 'G9',
    patches: [
      {
        file: 'lambdas/operations/person/find-person.ts',
        find: "      (key) => absent.has(key) || events.get(key)?.record?.state === 'erased',\n",
        replace: '      (key) => absent.has(key),\n',
      },
      {
        file: 'lambdas/operations/person/find-by-content.ts',
        find: '    leftovers: [...leftovers],\n',
        replace: '    leftovers: [...leftovers].slice(0, 0),\n',
      },
    ],
  },
  {
    name: 'listed-as-found',
    fault:
      'Merged states and links go as they were found, without those of a first delivery that was under way.',
    breaks: 'G9',
    patches: [
      {
        file: 'lambdas/operations/person/erase-person.ts',
        find: '    ...namesListing(endedEvents.filter(({ key }) => erased.has(key))),\n',
        replace: '',
      },
      {
        file: 'lambdas/operations/person/erase-person.ts',
        find: 'new Set([...own, ...namesListing(endedEvents)])',
        replace: 'own',
      },
    ],
  },
];
