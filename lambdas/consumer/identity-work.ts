import type { Contribution } from '../core/contribution.ts';
import type { CrmRow, FailedRow } from '../core/ports/crm.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import type { EventRecord } from '../core/event-record.ts';
import { type Head, newHead, unconfirmedFields, valuesOf } from '../core/head.ts';
import type { Log } from '../core/ports/telemetry.ts';

/** One event on its way. It has an outcome once its way is over. */
export interface Member {
  readonly record: EventRecord;
  readonly log: Log;
  readonly identity?: string;
  /** The identity's HEAD as it was read when the identity was found. */
  readonly head?: Head;
  readonly contribution?: Contribution;
  /** Its details were read from its provider, by this consumer or one before. */
  readonly isCompleted?: boolean;
  /** CRM calls made for it in this invocation that count as attempts. */
  calls: number;
  outcome?: DeliveryOutcome;
}

/**
 * One identity on its way: the events that say something of it, its HEAD and its lease.
 *
 * ```
 *            ┌─ unsettled: read back ─┐
 * prepare ──►┤                        ├──► row sent ──┬─ confirmed ────────► done, or once more for others' events
 *    │       └────── ready ───────────┘               ├─ no answer: read back ─┬─ it is there: as confirmed
 *    ▼                                                │                        └─ done: unsettled
 *   done (nothing to write, or                        ├─ to be repeated ───► wait, prepare
 *   another writer is at it)                          ├─ a value refused ──► its event ends; prepare for the others
 *                                                     └─ failed ───────────► done
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
  /** The row to be sent: what brings the CRM up to the HEAD. */
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
    row: () => rowOf(work.head),
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

/** CRM calls made for an event in all that count as attempts, this invocation's included. */
export function attemptsOf(member: Member): number {
  return member.record.attempts + member.calls;
}

function rowOf(head: Head): CrmRow {
  return {
    identity: head.identity,
    version: head.version,
    values: valuesOf(head),
    changed: unconfirmedFields(head),
    mayCreate: head.creator !== undefined,
    ...(head.crmRecordId === undefined ? {} : { recordId: head.crmRecordId }),
  };
}
