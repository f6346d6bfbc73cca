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
  /** A write whose answer got lost may still take place until then. */
  readonly unsettledUntilMs?: number;
}

/**
 * Which of two values of a field stays.
 *
 * - `latest`: the newer one (then the more trusted one)
 * - `first`: the older one; for what only the first contact can tell
 */
type MergePolicy = 'latest' | 'first';

/** Values kept behind one that is not confirmed, and their length together, in UTF-16 units. */
const HISTORY_MAX = 20;
const HISTORY_LENGTH_MAX = 2_000;

const FIRST_TOUCH_FIELDS: ReadonlySet<string> = new Set([
  'lead_source',
  'referrer',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
]);

function mergePolicyOf(field: string): MergePolicy {
  return FIRST_TOUCH_FIELDS.has(field) ? 'first' : 'latest';
}

/** A HEAD before its first event. */
export function newHead(module: string, identity: string): Head {
  return { module, identity, revision: 0, version: 0, confirmedVersion: 0, fields: {} };
}

/**
 * Merges what an event says, field by field. The order of merges does not matter, a repeated one
 * changes nothing, and a missing value never clears a filled one.
 *
 * @returns the very same HEAD when nothing changes
 */
export function mergeContribution(head: Head, contribution: Contribution): Head {
  const version = head.version + 1;
  const { event, occurredAt, trust } = contribution;
  const won = Object.entries(contribution.values).filter(([field, value]) => {
    const current = head.fields[field];
    return (
      current === undefined ||
      wins({ value, occurredAt, trust, event, version }, current, mergePolicyOf(field))
    );
  });
  if (won.length === 0) return head;

  const fields = { ...head.fields };
  for (const [field, value] of won) {
    const replaced = historyOf(head, head.fields[field]);
    fields[field] = withReplaced({ value, occurredAt, trust, event, version }, replaced);
  }
  return { ...head, version, fields };
}

/**
 * Takes an event's unconfirmed values out again, because the CRM refused them for good. What they had
 * replaced comes back in their place.
 */
export function withdrawEvent(head: Head, event: string): Head {
  const fields: Record<string, HeadField> = {};
  for (const [name, field] of Object.entries(head.fields)) {
    const [current, ...replaced] = [withoutReplaced(field), ...(field.replaced ?? [])].filter(
      (value) => value.event !== event || value.version <= head.confirmedVersion,
    );
    if (current !== undefined) fields[name] = withReplaced(current, replaced);
  }
  return { ...head, fields };
}

/** Names of the fields that the CRM does not hold yet. */
export function unconfirmedFields(head: Head): readonly string[] {
  return Object.keys(head.fields).filter(
    (name) => (head.fields[name]?.version ?? 0) > head.confirmedVersion,
  );
}

/** Whether something has to be written to the CRM. */
export function needsWrite(head: Head): boolean {
  return head.crmRecordId === undefined || unconfirmedFields(head).length > 0;
}

/** The merged values. */
export function valuesOf(head: Head): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(head.fields).map(([name, field]) => [name, field.value]),
  );
}

/** When another writer's lease ends, or `undefined` if the lease is free or already `token`'s. */
export function leaseTakenUntilMs(head: Head, token: string, nowMs: number): number | undefined {
  const untilMs = head.leaseUntilMs ?? 0;
  return head.leaseToken !== undefined && head.leaseToken !== token && untilMs > nowMs
    ? untilMs
    : undefined;
}

/** Takes or prolongs the lease. Call only when `leaseTakenUntilMs` is `undefined`. */
export function withLease(head: Head, token: string, untilMs: number): Head {
  return { ...head, leaseToken: token, leaseUntilMs: untilMs };
}

/** Gives the lease back. */
export function withoutLease(head: Head): Head {
  const { leaseToken: _token, leaseUntilMs: _until, ...rest } = head;
  return rest;
}

/**
 * When a write whose answer got lost must have taken place or never will, or `undefined` if none is under
 * way. Until then, no other value may be sent: the lost write could overwrite it.
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

/** Notes that the CRM holds everything up to `version`. */
export function confirm(head: Head, version: number, crmRecordId: string): Head {
  const confirmedVersion = Math.max(head.confirmedVersion, version);
  const fields = Object.fromEntries(
    Object.entries(head.fields).map(([name, field]) => [
      name,
      withReplaced(withoutReplaced(field), untilConfirmed(field, confirmedVersion)),
    ]),
  );
  return { ...head, confirmedVersion, fields, crmRecordId };
}

/** Forgets a CRM record that is gone, so that the next write makes or finds another. */
export function withoutCrmRecord(head: Head): Head {
  const { crmRecordId: _id, ...rest } = head;
  return rest;
}

function wins(candidate: HeadValue, current: HeadValue, policy: MergePolicy): boolean {
  // The event key makes the order total: without it, two events of one moment and one trust would
  // leave whichever came last.
  const byTime = compare(candidate.occurredAt, current.occurredAt) * (policy === 'first' ? -1 : 1);
  if (byTime !== 0) return byTime > 0;
  if (candidate.trust !== current.trust) return candidate.trust > current.trust;
  return compare(candidate.event, current.event) > 0;
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
