import {
  type ClaimRequest,
  type DeliverySuccess,
  DUE_TOLERANCE_MS,
  type FailedAttempt,
  type QuarantineEntry,
  type Suppression,
} from '../core/event-record.ts';
import type { FailureClass } from '../core/failure.ts';
import { openPartitionKey, openPartitionOf } from '../core/open-index.ts';
import { failureToItem } from './event-record-item.ts';
import type { Change, Expression } from './table-expression.ts';

/** One arrow of the state machine, in the table's language. */
export interface Transition {
  readonly change: Change;
  readonly condition: Expression;
}

const STATE = { '#state': 'state' };

/**
 * Takes an event for delivery, from every state that `decideClaim` allows, and counts the claim.
 */
export function claimTransition(request: ClaimRequest): Transition {
  return {
    change: {
      set: {
        state: 'processing',
        lease_token: request.leaseToken,
        lease_until: request.nowMs + request.leaseMs,
        open_pk: openKeyOf(request.key),
      },
      add: { claims: 1 },
      remove: ['next_due'],
    },
    condition: claimable(request),
  };
}

/**
 * Takes an event out of exactly its quarantine. Its attempts count anew: what had used them up is taken to
 * be mended.
 */
export function reopenTransition(request: ClaimRequest, quarantineId: string): Transition {
  const { change } = claimTransition(request);
  return {
    change: { ...change, set: { ...change.set, attempts: 0 } },
    condition: quarantinedAs(quarantineId),
  };
}

/** No lease is asked for: the effect has happened, whoever holds the event now. */
export function succeedTransition(success: DeliverySuccess): Transition {
  return {
    change: {
      set: {
        state: 'succeeded',
        claims: 0,
        attempts: success.attempts,
        last_attempt_at: new Date(success.atMs).toISOString(),
        crm: {
          module: success.crm.module,
          record_id: success.crm.recordId,
          action: success.crm.action,
        },
      },
      remove: ['open_pk', 'lease_token', 'lease_until', 'next_due', 'failure'],
    },
    condition: {
      text: 'attribute_exists(pk) AND NOT #state IN (:succeeded, :erased)',
      names: STATE,
      values: { ':succeeded': 'succeeded', ':erased': 'erased' },
    },
  };
}

/** Notes a failed attempt and when the next one is due. Fenced by the claim's lease token. */
export function failTransition(leaseToken: string, failed: FailedAttempt): Transition {
  return {
    change: {
      set: {
        state: 'failed',
        claims: 0,
        attempts: failed.attempts,
        last_attempt_at: new Date(failed.atMs).toISOString(),
        next_due: failed.nextDueAtMs,
        failure: failureToItem(failed.failure),
      },
      remove: ['lease_token', 'lease_until'],
    },
    condition: heldBy(leaseToken),
  };
}

/** Gives a claim back without an attempt. Fenced by the claim's lease token. */
export function releaseTransition(leaseToken: string, untried: boolean): Transition {
  return {
    change: {
      set: { state: 'received', ...(untried ? {} : { claims: 0 }) },
      ...(untried ? { add: { claims: -1 } } : {}),
      remove: ['lease_token', 'lease_until'],
    },
    condition: heldBy(leaseToken),
  };
}

/**
 * Sets an event aside with its reason. Fenced; it stays in the open list until its letter is sent.
 */
export function quarantineTransition(leaseToken: string, entry: QuarantineEntry): Transition {
  const at = new Date(entry.atMs).toISOString();
  return {
    change: {
      set: {
        state: 'quarantined',
        claims: 0,
        attempts: entry.attempts,
        last_attempt_at: at,
        quarantined_at: at,
        quarantine_id: entry.quarantineId,
        failure: failureToItem(entry.failure),
      },
      remove: ['lease_token', 'lease_until', 'next_due', 'dlq_sent_at'],
    },
    condition: heldBy(leaseToken),
  };
}

/** Ends an event as one that is not meant for the CRM. Fenced by the claim's lease token. */
export function suppressTransition(leaseToken: string, suppression: Suppression): Transition {
  return {
    change: {
      set: { state: 'suppressed', claims: 0, suppression },
      remove: ['open_pk', 'lease_token', 'lease_until', 'next_due', 'failure'],
    },
    condition: heldBy(leaseToken),
  };
}

