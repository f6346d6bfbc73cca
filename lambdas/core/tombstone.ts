/**
 * What is left of somebody who was erased, and why it has to be:
 *
 * ```
 * an event       its key, its source, when it came and when it was erased   its sender can't bring it back
 * an identity    its name (a keyed hash) and its version, no field          the CRM record may still be there: the next
 *                                                                           write must not have a version that it had
 * an alias       name → name, both keyed hashes                             what a name is, is decided once (ADR 8)
 * ```
 *
 * None of it can be turned back into a person without the installation's pepper.
 */
import { createHmac } from 'node:crypto';
import type { EventRecord } from './event-record.ts';
import { type Head, type HeadField, type HeadValue, newHead } from './head.ts';

/** Marks begin with this, so that none can be taken for the fingerprint of a payload. */
const MARK_PREFIX = 'h1:';

/**
 * What a tombstone keeps in place of the payload's fingerprint. That is a plain hash: whoever guesses what
 * somebody had submitted could make sure of it. A keyed one only tells us the same content again.
 *
 * @param payloadHash `EventRecord.payloadHash`
 * @param pepper the installation's secret
 */
export function contentMark(payloadHash: string, pepper: string): string {
  return `${MARK_PREFIX}${createHmac('sha256', pepper).update(`erased\0${payloadHash}`).digest('hex')}`;
}

/**
 * Until when an event may not be erased, in milliseconds: a consumer has it, and would bring back what was
 * taken away under its hands. `undefined`: it may be erased now.
 */
export function busyUntilMs(
  record: Pick<EventRecord, 'state' | 'leaseUntilMs'>,
  nowMs: number,
): number | undefined {
  const untilMs = record.leaseUntilMs ?? 0;
  return record.state === 'processing' && untilMs > nowMs ? untilMs : undefined;
}

/**
 * What stays of an event.
 *
 * @param mark `contentMark` of its payload
 */
export function eventTombstone(
  record: Pick<EventRecord, 'key' | 'source' | 'eventType' | 'receivedAt' | 'mappingVersion'>,
  mark: string,
  atMs: number,
): EventRecord {
  const { key, source, eventType, receivedAt, mappingVersion } = record;
  return {
    key,
    state: 'erased',
    source,
    eventType,
    occurredAt: receivedAt,
    receivedAt,
    erasedAt: new Date(atMs).toISOString(),
    correlationId: '',
    payloadHash: mark,
    mappingVersion,
    attempts: 0,
    claims: 0,
    conflicts: 0,
  };
}

/**
 * An event whose acceptance was interrupted before its state was written, as far as its key tells of it: to
 * make a tombstone of.
 *
 * @param nowMs stands for when it came, which nobody noted
 */
export function eventWithoutState(key: string, nowMs: number): EventRecord {
  const [source = '', eventType = ''] = key.split('|').map(decodePart);
  const now = new Date(nowMs).toISOString();
  return {
    key,
    state: 'received',
    source,
    eventType,
    occurredAt: now,
    receivedAt: now,
    correlationId: '',
    payloadHash: '',
    mappingVersion: '',
    attempts: 0,
    claims: 0,
    conflicts: 0,
  };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Until when an identity may not be erased, in milliseconds: somebody writes its record, or a write whose
 * answer got lost may still take place. `undefined`: it may be erased now.
 */
export function headBusyUntilMs(head: Head, nowMs: number): number | undefined {
  const leaseUntilMs = head.leaseToken === undefined ? 0 : (head.leaseUntilMs ?? 0);
  const untilMs = Math.max(leaseUntilMs, head.unsettledUntilMs ?? 0);
  return untilMs > nowMs ? untilMs : undefined;
}

/** Keys of the events that a HEAD has something of. */
export function eventsIn(head: Head): ReadonlySet<string> {
  const values = [
    ...Object.values(head.fields).flatMap((field) => [field, ...(field.replaced ?? [])]),
    ...Object.values(head.appended ?? {}).flat(),
  ];
  const { creator } = head;
  return new Set([
    ...values.map(({ event }) => event),
    ...(creator === undefined ? [] : [creator]),
  ]);
}

/**
 * Takes what some events said out of an identity, to be stored in place of it. What others said stays: the person
 * may have come back while the erasure was under way.
 *
 * Call only when `headBusyUntilMs` is `undefined`.
 *
 * @param gone keys of events
 * @returns a tombstone when nothing is left
 */
export function headWithout(head: Head, gone: ReadonlySet<string>): Head {
  const stays = ({ event }: HeadValue): boolean => !gone.has(event);
  const fields: Record<string, HeadField> = {};
  for (const [name, { replaced = [], ...current }] of Object.entries(head.fields)) {
    const [first, ...others] = [current, ...replaced].filter(stays);
    if (first === undefined) continue;
    fields[name] = others.length === 0 ? first : { ...first, replaced: others };
  }
  const appended = Object.fromEntries(
    Object.entries(head.appended ?? {})
      .map(([name, values]) => [name, values.filter(stays)] as const)
      .filter(([, values]) => values.length > 0),
  );
  const { creator, appended: _appended, ...rest } = head;
  const kept = creator === undefined || gone.has(creator) ? {} : { creator };
  const hasAppended = Object.keys(appended).length > 0;
  if (Object.keys(fields).length === 0 && !hasAppended && kept.creator === undefined) {
    return headTombstone(head);
  }
  return {
    ...rest,
    revision: head.revision + 1,
    fields,
    ...(hasAppended ? { appended } : {}),
    ...kept,
  };
}

/**
 * What stays of an identity, to be stored in place of it.
 *
 * No version up to this one is ever written again: a record that outlives the erasure in the CRM carries one of
 * them, and a read-back would take it for the write of somebody who comes back.
 */
function headTombstone(head: Head): Head {
  const { module, identity, revision, version } = head;
  return {
    ...newHead(module, identity),
    revision: revision + 1,
    version,
    confirmedVersion: version,
  };
}

/** Whether nothing of a person is left in a HEAD: it was erased, or has never been merged into. */
export function isBare(head: Head): boolean {
  return (
    Object.keys(head.fields).length === 0 &&
    Object.keys(head.appended ?? {}).length === 0 &&
    head.creator === undefined &&
    head.crmRecordId === undefined
  );
}
