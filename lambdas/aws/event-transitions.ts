import {
  type ClaimRequest,
  type DeliverySuccess,
  DUE_TOLERANCE_MS,
  type FailedAttempt,
  type QuarantineEntry,
} from '../core/event-record.ts';
import type { FailureClass } from '../core/failure.ts';
import { openPartitionKey, openPartitionOf } from '../core/open-index.ts';
import { failureToItem } from './event-record-item.ts';
import type { Expression } from './table.ts';

/** One arrow of the state machine, in the table's language. */
export interface Transition {
  readonly update: Expression;
  readonly condition: Expression;
}

const STATE = { '#state': 'state' };

/**
 * Takes an event for delivery, from every state that `decideClaim` allows, and counts the claim.
 */
export function claimTransition(request: ClaimRequest): Transition {
  return {
    update: {
      text: 'SET #state = :processing, claims = claims + :one, lease_token = :token, lease_until = :until, open_pk = :open REMOVE next_due',
      values: {
        ':one': 1,
        ':token': request.leaseToken,
        ':until': request.nowMs + request.leaseMs,
        ':open': openKeyOf(request.key),
      },
    },
    condition: claimable(request),
  };
}

/** No lease is asked for: the effect has happened, whoever holds the event now. */
export function succeedTransition(success: DeliverySuccess): Transition {
  return {
    update: {
      text: 'SET #state = :succeeded, claims = :zero, attempts = :attempts, last_attempt_at = :at, crm = :crm REMOVE open_pk, lease_token, lease_until, next_due, failure',
      names: STATE,
      values: {
        ':succeeded': 'succeeded',
        ':zero': 0,
        ':attempts': success.attempts,
        ':at': new Date(success.atMs).toISOString(),
        ':crm': {
          module: success.crm.module,
          record_id: success.crm.recordId,
          action: success.crm.action,
        },
      },
    },
    condition: { text: 'attribute_exists(pk) AND #state <> :succeeded' },
  };
}

/** Notes a failed attempt and when the next one is due. Fenced by the claim's lease token. */
export function failTransition(leaseToken: string, failed: FailedAttempt): Transition {
  return {
    update: {
      text: 'SET #state = :failed, claims = :zero, attempts = :attempts, last_attempt_at = :at, next_due = :due, failure = :failure REMOVE lease_token, lease_until',
      values: {
        ':failed': 'failed',
        ':zero': 0,
        ':attempts': failed.attempts,
        ':at': new Date(failed.atMs).toISOString(),
        ':due': failed.nextDueAtMs,
        ':failure': failureToItem(failed.failure),
      },
    },
    condition: heldBy(leaseToken),
  };
}

/** Gives a claim back without an attempt. Fenced by the claim's lease token. */
export function releaseTransition(leaseToken: string): Transition {
  return {
    update: {
      text: 'SET #state = :received, claims = :zero REMOVE lease_token, lease_until',
      values: { ':received': 'received', ':zero': 0 },
    },
    condition: heldBy(leaseToken),
  };
}

/**
 * Sets an event aside with its reason. Fenced; it stays in the open list until its letter is sent.
 */
export function quarantineTransition(leaseToken: string, entry: QuarantineEntry): Transition {
  return {
    update: {
      text: 'SET #state = :quarantined, claims = :zero, attempts = :attempts, last_attempt_at = :at, quarantined_at = :at, quarantine_id = :id, failure = :failure REMOVE lease_token, lease_until, next_due, dlq_sent_at',
      values: {
        ':quarantined': 'quarantined',
        ':zero': 0,
        ':attempts': entry.attempts,
        ':at': new Date(entry.atMs).toISOString(),
        ':id': entry.quarantineId,
        ':failure': failureToItem(entry.failure),
      },
    },
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
    update: {
      text: 'SET dlq_sent_at = :at, open_pk = :open',
      values: {
        ':at': new Date(atMs).toISOString(),
        ':open': openPartitionKey({ kind: 'quarantined', failureClass }),
      },
    },
    condition: {
      text: '#state = :quarantined AND quarantine_id = :id',
      names: STATE,
      values: { ':quarantined': 'quarantined', ':id': quarantineId },
    },
  };
}

/** Parks an event while delivery is off, from every state that a claim could take it from. */
export function holdTransition(request: Pick<ClaimRequest, 'nowMs' | 'quarantineId'>): Transition {
  const condition = claimable(request);
  return {
    update: {
      text: 'SET #state = :held, open_pk = :open REMOVE lease_token, lease_until, next_due',
      values: { ':open': openPartitionKey({ kind: 'held' }) },
    },
    condition: { ...condition, text: `#state <> :held AND ${condition.text}` },
  };
}

/** Takes a held event back into the flow; the sweeper sends its message at once. */
export function unholdTransition(key: string, atMs: number): Transition {
  return {
    update: {
      text: 'SET #state = :received, open_pk = :open, requeued_at = :at',
      names: STATE,
      values: { ':received': 'received', ':open': openKeyOf(key), ':at': atMs },
    },
    condition: { text: '#state = :held', values: { ':held': 'held' } },
  };
}

/** Notes that the sweeper sends another message, unless one was sent after `notSinceMs`. */
export function requeuedTransition(atMs: number, notSinceMs: number): Transition {
  return {
    update: { text: 'SET requeued_at = :at', values: { ':at': atMs } },
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

function openKeyOf(key: string): string {
  const partition = openPartitionOf({ key, state: 'received' });
  return partition === undefined ? '' : openPartitionKey(partition);
}