/**
 * Names the reading that holds an event's details. Fenced by the claim's lease token. Attempts so far were
 * made at the sender's API: those at the CRM begin now.
 */
export function detailsTransition(leaseToken: string, mappingVersion: string): Transition {
  return {
    change: { set: { remapped_as: mappingVersion, attempts: 0 } },
    condition: heldBy(leaseToken),
  };
}

/** Notes that this quarantine's dead letter is out, and lists the event under its class. */
export function dlqSentTransition(
  quarantineId: string,
  failureClass: FailureClass,
  atMs: number,
): Transition {
  return {
    change: {
      set: {
        dlq_sent_at: new Date(atMs).toISOString(),
        open_pk: openPartitionKey({ kind: 'quarantined', failureClass }),
      },
    },
    condition: quarantinedAs(quarantineId),
  };
}

/** Ends an event that a person settled by hand. Fenced by the quarantine's id. */
export function closeTransition(quarantineId: string, atMs: number): Transition {
  return {
    change: {
      set: { state: 'closed', closed_at: new Date(atMs).toISOString() },
      remove: ['open_pk'],
    },
    condition: quarantinedAs(quarantineId),
  };
}

/** Names the reading that counts from now on. Fenced by the quarantine's id. */
export function remapTransition(quarantineId: string, mappingVersion: string): Transition {
  return {
    change: { set: { remapped_as: mappingVersion } },
    condition: quarantinedAs(quarantineId),
  };
}

/** Parks an event while delivery is off, from every state that a claim could take it from. */
export function holdTransition(request: Pick<ClaimRequest, 'nowMs' | 'quarantineId'>): Transition {
  const condition = claimable(request);
  return {
    change: {
      set: { state: 'held', open_pk: openPartitionKey({ kind: 'held' }) },
      remove: ['lease_token', 'lease_until', 'next_due'],
    },
    condition: { ...condition, text: `#state <> :held AND ${condition.text}` },
  };
}

/** Takes a held event back into the flow; the sweeper sends its message at once. */
export function unholdTransition(key: string, atMs: number): Transition {
  return {
    change: { set: { state: 'received', open_pk: openKeyOf(key), requeued_at: atMs } },
    condition: { text: '#state = :held', names: STATE, values: { ':held': 'held' } },
  };
}

/** Notes that the sweeper sends another message, unless one was sent after `notSinceMs`. */
export function requeuedTransition(atMs: number, notSinceMs: number): Transition {
  return {
    change: { set: { requeued_at: atMs } },
    condition: {
      text: 'attribute_exists(pk) AND (attribute_not_exists(requeued_at) OR requeued_at <= :notSince)',
      values: { ':notSince': notSinceMs },
    },
  };
}

/** `decideClaim` in the table's language; a contract suite holds the two together. */
function claimable(request: Pick<ClaimRequest, 'nowMs' | 'quarantineId'>): Expression {
  const ways = [
    '#state IN (:received, :held)',
    '(#state = :failed AND (attribute_not_exists(next_due) OR next_due <= :dueBy))',
    '(#state = :processing AND (attribute_not_exists(lease_until) OR lease_until <= :now))',
    ...(request.quarantineId === undefined
      ? []
      : ['(#state = :quarantined AND quarantine_id = :quarantineId)']),
  ];
  return {
    text: `(${ways.join(' OR ')})`,
    names: STATE,
    values: {
      ':received': 'received',
      ':held': 'held',
      ':failed': 'failed',
      ':processing': 'processing',
      ':dueBy': request.nowMs + DUE_TOLERANCE_MS,
      ':now': request.nowMs,
      ...(request.quarantineId === undefined
        ? {}
        : { ':quarantined': 'quarantined', ':quarantineId': request.quarantineId }),
    },
  };
}

function heldBy(leaseToken: string): Expression {
  return {
    text: '#state = :processing AND lease_token = :token',
    names: STATE,
    values: { ':processing': 'processing', ':token': leaseToken },
  };
}

function quarantinedAs(quarantineId: string): Expression {
  return {
    text: '#state = :quarantined AND quarantine_id = :id',
    names: STATE,
    values: { ':quarantined': 'quarantined', ':id': quarantineId },
  };
}

function openKeyOf(key: string): string {
  const partition = openPartitionOf({ key, state: 'received' });
  return partition === undefined ? '' : openPartitionKey(partition);
}
