/**
 * HEAD: the merged state of one identity, the person or company that one CRM record stands for, and
 * the lease that lets one writer at a time bring it to the CRM.
 *
 * ```
 * merge ──► version n ──send fields newer than confirmed──► confirm ──► confirmed version n
 *   ▲            │                                             │
 *   │            └── refused for good: withdraw the event      └── other events merged meanwhile:
 *   └── next event                                                 go round again
 * ```
 *
 * Everything here is pure: a new HEAD out of an old one. The store writes it by compare-and-set on
 * `revision`, so of two writers that read the same HEAD one has to look again.
 */
import type { MergePolicy } from './config.ts';
import type { Contribution } from './contribution.ts';

/** One value and where it came from. */
export interface HeadValue {
  readonly value: string;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  /** 0–100; decides between events of the same moment. */
  readonly trust: number;
  /** Idempotency key of the event that brought the value. */
  readonly event: string;
  /** HEAD version that last changed this field. */
  readonly version: number;
}

/** A field's winning value, and what lies behind it. */
export interface HeadField extends HeadValue {
  /**
   * What this value replaced while it is not confirmed, newest first: other values that are not
   * confirmed, and as the last one what the CRM holds.
   */
  readonly replaced?: readonly HeadValue[];
}

/** An identity's merged state. Versions and revisions count from 1; 0 is before the first. */
export interface Head {
  readonly module: string;
  readonly identity: string;
  /** Counts every write of the item; 0 is a HEAD that has never been stored. */
  readonly revision: number;
  /** Counts merges that changed something. */
  readonly version: number;
  /** The newest version that the CRM is known to hold. */
  readonly confirmedVersion: number;
  readonly fields: Readonly<Record<string, HeadField>>;
  /** Values of fields that keep each of them, newest first. */
  readonly appended?: Readonly<Record<string, readonly HeadValue[]>>;
  /** Idempotency key of an event that permits making a CRM record where there is none. */
  readonly creator?: string;
  readonly crmRecordId?: string;
  /** Who may write this identity's record now. */
  readonly leaseToken?: string;
  readonly leaseUntilMs?: number;
  /**
   * A write may have taken place whose answer nobody has; until this time it may still do so. Absent once
   * it is known what became of it.
   */
  readonly unsettledUntilMs?: number;
}

/** Values kept behind one that is not confirmed, and their length together, in UTF-16 units. */
const HISTORY_MAX = 20;
const HISTORY_LENGTH_MAX = 2_000;

/** Values that an appended field keeps, and their length together, in UTF-16 units. */
const APPENDED_MAX = 50;
const APPENDED_LENGTH_MAX = 32_000;

/** What tells who somebody is: here, whom one believes counts more than who spoke last. */
const IDENTIFIER_FIELDS: ReadonlySet<string> = new Set(['email', 'phone']);

/** A HEAD before its first event. */
export function newHead(module: string, identity: string): Head {
  return { module, identity, revision: 0, version: 0, confirmedVersion: 0, fields: {} };
}

/**
 * Merges what an event says, field by field. The order of merges does not matter, a repeated one
 * changes nothing, and a missing or empty value never clears a filled one.
 *
 * @param policyOf the merge policy of a field; the same for all events of an identity
 * @returns the very same HEAD when nothing changes
 */
export function mergeContribution(
  head: Head,
  contribution: Contribution,
  policyOf: (field: string) => MergePolicy,
): Head {
  const version = head.version + 1;
  const { event, occurredAt, trust } = contribution;
  const fields: Record<string, HeadField> = {};
  const appended: Record<string, readonly HeadValue[]> = {};
  for (const [field, value] of Object.entries(contribution.values)) {
    if (value === '') continue;
    const candidate = { value, occurredAt, trust, event, version };
    const current = head.fields[field];
    if (policyOf(field) === 'append') {
      const kept = withAppended(head.appended?.[field] ?? [], candidate);
      if (kept !== undefined) appended[field] = kept;
    } else if (current === undefined || wins(candidate, current, field, policyOf(field))) {
      fields[field] = withReplaced(candidate, historyOf(head, current));
    }
  }
  const isCreator = contribution.mayCreate && head.creator === undefined;
  const isNews = Object.keys(fields).length > 0 || Object.keys(appended).length > 0;
  if (!isNews && !isCreator) return head;
  return {
    ...head,
    ...(isCreator ? { creator: event } : {}),
    ...(isNews ? { version } : {}),
    fields: { ...head.fields, ...fields },
    ...(Object.keys(appended).length === 0 ? {} : { appended: { ...head.appended, ...appended } }),
  };
}

/**
 * Takes an event's unconfirmed values out again, because the CRM refused them for good. What they had
 * replaced comes back in their place.
 *
 * The version goes up, so that no write without these values has the version of one with them.
 */
