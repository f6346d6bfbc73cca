/**
 * Where everything lies in the one table. No key is built anywhere else.
 *
 * ```
 * EVT#<event key>             STATE, RAW#<hash>, DET#<hash>, NORM#<hash>, NORM#<hash>#<mapping version>,
 *                             AUD#<at>#<id>
 * IDN#<module>#<name>         HEAD (a merged state, or another name's identity), EVT#<occurred at>#<event key>
 * SRC#<source>                STATE (last event seen), FIELDS, SUBMITTER#<keyed hash>
 * MAP#<source>                <mapping version>
 * BRK#zoho, TOK#zoho          STATE
 * JRN#<month>                 <at>#<id> (what operators did)
 * ```
 */
import type { ItemKey } from './table-expression.ts';

const EVENT_PREFIX = 'EVT#';

/** Sort keys of an event's history begin with this. */
export const AUDIT_PREFIX = 'AUD#';

/** The breaker between all consumers and the CRM. */
export const BREAKER_KEY: ItemKey = { pk: 'BRK#zoho', sk: 'STATE' };

/** The shared access token. */
export const TOKEN_KEY: ItemKey = { pk: 'TOK#zoho', sk: 'STATE' };

/** The partition of everything that is kept of one event. */
export function eventPartition(key: string): string {
  return `${EVENT_PREFIX}${key}`;
}

/** The event that a partition belongs to. */
export function eventOfPartition(partition: string): string {
  return partition.slice(EVENT_PREFIX.length);
}

/** Where an event's state lies. */
export function stateKey(key: string): ItemKey {
  return { pk: eventPartition(key), sk: 'STATE' };
}

/**
 * Where an event's request lies. The content's hash is part of the key: a request that repeats the
 * key with other content is kept beside the first one and can never replace it.
 */
export function rawKey(key: string, payloadHash: string): ItemKey {
  return { pk: eventPartition(key), sk: `RAW#${payloadHash}` };
}

/** Where the answers lie with which an event was completed that had only been named. */
export function detailsKey(key: string, payloadHash: string): ItemKey {
  return { pk: eventPartition(key), sk: `DET#${payloadHash}` };
}

/**
 * Where a normalized event lies.
 *
 * @param remappedAs the mapping version under which it was read anew or completed; none: as it was read at first
 */
export function normalizedKey(key: string, payloadHash: string, remappedAs?: string): ItemKey {
  const version = remappedAs === undefined ? '' : `#${remappedAs}`;
  return { pk: eventPartition(key), sk: `NORM#${payloadHash}${version}` };
}

/** Where one entry of an event's history lies; entries sort by time. */
export function auditKey(key: string, at: string, id: string): ItemKey {
  return { pk: eventPartition(key), sk: `${AUDIT_PREFIX}${at}#${id}` };
}

/** Where it says what a name of an identity is: one item, so that one write decides it. */
export function identityKey(module: string, name: string): ItemKey {
  return { pk: `IDN#${module}#${name}`, sk: 'HEAD' };
}

/** Where an event is listed under its identity; events sort by when they occurred. */
export function identityEventKey(
  module: string,
  identity: string,
  occurredAt: string,
  key: string,
): ItemKey {
  return { pk: identityKey(module, identity).pk, sk: `EVT#${occurredAt}#${key}` };
}

/** The event that an identity's list names under this sort key. */
export function eventOfIdentityEvent(sortKey: string): string {
  return sortKey.slice(sortKey.indexOf('#', EVENT_PREFIX.length) + 1);
}

/** Where a source's last sign of life lies. */
export function sourceKey(source: string): ItemKey {
  return { pk: `SRC#${source}`, sk: 'STATE' };
}

/** Where it is kept which fields a source sends. */
export function sourceFieldsKey(source: string): ItemKey {
  return { pk: sourceKey(source).pk, sk: 'FIELDS' };
}

/** Where the first event of a person at a source is remembered. */
export function submitterKey(source: string, personHash: string): ItemKey {
  return { pk: `SRC#${source}`, sk: `SUBMITTER#${personHash}` };
}

/**
 * Where an operator's act lies: the acts of a month in one partition, sorted by time.
 *
 * @param at ISO 8601, UTC
 */
export function journalKey(at: string, id: string): ItemKey {
  return { pk: `JRN#${at.slice(0, 7)}`, sk: `${at}#${id}` };
}

/** Where a mapping version that was in use is kept; all of a source lie in one partition. */
export function mappingKey(source: string, version: string): ItemKey {
  return { pk: `MAP#${source}`, sk: version };
}
