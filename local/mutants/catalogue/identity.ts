import type { Mutant } from '../mutant.ts';

/** Faults in who a person is, and in who may write that person's record. */
export const IDENTITY_MUTANTS: readonly Mutant[] = [
  {
    name: 'no-identity-lease',
    fault: 'Two consumers write the same person at a time.',
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/core/head.ts',
        find: '  return head.leaseToken !== undefined && head.leaseToken !== token && untilMs > nowMs\n    ? untilMs\n    : undefined;',
        replace: '  return untilMs > nowMs && head.leaseToken === undefined ? untilMs : undefined;',
      },
    ],
  },
  {
    name: 'lease-left-behind-trusted',
    fault:
      'Whoever takes over the lease of a consumer that died takes its last write for not made.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/core/head.ts',
        find: 'const settled = isLeftBehind ? withUnsettled(head, head.leaseUntilMs ?? 0) : head;',
        replace: 'const settled = isLeftBehind ? withoutLease(head) : head;',
      },
    ],
  },
  {
    name: 'lease-released-when-unknown',
    fault: 'The identity is free at once for others after a call without an answer.',
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/consumer/settle-failed.ts',
        find: 'withoutLease(withUnsettled(head, settledAtMs))',
        replace: 'withoutLease(head)',
      },
    ],
  },
  {
    name: 'settle-window-ignored',
    fault:
      'Another value is sent while a lost write may still take place. The wait, the retry and the length of the lease all come from one setting; it says a second.',
    breaks: 'G4',
    patches: [
      {
        file: 'lambdas/core/delivery-settings.ts',
        find: 'settleWindowMs: z._default(wholeNumber(1_000, 120_000), 30_000),',
        replace: 'settleWindowMs: z._default(wholeNumber(1_000, 120_000), 1_000),',
      },
    ],
  },
  {
    name: 'head-without-compare-and-set',
    fault: 'HEAD is stored over whatever is there.',
    breaks: 'G4',
    patches: [
      {
        file: 'local/memory/memory-identity-store.ts',
        find: "current?.kind === 'alias' || revision !== head.revision - 1",
        replace: "current?.kind === 'alias' || revision > head.revision + 1_000",
      },
    ],
  },
  {
    name: 'alias-after-write',
    fault: 'An alias is bound after the CRM write, and lost when that is interrupted.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/consumer/resolve-identity.ts',
        find: "    if (await bindAll(module, free, identity, identities, known)) {\n      const entry = known.get(identity);\n      return {\n        kind: 'identity',\n        identity,",
        replace:
          "    {\n      const entry = known.get(identity);\n      return {\n        kind: 'identity',\n        identity,\n        bind: async () => await bindAll(module, free, identity, identities, known),",
      },
      {
        file: 'lambdas/consumer/load-events.ts',
        find: 'const { identity, head } = resolution;',
        replace: 'const { identity, head, bind } = resolution;',
      },
      {
        file: 'lambdas/consumer/load-events.ts',
        find: '        isCompleted,\n',
        replace: '        isCompleted,\n        bind,\n',
      },
      {
        file: 'lambdas/consumer/deliver-leads.ts',
        find: '  const outcomes = members.map((member) => member.outcome ?? deferred(ports));',
        replace:
          "  for (const { outcome, bind } of members) if (outcome?.kind === 'delivered') await bind?.();\n  const outcomes = members.map((member) => member.outcome ?? deferred(ports));",
      },
    ],
  },
  {
    name: 'alias-conflict-ignored',
    fault: 'Of two persons that aliases lead to, the first is taken.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/consumer/resolve-identity.ts',
        find: '    if (roots.size > 1) return conflictOf(found, known);\n',
        replace: '',
      },
    ],
  },
];
