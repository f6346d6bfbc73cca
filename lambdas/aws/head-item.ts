import * as z from 'zod/mini';
import { IdentityTooLargeError, StoreUnavailableError } from '../core/errors.ts';
import type { Head, HeadField, HeadValue } from '../core/head.ts';
import { fromCompactJson, toCompactJson } from './compact-json.ts';
import type { Item } from './table-expression.ts';

/** Value, event number, version. */
const valueItem = z.object({ v: z.string(), e: z.number(), n: z.number() });
type ValueItem = z.infer<typeof valueItem>;

/** The values and where they came from; compressed in the item, which is billed by its size. */
const mergedPart = z.object({
  /** Events that brought values: key, occurred at, trust. */
  events: z.array(z.object({ k: z.string(), o: z.string(), t: z.number() })),
  /** Field → its value, and what it replaced. */
  fields: z.record(z.string(), z.extend(valueItem, { r: z.optional(z.array(valueItem)) })),
  /** Field → values of which each is kept. */
  appended: z.optional(z.record(z.string(), z.array(valueItem))),
  creator: z.optional(z.string()),
});
type MergedPart = z.infer<typeof mergedPart>;

const headItem = z.object({
  revision: z.number(),
  version: z.number(),
  confirmed: z.number(),
  merged_br: z.instanceof(Uint8Array),
  crm_record_id: z.optional(z.string()),
  lease_token: z.optional(z.string()),
  lease_until: z.optional(z.number()),
  unsettled_until: z.optional(z.number()),
});

/** An item may hold 400 KB (Amazon DynamoDB, Constraints, read 2026-11-22); the rest of it is small. */
const MERGED_BYTES_MAX = 350_000;

/**
 * A HEAD as an item, without its key.
 *
 * Values of one event share its key, time and trust, so those are stored once and referred to by
 * number, and all of it is compressed: most HEADs then fit into one write unit (1 KB).
 *
 * @throws {IdentityTooLargeError} no item can hold it
 */
export function headToItem(head: Head): Item {
  const merged = toCompactJson(encode(head));
  if (merged.byteLength > MERGED_BYTES_MAX) throw new IdentityTooLargeError(merged.byteLength);
  return {
    revision: head.revision,
    version: head.version,
    confirmed: head.confirmedVersion,
    merged_br: merged,
    crm_record_id: head.crmRecordId,
    lease_token: head.leaseToken,
    lease_until: head.leaseUntilMs,
    unsettled_until: head.unsettledUntilMs,
  };
}

/**
 * Reads a HEAD's item.
 *
 * @throws {StoreUnavailableError} the item is not one that this version wrote: to treat it as absent would
 *   make a second CRM record
 */
export function headFromItem(item: Item, module: string, identity: string): Head {
  const parsed = headItem.safeParse(item);
  if (!parsed.success) throw unreadable(parsed.error);
  const stored = parsed.data;
  return {
    module,
    identity,
    revision: stored.revision,
    version: stored.version,
    confirmedVersion: stored.confirmed,
    ...decode(readMerged(stored.merged_br)),
    ...(stored.crm_record_id === undefined ? {} : { crmRecordId: stored.crm_record_id }),
    ...(stored.lease_token === undefined ? {} : { leaseToken: stored.lease_token }),
    ...(stored.lease_until === undefined ? {} : { leaseUntilMs: stored.lease_until }),
    ...(stored.unsettled_until === undefined ? {} : { unsettledUntilMs: stored.unsettled_until }),
  };
}

function encode({ fields, appended, creator }: Head): MergedPart {
  const events: MergedPart['events'] = [];
  const numbers = new Map<string, number>();
  const numberOf = ({ event, occurredAt, trust }: HeadValue): number => {
    // One event's values share time and trust; should they ever differ, each is kept as it is.
    const id = `${event} ${occurredAt} ${trust}`;
    const number = numbers.get(id) ?? events.push({ k: event, o: occurredAt, t: trust }) - 1;
    numbers.set(id, number);
    return number;
  };
  const encodeValue = (value: HeadValue): ValueItem => ({
    v: value.value,
    e: numberOf(value),
    n: value.version,
  });
  return {
    events,
    fields: mapValues(fields, (field) => ({
      ...encodeValue(field),
      ...(field.replaced === undefined ? {} : { r: field.replaced.map(encodeValue) }),
    })),
    ...(appended === undefined
      ? {}
      : { appended: mapValues(appended, (values) => values.map(encodeValue)) }),
    ...(creator === undefined ? {} : { creator }),
  };
}

function decode(merged: MergedPart): Pick<Head, 'fields' | 'appended' | 'creator'> {
  const decodeValue = ({ v: value, e, n: version }: ValueItem): HeadValue => {
    const event = merged.events[e];
    if (event === undefined) throw unreadable(new Error('it names no such event'));
    return { value, occurredAt: event.o, trust: event.t, event: event.k, version };
  };
  return {
    fields: mapValues(
      merged.fields,
      (field): HeadField => ({
        ...decodeValue(field),
        ...(field.r === undefined ? {} : { replaced: field.r.map(decodeValue) }),
      }),
    ),
    ...(merged.appended === undefined
      ? {}
      : { appended: mapValues(merged.appended, (values) => values.map(decodeValue)) }),
    ...(merged.creator === undefined ? {} : { creator: merged.creator }),
  };
}

function readMerged(compressed: Uint8Array): MergedPart {
  try {
    return mergedPart.parse(fromCompactJson(compressed));
  } catch (error) {
    throw unreadable(error);
  }
}

function mapValues<From, To>(
  values: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

function unreadable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError('The identity record', cause);
}