export function withdrawEvent(head: Head, event: string): Head {
  let isWithdrawn = false;
  const stays = (value: HeadValue): boolean => {
    const goes = value.event === event && value.version > head.confirmedVersion;
    isWithdrawn ||= goes;
    return !goes;
  };
  const fields: Record<string, HeadField> = {};
  for (const [name, field] of Object.entries(head.fields)) {
    const [current, ...replaced] = [withoutReplaced(field), ...(field.replaced ?? [])].filter(
      stays,
    );
    if (current !== undefined) fields[name] = withReplaced(current, replaced);
  }
  const appended = Object.fromEntries(
    Object.entries(head.appended ?? {})
      .map(([name, values]) => [name, values.filter(stays)] as const)
      .filter(([, values]) => values.length > 0),
  );
  const { creator, appended: _appended, ...rest } = head;
  const isCreatorNoMore = creator === event && head.crmRecordId === undefined;
  if (!isWithdrawn && !isCreatorNoMore) return head;
  return {
    ...rest,
    version: head.version + 1,
    fields,
    ...(Object.keys(appended).length === 0 ? {} : { appended }),
    ...(creator === undefined || isCreatorNoMore ? {} : { creator }),
  };
}

/** Names of the fields that the CRM does not hold yet. */
export function unconfirmedFields(head: Head): readonly string[] {
  const isUnconfirmed = ({ version }: HeadValue): boolean => version > head.confirmedVersion;
  const single = Object.entries(head.fields)
    .filter(([name, field]) => head.appended?.[name] === undefined && isUnconfirmed(field))
    .map(([name]) => name);
  const appended = Object.entries(head.appended ?? {})
    .filter(([, values]) => values.some(isUnconfirmed))
    .map(([name]) => name);
  return [...single, ...appended];
}

/** Whether something has to be written to the CRM. */
export function needsWrite(head: Head): boolean {
  return head.crmRecordId === undefined || unconfirmedFields(head).length > 0;
}

/** Events with values that the CRM does not hold yet, even behind others' values, by their keys. */
export function unconfirmedEvents(head: Head): ReadonlySet<string> {
  const fields = Object.values(head.fields).flatMap((field) => [field, ...(field.replaced ?? [])]);
  return new Set(
    [...fields, ...Object.values(head.appended ?? {}).flat()]
      .filter(({ version }) => version > head.confirmedVersion)
      .map(({ event }) => event),
  );
}

/** The merged values. Of a field that keeps several, each has its time before it, the newest first. */
export function valuesOf(head: Head): Readonly<Record<string, string>> {
  const merged: Record<string, string> = {};
  for (const [name, field] of Object.entries(head.fields)) merged[name] = field.value;
  for (const [name, values] of Object.entries(head.appended ?? {})) merged[name] = joined(values);
  return merged;
}

/** When another writer's lease ends, or `undefined` if the lease is free or already `token`'s. */
export function leaseTakenUntilMs(head: Head, token: string, nowMs: number): number | undefined {
  const untilMs = head.leaseUntilMs ?? 0;
  return head.leaseToken !== undefined && head.leaseToken !== token && untilMs > nowMs
    ? untilMs
    : undefined;
}

/** Prolongs the lease, or takes one that is free. */
export function withLease(head: Head, token: string, untilMs: number): Head {
  return { ...head, leaseToken: token, leaseUntilMs: untilMs };
}

/** Gives the lease back. */
export function withoutLease(head: Head): Head {
  const { leaseToken: _token, leaseUntilMs: _until, ...rest } = head;
  return rest;
}

/**
 * Takes the lease over. Whoever let it expire may have written: the HEAD is unsettled from then on.
 *
 * Call only when `leaseTakenUntilMs` is `undefined`.
 */
export function takeLease(head: Head, token: string, untilMs: number): Head {
  const isLeftBehind = head.leaseToken !== undefined && head.leaseToken !== token;
  const settled = isLeftBehind ? withUnsettled(head, head.leaseUntilMs ?? 0) : head;
  return withLease(settled, token, untilMs);
}

/** Whether a write may have taken place whose answer nobody has: read the record back before the next. */
export function isUnsettled(head: Head): boolean {
  return head.unsettledUntilMs !== undefined;
}

/**
 * When a write whose answer got lost must have taken place or never will, or `undefined` if that time is
 * over. Until then, nothing may be sent: the lost write could overwrite it, or take place beside it.
 */
export function unsettledUntilMs(head: Head, nowMs: number): number | undefined {
  const untilMs = head.unsettledUntilMs ?? 0;
  return untilMs > nowMs ? untilMs : undefined;
}

