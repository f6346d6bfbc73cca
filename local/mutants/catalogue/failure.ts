import type { Mutant } from '../mutant.ts';

/** Faults in what is done when a lead cannot be delivered. */
export const FAILURE_MUTANTS: readonly Mutant[] = [
  {
    name: 'letter-before-state',
    fault: 'The dead letter is sent before the event is in quarantine.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/consumer/settle-event.ts',
        find: 'const written = await ports.events.quarantine(record.key, leaseToken, entry);',
        replace:
          'await reportQuarantine(record, entry, ports);\n  const written = await ports.events.quarantine(record.key, leaseToken, entry);',
      },
      {
        file: 'lambdas/consumer/settle-event.ts',
        find: '  await reportQuarantine(record, entry, ports);\n}',
        replace: '}',
      },
    ],
  },
  {
    name: 'noted-before-letter',
    fault: 'The dead letter is noted as sent before it is.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/operations/quarantine/report-quarantine.ts',
        find: '  try {\n    await ports.deadLetters.send(letter);',
        replace:
          '  await ports.events.markDlqSent(\n    record.key,\n    entry.quarantineId,\n    entry.failure.class,\n    ports.clock.nowMs(),\n  );\n  try {\n    await ports.deadLetters.send(letter);',
      },
    ],
  },
  {
    name: 'many-probes',
    fault: 'Every consumer tries whether the CRM is back.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/core/breaker.ts',
        find: "return isTaken ? { kind: 'probing', delayMs: leastMs } : { kind: 'probe' };",
        replace: "return isTaken ? { kind: 'probe' } : { kind: 'probe' };",
      },
    ],
  },
];
