import type { Mutant } from '../mutant.ts';

/** Faults in what brings back what got stuck, and in what an operator does. */
export const SWEEPER_MUTANTS: readonly Mutant[] = [
  {
    name: 'sweeper-ignores-breaker',
    fault: 'The sweeper multiplies messages while the CRM is down.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/sweeper/sweep.ts',
        find: 'mendAll(run, breaker ?? NEW_BREAKER)',
        replace: 'mendAll(run, NEW_BREAKER)',
      },
    ],
  },
  {
    name: 'sweeper-skips-received',
    fault: 'An event that was stored but not enqueued is forgotten.',
    breaks: 'G2',
    patches: [
      {
        file: 'lambdas/sweeper/stuck.ts',
        find: 'return Date.parse(record.receivedAt) <= nowMs - settings.receivedStaleMs;',
        replace: 'return record.requeuedAtMs !== undefined && nowMs > settings.receivedStaleMs;',
      },
    ],
  },
  {
    name: 'sweeper-skips-processing',
    fault: 'An event whose consumer died with its message gone is forgotten.',
    breaks: 'G2',
    patches: [
      {
        file: 'lambdas/sweeper/stuck.ts',
        find: 'return (record.leaseUntilMs ?? 0) <= nowMs - settings.leaseStaleMs;',
        replace: 'return false;',
      },
    ],
  },
  {
    name: 'sweeper-skips-failed',
    fault: 'An event whose message is lost while it waits for its next attempt is forgotten.',
    breaks: 'G2',
    patches: [
      {
        file: 'lambdas/sweeper/stuck.ts',
        find: 'return (record.nextDueAtMs ?? 0) <= nowMs - settings.overdueMs;',
        replace: 'return record.nextDueAtMs === undefined;',
      },
    ],
  },
  {
    name: 'missing-letters-left',
    fault: 'A quarantine whose dead letter could not be sent is never reported.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/sweeper/stuck.ts',
        find: "return sinceMs <= nowMs - settings.unreportedStaleMs ? 'dead_letter' : undefined;",
        replace: "return sinceMs > nowMs ? 'dead_letter' : undefined;",
      },
    ],
  },
  {
    name: 'held-left-behind',
    fault: 'Events that were held stay held when delivery is switched on again.',
    breaks: 'G2',
    patches: [
      {
        file: 'lambdas/sweeper/sweep.ts',
        find: 'if (options.deliveryEnabled) await drainHeld',
        replace: 'if (!options.deliveryEnabled) await drainHeld',
      },
    ],
  },
  {
    name: 'switch-ignored',
    fault: 'The consumer delivers although delivery is switched off.',
    breaks: 'G2',
    patches: [
      {
        file: 'lambdas/consumer/consume-batch.ts',
        find: '  const { config, deliveryEnabled, pepperSecretId } = settings;\n',
        replace:
          '  const { config, pepperSecretId } = settings;\n  const deliveryEnabled = true;\n',
      },
    ],
  },
  {
    name: 'replay-under-new-key',
    fault: 'A dead letter names its event anew, and a redrive finds none of that name.',
    breaks: 'G7',
    patches: [
      {
        file: 'lambdas/core/dead-letter.ts',
        find: 'idempotency_key: record.key,',
        replace: 'idempotency_key: `${record.key}|${entry.quarantineId}`,',
      },
    ],
  },
];