/** Notes a write whose answer got lost; `undefined` for none leaves the HEAD as it is. */
export function withUnsettled(head: Head, untilMs: number | undefined): Head {
  return untilMs === undefined
    ? head
    : { ...head, unsettledUntilMs: Math.max(head.unsettledUntilMs ?? 0, untilMs) };
}

/** Notes that no write is under way any more, and none took place that is not confirmed. */
export function settled(head: Head): Head {
  const { unsettledUntilMs: _until, ...rest } = head;
  return rest;
}

/** Notes that the CRM holds everything up to `version`, and that no write is under way. */
export function confirm(head: Head, version: number, crmRecordId: string): Head {
  const confirmedVersion = Math.max(head.confirmedVersion, version);
  const fields = Object.fromEntries(
    Object.entries(head.fields).map(([name, field]) => [
      name,
      withReplaced(withoutReplaced(field), untilConfirmed(field, confirmedVersion)),
    ]),
  );
  return { ...settled(head), confirmedVersion, fields, crmRecordId };
}

/** Forgets a CRM record that is gone, so that the next write makes or finds another. */
export function withoutCrmRecord(head: Head): Head {
  const { crmRecordId: _id, ...rest } = head;
  return rest;
}

function wins(
  candidate: HeadValue,
  current: HeadValue,
  field: string,
  policy: MergePolicy,
): boolean {
  // The same event says something else only because it was read anew: that counts.
  if (candidate.event === current.event) return candidate.value !== current.value;
  // The event key makes the order total: without it, two events of one moment and one trust would
  // leave whichever came last.
  const byTime = compare(candidate.occurredAt, current.occurredAt) * (policy === 'first' ? -1 : 1);
  const byTrust = candidate.trust - current.trust;
  const order = IDENTIFIER_FIELDS.has(field) ? [byTrust, byTime] : [byTime, byTrust];
  const decisive = [...order, compare(candidate.event, current.event)].find((each) => each !== 0);
  return (decisive ?? 0) > 0;
}

/**
 * The values that are kept with another one: the newest, as many and as long as allowed. What is dropped
 * once would be dropped in any order of merges.
 *
 * @returns `undefined` when nothing changes
 */
function withAppended(
  kept: readonly HeadValue[],
  candidate: HeadValue,
): readonly HeadValue[] | undefined {
  if (kept.some(({ event, value }) => event === candidate.event && value === candidate.value)) {
    return undefined;
  }
  const others = kept.filter(({ event }) => event !== candidate.event);
  const sorted = [...others, candidate].toSorted(
    (left, right) => compare(right.occurredAt, left.occurredAt) || compare(right.event, left.event),
  );
  let lengthLeft = APPENDED_LENGTH_MAX;
  const tooMuch = sorted.findIndex(({ value }, index) => {
    lengthLeft -= value.length;
    return index >= APPENDED_MAX || (lengthLeft < 0 && index > 0);
  });
  const result = tooMuch < 0 ? sorted : sorted.slice(0, tooMuch);
  return result.includes(candidate) ? result : undefined;
}

function joined(values: readonly HeadValue[]): string {
  const [only, ...others] = values;
  if (only !== undefined && others.length === 0) return only.value;
  return values
    .map(({ occurredAt, value }) => `[${occurredAt.slice(0, 16).replace('T', ' ')} UTC]\n${value}`)
    .join('\n\n');
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** What a new value replaces: the present one and, while that is not confirmed, what it replaced itself. */
function historyOf(head: Head, field: HeadField | undefined): readonly HeadValue[] {
  if (field === undefined) return [];
  const history = [withoutReplaced(field), ...untilConfirmed(field, head.confirmedVersion)];
  const last = history.pop();
  // The last one is what the CRM holds; in a long outage, values in between are what can be spared.
  let lengthLeft = HISTORY_LENGTH_MAX;
  const spared = history.slice(0, HISTORY_MAX - 1).filter(({ value }) => {
    lengthLeft -= value.length;
    return lengthLeft >= 0;
  });
  return last === undefined ? spared : [...spared, last];
}

/** The values behind a field, up to the first that the CRM holds: none if it holds the field's own. */
function untilConfirmed(field: HeadField, confirmedVersion: number): readonly HeadValue[] {
  if (field.version <= confirmedVersion) return [];
  const replaced = field.replaced ?? [];
  const held = replaced.findIndex((value) => value.version <= confirmedVersion);
  return held < 0 ? replaced : replaced.slice(0, held + 1);
}

function withReplaced(value: HeadValue, replaced: readonly HeadValue[]): HeadField {
  return replaced.length === 0 ? value : { ...value, replaced };
}

function withoutReplaced(field: HeadField): HeadValue {
  const { replaced: _replaced, ...rest } = field;
  return rest;
}
