import type { Mutant } from '../mutant.ts';

/** Faults of the merge: which of several values a record gets, and what of it is sent. */
export const MERGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'skip-if-older',
    fault:
      'An event older than the last one written is left out, in the place of a merge by field.',
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/core/head.ts',
        find: '  const { event, occurredAt, trust } = contribution;\n',
        replace:
          '  const { event, occurredAt, trust } = contribution;\n  if (Object.values(head.fields).some((field) => field.occurredAt > occurredAt)) return head;\n',
      },
    ],
  },
  {
    name: 'last-to-arrive-wins',
    fault: 'The event that was merged last wins, whenever it occurred.',
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/core/head.ts',
        find: 'current === undefined || wins(candidate, current, field, policyOf(field))',
        replace: 'current === undefined || candidate.value !== current.value',
      },
    ],
  },
  {
    name: 'empty-wins',
    fault:
      'A newer event without an address or a number clears the one that an older event had. Empty values are kept out in two places; both are gone.',
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/core/contribution.ts',
        find: '    ...(email === undefined ? {} : { email }),\n    ...(phone === undefined ? {} : { phone }),\n',
        replace: "    email: email ?? '',\n    phone: phone ?? '',\n",
      },
      {
        file: 'lambdas/core/contribution.ts',
        find: "        .filter(([, value]) => value !== '')\n",
        replace: '',
      },
      {
        file: 'lambdas/core/head.ts',
        find: "    if (value === '') continue;\n",
        replace: '',
      },
    ],
  },
  {
    name: 'append-drops-older',
    fault: 'A message that comes after a newer one of the same person is left out.',
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/core/head.ts',
        find: '  const others = kept.filter(({ event }) => event !== candidate.event);\n',
        replace:
          '  if (kept.some(({ occurredAt }) => occurredAt > candidate.occurredAt)) return undefined;\n  const others = kept.filter(({ event }) => event !== candidate.event);\n',
      },
    ],
  },
  {
    name: 'whole-snapshot-sent',
    fault: "An update carries all fields, and undoes a person's correction.",
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/consumer/identity-work.ts',
        find: 'changed: unconfirmedFields(head),',
        replace: 'changed: Object.keys(valuesOf(head)),',
      },
    ],
  },
  {
    name: 'unsent-confirmed',
    fault: 'What was merged while a write was under way counts as written with it.',
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/consumer/settle-row.ts',
        find: 'confirm(head, row.version, written.recordId)',
        replace: 'confirm(head, head.version, written.recordId)',
      },
    ],
  },
  {
    name: 'refused-value-stays',
    fault:
      'A value that was refused for good stays, and every later event of its person is refused.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/consumer/withdraw.ts',
        find: 'const rest = keys.reduce(withdrawEvent, head);',
        replace: 'const rest = keys.length === 0 ? head : { ...head };',
      },
    ],
  },
];
