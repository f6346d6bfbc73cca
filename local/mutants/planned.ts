import type { Mutant } from './mutant.ts';

type Planned = Omit<Mutant, 'patches'> & {
  /** Where the code is that it takes away. */
  readonly where: string;
};

/** Faults whose patches wait for the code that they break. This file goes once all are in the list. */
export const PLANNED: readonly Planned[] = [
  {
    name: 'check-then-insert',
    fault: 'Intake looks whether the event is known, and stores it in a second step.',
    breaks: 'G3',
    where:
      'local/memory/memory-event-store.ts, accept: a pause between look and write, and no condition',
  },
  {
    name: 'answered-before-stored',
    fault: 'The sender is told 200 before the event is durable.',
    breaks: 'G1',
    where: 'lambdas/intake/accept-event.ts: accept is not awaited, and its failure is caught',
  },
  {
    name: 'duplicate-not-stored',
    fault:
      'An event whose content was seen before under another id is answered as known and not stored.',
    breaks: 'G1',
    where: 'lambdas/intake: a repeat of a submitter is answered without accept',
  },
  {
    name: 'skip-if-older',
    fault:
      'An event older than the last one written is left out, in the place of a merge by field.',
    breaks: 'G4',
    where:
      'lambdas/core/head.ts, mergeContribution: any newer field makes the whole contribution lose',
  },
  {
    name: 'no-identity-lease',
    fault: 'Two consumers write the same person at a time.',
    breaks: 'G4',
    where: 'lambdas/core/head.ts, leaseTakenUntilMs: always undefined',
  },
  {
    name: 'lease-released-when-unknown',
    fault: 'The identity is free at once for others after a call without an answer.',
    breaks: 'G4',
    where: 'lambdas/consumer/settle-row.ts: withoutLease without withUnsettled',
  },
  {
    name: 'confirm-without-token',
    fault: 'A writer confirms its row in HEAD although another one has the lease now.',
    breaks: 'G4',
    where: 'lambdas/consumer/identity-lease.ts, changeLeasedHead: the token is not compared',
  },
  {
    name: 'head-without-compare-and-set',
    fault: 'HEAD is stored over whatever is there.',
    breaks: 'G4',
    where: 'local/memory/memory-identity-store.ts, save: the revision is not compared',
  },
  {
    name: 'no-read-back',
    fault: 'A write without an answer is repeated without looking whether it took place.',
    breaks: 'G3',
    where: 'lambdas/consumer/read-back.ts: never reads',
  },
  {
    name: 'read-back-trusted',
    fault: 'A record that is read back counts as written, whatever version it carries.',
    breaks: 'G4',
    where: 'lambdas/consumer/read-back.ts: the version is not compared',
  },
  {
    name: 'probes-count-as-attempts',
    fault: 'An outage uses up the attempts of good leads.',
    breaks: 'G5',
    where: 'lambdas/consumer: calls count while the breaker is not closed',
  },
  {
    name: 'whole-snapshot-sent',
    fault: "An update carries all fields, and undoes a person's correction.",
    breaks: 'G4',
    where: 'lambdas/consumer/identity-work.ts, rowOf: changed is every field',
  },
  {
    name: 'replay-under-new-key',
    fault: 'A replayed event gets another idempotency key.',
    breaks: 'G7',
    where: 'lambdas/operations: the replayed message names another key',
  },
  {
    name: 'empty-wins',
    fault: 'A newer empty value clears a filled one.',
    breaks: 'G4',
    where: 'lambdas/core/contribution.ts: the filter of empty values',
  },
  {
    name: 'token-without-lease',
    fault: 'Every function gets an access token of its own.',
    breaks: 'G5',
    where: 'lambdas/zoho/token-step.ts: the refresh lease is not looked at',
  },
  {
    name: 'sweeper-ignores-breaker',
    fault: 'The sweeper multiplies messages while the CRM is down.',
    breaks: 'G5',
    where: 'lambdas/sweeper: the breaker is not read',
  },
  {
    name: 'sweeper-skips-processing',
    fault: 'An event whose consumer died with its message gone is forgotten.',
    breaks: 'G2',
    where: "lambdas/sweeper, isStuck: 'processing' is never stuck",
  },
  {
    name: 'alias-after-write',
    fault: 'An alias is bound after the CRM write, and lost when that is interrupted.',
    breaks: 'G3',
    where: 'lambdas/consumer/resolve-identity.ts: the binding is moved behind the write',
  },
  {
    name: 'alias-conflict-ignored',
    fault: 'Of two persons that aliases lead to, the first is taken.',
    breaks: 'G3',
    where: 'lambdas/consumer/resolve-identity.ts: no quarantine',
  },
  {
    name: 'settle-window-ignored',
    fault: 'Another value is sent while a lost write may still take place.',
    breaks: 'G4',
    where: 'lambdas/core/head.ts, unsettledUntilMs: always undefined',
  },
  {
    name: 'deferral-counts-as-attempt',
    fault: 'Waiting for another writer uses up attempts.',
    breaks: 'G5',
    where:
      'lambdas/consumer/settle-event.ts, postponeEvent: deferred is stored as failed, with an attempt',
  },
  {
    name: 'address-in-the-log',
    fault: "A log line carries the person's e-mail address.",
    breaks: 'G8',
    where: 'lambdas/intake/accept-event.ts: the message of "A lead was accepted"',
  },
  {
    name: 'update-only-creates',
    fault: 'A source that may only update makes records.',
    breaks: 'G3',
    where: 'lambdas/consumer: mayCreate is always true',
  },
];
