import type { Mutant } from '../mutant.ts';

/** Faults in what counts as an attempt, when there is another one, and what is done with a killer. */
export const ATTEMPT_MUTANTS: readonly Mutant[] = [
  {
    name: 'probes-count-as-attempts',
    fault:
      'An outage uses up the attempts of good leads. What is tried meanwhile is not counted, and not stored as failed; both are gone.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/consumer/settle-failed.ts',
        find: "    } else if (gate.kind === 'stay_away') {\n      const delayMs",
        replace:
          "    } else if (gate.kind === 'stay_away' && attempts === 0) {\n      const delayMs",
      },
      {
        file: 'lambdas/consumer/write-rows.ts',
        find: '  return gate.isCounting() && !isWithoutToken;',
        replace: '  return !isWithoutToken || gate.isCounting();',
      },
    ],
  },
  {
    name: 'deferral-counts-as-attempt',
    fault: 'Waiting for another writer, or for the breaker, uses up attempts.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/consumer/settle-event.ts',
        find: '    await ports.events.release(key, event.leaseToken, outcome.untried);\n',
        replace:
          "    await ports.events.fail(key, event.leaseToken, {\n      failure: { class: 'retryable', code: 'crm_conflict', message: 'Another writer was at it' },\n      attempts: event.record.attempts + 1,\n      atMs: nowMs,\n      nextDueAtMs: nowMs + outcome.delayMs,\n    });\n",
      },
    ],
  },
  {
    name: 'given-up-too-soon',
    fault: 'A lead is given up when its attempts or its time are over, not both.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/core/retry-schedule.ts',
        find: '    tried.attempts >= settings.attemptsMax &&\n    tried.nowMs',
        replace: '    tried.attempts >= settings.attemptsMax ||\n    tried.nowMs',
      },
    ],
  },
  {
    name: 'refusal-tried-again',
    fault: 'What the CRM refuses for good is tried like what may pass.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/core/retry-schedule.ts',
        find: "    case 'permanent':\n    case 'authorization':\n      return { kind: 'give_up', failure: tried.failure };\n    case 'potentially_retryable':\n",
        replace:
          "    case 'authorization':\n      return { kind: 'give_up', failure: tried.failure };\n    case 'permanent':\n    case 'potentially_retryable':\n",
      },
    ],
  },
  {
    name: 'suspects-not-alone',
    fault: 'An event that killed its consumer is delivered with others, which die with it.',
    breaks: 'G6',
    patches: [
      {
        file: 'lambdas/consumer/deliver-record.ts',
        find: 'if (record.claims === 1) return await places.batch.join(event);',
        replace: 'if (record.claims >= 1) return await places.batch.join(event);',
      },
    ],
  },
  {
    name: 'release-keeps-the-claim',
    fault: 'An event that was given back counts as one that killed its consumer.',
    breaks: 'G6',
    patches: [
      {
        file: 'local/memory/event-changes.ts',
        find: 'claims: untried ? record.claims - 1 : 0,',
        replace: 'claims: untried ? record.claims - 1 : record.claims,',
      },
    ],
  },
  {
    name: 'breaker-never-opens',
    fault: 'Failures in a row do not open the breaker.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/core/breaker.ts',
        find: '    breaker.failuresInRow >= settings.failuresInRowMax ||\n    (breaker.windowCalls >= settings.windowCallsMin &&',
        replace:
          '    breaker.failuresInRow >= settings.failuresInRowMax * 1_000 ||\n    (breaker.windowCalls >= settings.windowCallsMin * 1_000 &&',
      },
    ],
  },
  {
    name: 'open-breaker-ignored',
    fault: 'A consumer that has begun goes on calling after the breaker has opened.',
    breaks: 'G5',
    patches: [
      {
        file: 'lambdas/consumer/write-rows.ts',
        find: "  if (gate.kind === 'stay_away') {\n    await eachApart(works, ports, async (work) => {\n      await endForBreaker(work, gate.delayMs, ports);\n    });\n    return false;\n  }\n  if (!hasTimeForCall(ports, context, gate.waitMs)) {",
        replace: "  if (!hasTimeForCall(ports, context, gate.kind === 'open' ? gate.waitMs : 0)) {",
      },
    ],
  },
];
