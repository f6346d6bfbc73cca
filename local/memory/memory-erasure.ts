import type { AuditEntry } from '../../lambdas/core/audit.ts';
import type { EventRecord, RawPayload } from '../../lambdas/core/event-record.ts';
import type { NormalizedEvent } from '../../lambdas/core/lead-event.ts';
import type { EventErasure, StoreEraser } from '../../lambdas/core/ports/erasure.ts';
import { busyUntilMs, eventTombstone, eventWithoutState } from '../../lambdas/core/tombstone.ts';

/** What a memory event store holds of events, to take away from. */
export interface ErasableEvents {
  readonly records: Map<string, EventRecord>;
  readonly normalized: Map<string, NormalizedEvent>;
  readonly raw: Map<string, RawPayload>;
  readonly details: Map<string, Uint8Array>;
  readonly audits: Map<string, Map<string, AuditEntry>>;
  readonly submitters: Map<string, string>;
}

/** What a memory event store can take away: the rules of the table. */
export function createMemoryErasure(
  held: ErasableEvents,
): Pick<StoreEraser, 'eraseEvent' | 'removePayloads' | 'forgetSubmitter'> {
  const { records, normalized, raw, details, audits, submitters } = held;
  return {
    eraseEvent: async (key, { markOf, nowMs }): Promise<EventErasure> => {
      const record = records.get(key) ?? eventWithoutState(key, nowMs);
      if (record.state === 'erased') return { kind: 'erased' };
      const untilMs = busyUntilMs(record, nowMs);
      if (untilMs !== undefined) return { kind: 'in_delivery', untilMs };
      records.set(key, Object.freeze(eventTombstone(record, markOf(record.payloadHash), nowMs)));
      return { kind: 'erased' };
    },

    removePayloads: async (key) => {
      if (records.get(key)?.state !== 'erased') return 0;
      const entries = audits.get(key)?.size ?? 0;
      audits.delete(key);
      const payloads = [raw, normalized, details].map((each) => removeOf(each, key));
      return payloads.reduce((sum, count) => sum + count, entries);
    },

    forgetSubmitter: async (source, personHash) => submitters.delete(`${source} ${personHash}`),
  };
}

/** Payloads are held by event key, hash and version, with a space between: see `payloadKey`. */
function removeOf(payloads: Map<string, unknown>, key: string): number {
  const gone = [...payloads.keys()].filter((at) => at.startsWith(`${key} `));
  for (const at of gone) payloads.delete(at);
  return gone.length;
}
