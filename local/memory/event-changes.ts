import {
  type ClaimRequest,
  type DeliverySuccess,
  decideClaim,
  type EventRecord,
  type FailedAttempt,
  type NewEvent,
  type QuarantineEntry,
  type Suppression,
} from '../../lambdas/core/event-record.ts';

/** One arrow of the state machine: what must hold, and what the record then becomes. */
export interface Change {
  readonly holds: (record: EventRecord) => boolean;
  readonly apply: (record: EventRecord) => EventRecord;
}

/** A new event's record, in the state that it starts in. */
export function newRecord(event: NewEvent): EventRecord {
  const { raw: _raw, normalized: _normalized, initial, ...rest } = event;
  const base = { ...rest, attempts: 0, claims: 0, conflicts: 0 };
  switch (initial.state) {
    case 'received':
      return { ...base, state: 'received' };
    case 'suppressed':
      return { ...base, state: 'suppressed', suppression: initial.suppression };
    case 'quarantined':
      return {
        ...base,
        state: 'quarantined',
        failure: initial.failure,
        quarantineId: initial.quarantineId,
        quarantinedAt: event.receivedAt,
      };
  }
}

/** Takes an event for delivery, and counts the claim. */
export function claimChange(request: ClaimRequest): Change {
  return {
    holds: (record) => decideClaim(record, request).kind === 'claimable',
    apply: (record) => ({
      ...withoutLease(record),
      state: 'processing',
      claims: record.claims + 1,
      attempts: record.state === 'quarantined' ? 0 : record.attempts,
      leaseToken: request.leaseToken,
      leaseUntilMs: request.nowMs + request.leaseMs,
    }),
  };
}

/** Ends an event as delivered. Needs no lease: the effect has happened. */
export function succeedChange(success: DeliverySuccess): Change {
  return {
    holds: (record) => record.state !== 'succeeded' && record.state !== 'erased',
    apply: (record) => {
      const { failure: _failure, ...rest } = withoutLease(record);
      return {
        ...rest,
        state: 'succeeded',
        claims: 0,
        crm: success.crm,
        attempts: success.attempts,
        lastAttemptAt: new Date(success.atMs).toISOString(),
      };
    },
  };
}

/** Notes a failed attempt and when the next one is due. Fenced by the claim's lease token. */
export function failChange(leaseToken: string, failed: FailedAttempt): Change {
  return {
    holds: heldBy(leaseToken),
    apply: (record) => ({
      ...withoutLease(record),
      state: 'failed',
      claims: 0,
      failure: failed.failure,
      attempts: failed.attempts,
      lastAttemptAt: new Date(failed.atMs).toISOString(),
      nextDueAtMs: failed.nextDueAtMs,
    }),
  };
}

/** Gives a claim back without an attempt. Fenced by the claim's lease token. */
export function releaseChange(leaseToken: string, untried: boolean): Change {
  return {
    holds: heldBy(leaseToken),
    apply: (record) => ({
      ...withoutLease(record),
      state: 'received',
      claims: untried ? record.claims - 1 : 0,
    }),
  };
}

/** Sets an event aside with its reason. Fenced by the claim's lease token. */
export function quarantineChange(leaseToken: string, entry: QuarantineEntry): Change {
  return {
    holds: heldBy(leaseToken),
    apply: (record) => {
      const { dlqSentAt: _sent, ...rest } = withoutLease(record);
      return {
        ...rest,
        state: 'quarantined',
        claims: 0,
        failure: entry.failure,
        attempts: entry.attempts,
        lastAttemptAt: new Date(entry.atMs).toISOString(),
        quarantineId: entry.quarantineId,
        quarantinedAt: new Date(entry.atMs).toISOString(),
      };
    },
  };
}

/** Ends an event as one that is not meant for the CRM. Fenced by the claim's lease token. */
export function suppressChange(leaseToken: string, suppression: Suppression): Change {
  return {
    holds: heldBy(leaseToken),
    apply: (record) => {
      const { failure: _failure, ...rest } = withoutLease(record);
      return { ...rest, state: 'suppressed', claims: 0, suppression };
    },
  };
}

/** Names the reading that holds an event's details. Fenced by the claim's lease token. */
export function detailsChange(leaseToken: string, mappingVersion: string): Change {
  return {
    holds: heldBy(leaseToken),
    apply: (record) => ({ ...record, attempts: 0, remappedAs: mappingVersion }),
  };
}

/** Notes that this quarantine's dead letter is out. */
export function dlqSentChange(quarantineId: string, atMs: number): Change {
  return {
    holds: (record) => record.state === 'quarantined' && record.quarantineId === quarantineId,
    apply: (record) => ({ ...record, dlqSentAt: new Date(atMs).toISOString() }),
  };
}

/** Ends an event that a person settled by hand. Fenced by the quarantine's id. */
export function closeChange(quarantineId: string, atMs: number): Change {
  return {
    holds: (record) => record.state === 'quarantined' && record.quarantineId === quarantineId,
    apply: (record) => ({ ...record, state: 'closed', closedAt: new Date(atMs).toISOString() }),
  };
}

/** Parks an event while delivery is off. */
export function holdChange(request: Pick<ClaimRequest, 'nowMs' | 'quarantineId'>): Change {
  return {
    holds: (record) => record.state !== 'held' && decideClaim(record, request).kind === 'claimable',
    apply: (record) => ({ ...withoutLease(record), state: 'held' }),
  };
}

/** Takes a held event back into the flow. */
export function unholdChange(atMs: number): Change {
  return {
    holds: (record) => record.state === 'held',
    apply: (record) => ({ ...record, state: 'received', requeuedAtMs: atMs }),
  };
}

/** Notes that the sweeper sends another message, unless one was sent after `notSinceMs`. */
export function requeuedChange(atMs: number, notSinceMs: number): Change {
  return {
    holds: (record) => (record.requeuedAtMs ?? 0) <= notSinceMs,
    apply: (record) => ({ ...record, requeuedAtMs: atMs }),
  };
}

/** Replaces what a quarantined event says. Fenced by the quarantine's id. */
export function remapChange(quarantineId: string, mappingVersion: string): Change {
  return {
    holds: (record) => record.state === 'quarantined' && record.quarantineId === quarantineId,
    apply: (record) => ({ ...record, remappedAs: mappingVersion }),
  };
}

function heldBy(leaseToken: string): Change['holds'] {
  return (record) => record.state === 'processing' && record.leaseToken === leaseToken;
}

function withoutLease(record: EventRecord): EventRecord {
  const { leaseToken: _token, leaseUntilMs: _until, nextDueAtMs: _due, ...rest } = record;
  return rest;
}
