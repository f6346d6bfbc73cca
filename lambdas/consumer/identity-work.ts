import type { Contribution } from '../core/contribution.ts';
import type { CrmRow, FailedRow } from '../core/crm.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import type { EventRecord } from '../core/event-record.ts';
import { type Head, newHead, unconfirmedFields, valuesOf } from '../core/head.ts';
import type { Log } from '../core/ports.ts';

/** One event on its way. It has an outcome once its way is over. */
export interface Member {
  readonly record: EventRecord;
  readonly log: Log;
  readonly identity?: string;
  readonly contribution?: Contribution;
  /** CRM calls made for it in this invocation. */
  calls: number;
  outcome?: DeliveryOutcome;
}

/**
 * One identity on its way: the events that say something of it, its HEAD and its lease.
 *
 * ```
 * prepare ──► ready ──► row sent ──┬─ confirmed ─────────────► done, or once more for others' events
 *    │           ▲                 ├─ to be repeated ─► wait ─► prepare
 *    │           └─ lease, merged ─┤     (answer lost: `repeat` is the very same row)
 *    └─► done                      ├─ a value was refused ───► its event ends; prepare for the others
 *   (nothing to write, or          └─ failed ────────────────► done
 *    another writer is at it)
 * ```
 */
export interface IdentityWork {
  readonly identity: string;
  /** This writer's lease token. */
  readonly token: string;
  readonly members: Member[];
  /** The HEAD as this writer last saw it in the store. */
  head: Head;
  /** The HEAD has been read: it may be trusted as a starting point. */
  seen: boolean;
  /** How long to wait before the next round. */
  waitMs: number;
  /** Rounds made for other writers' events, which merged while this one held the lease. */
  extraRounds: number;
  done: boolean;
  /** The failed call that is to be repeated. */
  lastFailed?: FailedRow;
  /** A row whose answer got lost: until that is settled, only this very row may be sent again. */
  repeat?: CrmRow;
  /** Until when a lost write of this invocation may still take place. */
  unsettledUntilMs?: number;
  /** The row to be sent: the one to repeat, or what brings the CRM up to the HEAD. */
  row(): CrmRow;
}

/** An identity before its HEAD has been read. `token` will be its lease token. */
export function newIdentityWork(module: string, identity: string, token: string): IdentityWork {
  const work: IdentityWork = {
    identity,
    token,
    members: [],
    head: newHead(module, identity),
    seen: false,
    waitMs: 0,
    extraRounds: 0,
    done: false,
    row: () => work.repeat ?? rowOf(work.head),
  };
  return work;
}

/** The events whose way is not over. */
export function pendingMembers(work: IdentityWork): readonly Member[] {
  return work.members.filter((member) => member.outcome === undefined);
}

/** Ends the way of all pending events: nothing more is tried now, and no attempt counts for it. */
export function deferIdentity(work: IdentityWork, delayMs: number): void {
  for (const member of pendingMembers(work)) member.outcome = { kind: 'deferred', delayMs };
  work.done = true;
}

/** CRM calls made for an event in all, this invocation's included. */
export function attemptsOf(member: Member): number {
  return member.record.attempts + member.calls;
}

function rowOf(head: Head): CrmRow {
  return {
    identity: head.identity,
    version: head.version,
    values: valuesOf(head),
    changed: unconfirmedFields(head),
    mayCreate: true,
    ...(head.crmRecordId === undefined ? {} : { recordId: head.crmRecordId }),
  };
}
