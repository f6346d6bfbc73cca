import type { Mutant } from '../mutant.ts';

/** Faults in how an event whose webhook only named a submission is completed. */
export const DETAILS_MUTANTS: readonly Mutant[] = [
  {
    name: 'attempts-not-reset',
    fault: 'Attempts at the provider’s API use up those at the CRM.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/consumer/hydrate-event.ts',
        find: 'const completed = { ...record, attempts: 0, remappedAs: mappingVersion };',
        replace: 'const completed = { ...record, remappedAs: mappingVersion };',
      },
      {
        file: 'local/memory/event-changes.ts',
        find: 'apply: (record) => ({ ...record, attempts: 0, remappedAs: mappingVersion }),',
        replace: 'apply: (record) => ({ ...record, remappedAs: mappingVersion }),',
      },
    ],
  },
  {
    name: 'parked-by-dropping',
    fault: 'A lead whose details may not be read is suppressed, in the place of a quarantine.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/consumer/hydrate-event.ts',
        find: "      return { kind: 'rejected', failure: decision.failure, attempts };",
        replace:
          "      return why.class === 'source_authorization'\n        ? { kind: 'suppressed', suppression: 'not_a_lead' }\n        : { kind: 'rejected', failure: decision.failure, attempts };",
      },
    ],
  },
  {
    name: 'details-unfenced',
    fault:
      'A consumer whose lease has run out completes the event all the same. A lease that outlasts the function would hide it; it is shorter here.',
    breaks: 'G2',
    patches: [
      {
        file: 'local/memory/event-changes.ts',
        find: '    holds: heldBy(leaseToken),\n    apply: (record) => ({ ...record, attempts: 0,',
        replace:
          "    holds: () => leaseToken !== '',\n    apply: (record) => ({ ...record, attempts: 0,",
      },
      {
        file: 'lambdas/core/delivery-settings.ts',
        find: 'claimLeaseMs: z._default(wholeNumber(15_000, 900_000), 90_000),',
        replace: 'claimLeaseMs: z._default(wholeNumber(1_000, 900_000), 2_000),',
      },
    ],
  },
  {
    name: 'gone-at-once',
    fault: 'An API that does not know a submission yet is believed at once.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/consumer/hydrate-event.ts',
        find: 'const GONE_PATIENCE_MS = 600_000;',
        replace: 'const GONE_PATIENCE_MS = 0;',
      },
    ],
  },
  {
    name: 'details-read-again',
    fault:
      'What was read is not what the event says from then on, and is read again for each attempt.',
    breaks: 'G2',
    patches: [
      {
        file: 'local/memory/event-changes.ts',
        find: 'apply: (record) => ({ ...record, attempts: 0, remappedAs: mappingVersion }),',
        replace:
          "apply: (record) => ({\n      ...record,\n      attempts: 0,\n      ...(mappingVersion === '' ? { remappedAs: mappingVersion } : {}),\n    }),",
      },
    ],
  },
  {
    name: 'nameless-details-dropped',
    fault: 'A lead whose details name nobody is suppressed as none, and no person sees it.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/consumer/load-events.ts',
        find: "  if (names.length === 0) return rejectedUntried(record, failure('missing_identity'));",
        replace:
          "  if (names.length === 0 && normalized.details !== undefined) {\n    return { outcome: { kind: 'suppressed', suppression: 'not_a_lead' } };\n  }\n  if (names.length === 0) return rejectedUntried(record, failure('missing_identity'));",
      },
    ],
  },
];
