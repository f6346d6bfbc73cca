import type { Mutant } from '../mutant.ts';

/**
 * Faults of the state machine's arrows. They are put into the in-memory store, on which the simulation
 * runs; that the table's conditions are the same is what the contract suites show.
 */
export const EVENT_STATE_MUTANTS: readonly Mutant[] = [
  {
    name: 'outcomes-unfenced',
    fault:
      'A consumer whose lease has run out gives its event back, or sets it aside, over what has happened since. A lease that outlasts the function would hide it; it is shorter here.',
    breaks: 'G2',
    patches: [
      {
        file: 'local/memory/event-changes.ts',
        find: "return (record) => record.state === 'processing' && record.leaseToken === leaseToken;",
        replace: "return (record) => leaseToken !== '' && record.key !== '';",
      },
      {
        file: 'lambdas/core/delivery-settings.ts',
        find: 'claimLeaseMs: z._default(wholeNumber(15_000, 900_000), 90_000),',
        replace: 'claimLeaseMs: z._default(wholeNumber(1_000, 900_000), 5_000),',
      },
    ],
  },
  {
    name: 'claims-not-counted',
    fault: 'An event that crashes every consumer is tried for ever.',
    breaks: 'G6',
    patches: [
      {
        file: 'local/memory/event-changes.ts',
        find: 'claims: record.claims + 1,',
        replace: 'claims: record.claims,',
      },
    ],
  },
  {
    name: 'redrive-swallowed',
    fault: 'A message from the dead-letter queue is acknowledged without opening its quarantine.',
    breaks: 'G7',
    patches: [
      {
        file: 'lambdas/core/event-record.ts',
        find: 'return request.quarantineId !== undefined && request.quarantineId === record.quarantineId\n        ?',
        replace: 'return request.quarantineId === null\n        ?',
      },
    ],
  },
  {
    name: 'ended-claimed-again',
    fault: 'A second message for an event that has been delivered delivers it again.',
    breaks: 'G2',
    patches: [
      {
        file: 'lambdas/core/event-record.ts',
        find: "    case 'succeeded':\n    case 'suppressed':\n    case 'closed':",
        replace:
          "    case 'succeeded':\n      return { kind: 'claimable' };\n    case 'suppressed':\n    case 'closed':",
      },
    ],
  },
];
