import type { Mutant } from '../mutant.ts';

/** Faults in how the CRM is written to, and in how its answers are taken. */
export const CRM_MUTANTS: readonly Mutant[] = [
  {
    name: 'no-read-back',
    fault: 'A write without an answer is repeated without looking whether it took place.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/consumer/read-back.ts',
        find: 'const { readings, creditsRemaining } = await ports.crm.readBack(refs);',
        replace:
          "const creditsRemaining: number | undefined = undefined;\n  const readings: CrmReadBack[] = refs.map(() => ({ kind: 'absent' }));",
      },
    ],
  },
  {
    name: 'read-back-trusted',
    fault: 'A record that is read back counts as written, whatever version it carries.',
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/consumer/read-back.ts',
        find: "      return reading.version > head.confirmedVersion && reading.version <= head.version\n        ? { kind: 'confirmed', recordId: reading.recordId, version: reading.version }\n        : { kind: 'not_written' };",
        replace:
          "      return { kind: 'confirmed', recordId: reading.recordId, version: head.version };",
      },
    ],
  },
  {
    name: 'internal-error-taken-for-refusal',
    fault: 'An error inside Zoho, or of a gateway, counts as proof that nothing was written.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/zoho/request-outcome.ts',
        find: "    mayHaveHappened:\n      failureOfStatus(answer.status) === 'crm_unavailable' ||\n      (error !== undefined && isInternalError(error)),",
        replace: '    mayHaveHappened: error !== undefined && isInternalError(error),',
      },
    ],
  },
  {
    name: 'time-out-taken-for-refusal',
    fault: 'A call that was not answered in time counts as not made.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/zoho/request-outcome.ts',
        find: "const mayHaveHappened = outcome.sent && effect === 'write';",
        replace:
          "const mayHaveHappened = outcome.reason === 'connection_lost' && effect === 'write';",
      },
    ],
  },
  {
    name: 'one-row-for-all',
    fault: 'The first refused row of a call decides for all of its rows.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/zoho/row-writer.ts',
        find: '      rowVerdict(status, kind, module, recordIdOf(write, at)),',
        replace:
          "      rowVerdict(\n        reading.value.find((each) => each.status === 'error') ?? status,\n        kind,\n        module,\n        recordIdOf(write, at),\n      ),",
      },
    ],
  },
  {
    name: 'deleted-record-given-up',
    fault: 'A lead whose record somebody deleted is set aside.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/consumer/settle-row.ts',
        find: "if (outcome.failure.code === 'crm_record_gone' && row.recordId !== undefined) {",
        replace: "if (outcome.failure.code === 'crm_record_gone' && row.recordId === undefined) {",
      },
    ],
  },
  {
    name: 'update-only-creates',
    fault: 'A source that may only update makes records.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/consumer/identity-work.ts',
        find: 'mayCreate: head.creator !== undefined,',
        replace: 'mayCreate: true,',
      },
    ],
  },
  {
    name: 'note-not-looked-for',
    fault: 'A note on a contact is written without looking whether it is there.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/zoho/contact-notes.ts',
        find: '    const found = reading.value.records.find((each) => each.Note_Title === title);',
        replace: '    const found = reading.value.records.find((each) => each.id === title);',
      },
    ],
  },
  {
    name: 'token-without-lease',
    fault:
      'Every function gets an access token of its own. The shared token, the lease for getting it and the count of requests cover each other; none is looked at.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/zoho/token-budget.ts',
        find: 'const REQUESTS_MAX = 9;',
        replace: 'const REQUESTS_MAX = 9_000;',
      },
      {
        file: 'lambdas/zoho/token-step.ts',
        find: 'const opened = openStored(options, stored, keys);',
        replace:
          'const opened = options.timeoutMs < 0 ? openStored(options, stored, keys) : undefined;',
      },
      {
        file: 'lambdas/zoho/token-step.ts',
        find: 'if (stored !== undefined && stored.refreshLeaseUntilMs > nowMs) {',
        replace: 'if (stored !== undefined && stored.refreshLeaseUntilMs < 0) {',
      },
    ],
  },
  {
    name: 'throttle-not-held-off',
    fault:
      'After the accounts server has turned a request away, the next one follows at once. The hold-off and the count of requests cover each other; both are gone.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/zoho/token-budget.ts',
        find: 'const REQUESTS_MAX = 9;',
        replace: 'const REQUESTS_MAX = 9_000;',
      },
      {
        file: 'lambdas/zoho/token-step.ts',
        find: '      notBeforeMs: nowMs + holdOffMs,',
        replace: '      notBeforeMs: nowMs,',
      },
    ],
  },
  {
    name: 'secret-in-the-log',
    fault: 'The log says for which credentials a token was asked.',
    breaks: 'G8',
    patches: [
      {
        file: 'lambdas/zoho/token-step.ts',
        find: "    options.log.info('A new Zoho access token was given');",
        replace:
          '    options.log.info(`A new token was given for ${JSON.stringify(keys.credentials)}`);',
      },
    ],
  },
];
