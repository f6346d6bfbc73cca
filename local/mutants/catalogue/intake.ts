import type { Mutant } from '../mutant.ts';

/** Faults of the intake: what a sender is told, what is kept of it, and under which name. */
export const INTAKE_MUTANTS: readonly Mutant[] = [
  {
    name: 'check-then-insert',
    fault: 'Intake looks whether the event is known, and stores it in a second step.',
    breaks: 'G3',
    patches: [
      {
        file: 'lambdas/intake/accept-event.ts',
        find: '  const acceptance = await ports.events.accept(event);\n',
        replace:
          "  const known = await ports.events.readRecord(event.key);\n  const acceptance: Acceptance =\n    known === undefined\n      ? await ports.events.accept(event)\n      : { kind: 'duplicate', record: known };\n",
      },
      {
        file: 'local/memory/memory-event-store.ts',
        find: '  const existing = records.get(event.key);\n  if (existing === undefined) {',
        replace:
          '  const existing = event as unknown as EventRecord;\n  if (existing.state === undefined) {',
      },
    ],
  },
  {
    name: 'answered-before-stored',
    fault: 'The sender is told 200 before the event is durable.',
    breaks: 'G1',
    patches: [
      {
        file: 'lambdas/intake/accept-event.ts',
        find: '  const acceptance = await ports.events.accept(event);\n  const { record } = acceptance;\n',
        replace:
          "  const { initial, ...rest } = event;\n  const record: EventRecord = { ...rest, ...initial, attempts: 0, claims: 0, conflicts: 0 };\n  const acceptance = { kind: 'accepted', record } as Acceptance;\n  ports.events.accept(event).catch(() => log.error('A lead could not be stored'));\n",
      },
    ],
  },
  {
    name: 'duplicate-not-stored',
    fault: 'An event of somebody who was here before is answered as known, and not stored.',
    breaks: 'G1',
    patches: [
      {
        file: 'lambdas/intake/accept-event.ts',
        find: "    reception.source.onRepeat !== 'conflict' ||\n",
        replace: '',
      },
      {
        file: 'lambdas/intake/accept-event.ts',
        find: '  const repeat = await isRepeat(ports, reception, event);\n',
        replace:
          '  const repeat = await isRepeat(ports, reception, event);\n  if (repeat) return { key: event.key, duplicate: true, conflict: false, repeat: false };\n',
      },
    ],
  },
  {
    name: 'failed-store-acknowledged',
    fault: 'A fault of the store is answered with 200, so that the sender does not send again.',
    breaks: 'G1',
    patches: [
      {
        file: 'lambdas/intake/receive-webhook.ts',
        find: '      { http_status: 503 },\n      error,\n    );\n    return unavailableResponse(correlationId);',
        replace:
          "      { http_status: 200 },\n      error,\n    );\n    return jsonResponse(200, { status: 'accepted', events: [], correlation_id: correlationId });",
      },
    ],
  },
  {
    name: 'key-of-the-delivery',
    fault: 'An event is named by the request that brought it, and so anew each time.',
    breaks: 'G7',
    patches: [
      {
        file: 'lambdas/intake/new-event.ts',
        find: '  if (named !== undefined) return named;',
        replace: '  if (named !== undefined) return `${named}|${reception.correlationId}`;',
      },
    ],
  },
  {
    name: 'address-in-the-log',
    fault: "A log line carries the person's e-mail address.",
    breaks: 'G8',
    patches: [
      {
        file: 'lambdas/intake/accept-event.ts',
        find: "log.info('A lead was accepted', { outcome: 'received' });",
        replace:
          "log.info(`A lead of ${event.normalized?.identity.email} was accepted`, {\n        outcome: 'received',\n      });",
      },
    ],
  },
  {
    name: 'address-in-the-message',
    fault: 'A message of the queue is correlated by the e-mail address of its lead.',
    breaks: 'G8',
    patches: [
      {
        file: 'lambdas/intake/accept-event.ts',
        find: '      await enqueue(ports, record, log);\n      return;',
        replace:
          '      const correlationId = event.normalized?.identity.email ?? record.correlationId;\n      await enqueue(ports, { ...record, correlationId }, log);\n      return;',
      },
    ],
  },
];
