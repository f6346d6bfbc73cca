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

export interface HeadField extends HeadValue {
  /** The value that the CRM holds while this one is not confirmed. */
  readonly replaced?: HeadValue;
}

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
  readonly crmRecordId?: string;
  /** What the last confirmed write did. */
  readonly crmAction?: 'insert' | 'update';
  /** Who may write this identity's record now. */
  readonly leaseToken?: string;
  readonly leaseUntilMs?: number;
}

/**
 * Which of two values of a field stays.
 *
 * - `latest`: the newer one (then the more trusted one)
 * - `first`: the older one; for what only the first contact can tell
 */
export type MergePolicy = 'latest' | 'first';

const FIRST_TOUCH_FIELDS: ReadonlySet<string> = new Set([
  'lead_source',
  'referrer',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
]);

/** The policy of a canonical field. */
export function mergePolicyOf(field: string): MergePolicy {
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
    const replaced = confirmedValue(head, head.fields[field]);
    fields[field] = {
      value,
      occurredAt,
      trust,
      event,
      version,
      ...(replaced === undefined ? {} : { replaced }),
    };
  }
  return { ...head, version, fields };
}

/**
 * Takes an event's unconfirmed values out again, because the CRM refused them for good. What the CRM
 * holds comes back in their place.
 */
export function withdrawEvent(head: Head, event: string): Head {
  const fields: Record<string, HeadField> = {};
  for (const [name, field] of Object.entries(head.fields)) {
    if (field.event !== event || field.version <= head.confirmedVersion) fields[name] = field;
    else if (field.replaced !== undefined) fields[name] = field.replaced;
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

/** Notes that the CRM holds everything up to `version`. */
export function confirm(
  head: Head,
  version: number,
  crm: { recordId: string; action: 'insert' | 'update' },
): Head {
  const confirmedVersion = Math.max(head.confirmedVersion, version);
  const fields = Object.fromEntries(
    Object.entries(head.fields).map(([name, field]) => [
      name,
      field.version <= confirmedVersion ? withoutReplaced(field) : field,
    ]),
  );
  return { ...head, confirmedVersion, fields, crmRecordId: crm.recordId, crmAction: crm.action };
}

/** Forgets a CRM record that is gone, so that the next write makes or finds another. */
export function withoutCrmRecord(head: Head): Head {
  const { crmRecordId: _id, crmAction: _action, ...rest } = head;
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

function confirmedValue(head: Head, field: HeadField | undefined): HeadValue | undefined {
  if (field === undefined) return undefined;
  return field.version <= head.confirmedVersion ? withoutReplaced(field) : field.replaced;
}

function withoutReplaced(field: HeadField): HeadField {
  const { replaced: _replaced, ...rest } = field;
  return rest;
}
