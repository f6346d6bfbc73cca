import type { AuditEntry } from '../../core/audit.ts';
import type { HoldfastConfig } from '../../core/config.ts';
import type { EventRecord, RawPayload } from '../../core/event-record.ts';
import { identifiersOf, identityNamesOf } from '../../core/identity.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import type { BodyShelf } from '../../core/ports/erasure.ts';
import type { IdentityLinks, IdentityStore } from '../../core/ports/identities.ts';
import type { StoredItem, StoreScanner } from '../../core/ports/store-scan.ts';
import { inParallel } from '../in-parallel.ts';
import { nameTrail } from '../lookup/name-trail.ts';
import type { PersonName } from './person.ts';

/** One reading of an event: at first, anew, or with its details. */
export interface GatheredReading {
  readonly remappedAs?: string;
  readonly normalized: NormalizedEvent;
  /** Whom it names. */
  readonly identifiers: readonly PersonName[];
}

/** Everything that lies under one event's key. */
export interface GatheredEvent {
  readonly key: string;
  /** Absent where its acceptance was interrupted before the state was written. */
  readonly record?: EventRecord;
  /** Requests under this key: more than one where it came again with other content. */
  readonly requests: readonly { readonly raw?: RawPayload; readonly archivedAt?: string }[];
  /** What the sender's API answered. */
  readonly details: readonly { readonly answers?: Uint8Array; readonly archivedAt?: string }[];
  readonly readings: readonly GatheredReading[];
  readonly history: readonly AuditEntry[];
  readonly payloadHashes: readonly string[];
  /** Stored items, the state among them. */
  readonly items: number;
  /** Identities, and names that have become other names of one, under which it is listed. */
  readonly listedUnder: readonly string[];
}

/** Events by their keys. */
export interface GatheredEvents {
  readonly events: readonly GatheredEvent[];
  /** Keys under which nothing is stored any more. */
  readonly absent: readonly string[];
}

const AT_A_TIME = 8;

/**
 * Reads all that lies under some keys, and finds where these events are listed.
 *
 * @throws {StoreUnavailableError}
 */
export async function gatherEvents(
  keys: readonly string[],
  { config, pepper }: { readonly config: HoldfastConfig; readonly pepper: string },
  ports: {
    readonly items: Pick<StoreScanner, 'readEvent'>;
    readonly identities: Pick<IdentityStore, 'read'> & IdentityLinks;
    readonly bodies: Pick<BodyShelf, 'read'>;
  },
): Promise<GatheredEvents> {
  const { module } = config.zoho;
  const all = await inParallel(keys, AT_A_TIME, async (key) =>
    gather(key, await ports.items.readEvent(key)),
  );
  const events: GatheredEvent[] = [];
  const listed = new Map<string, ReadonlySet<string>>();
  for (const event of all.filter(({ items }) => items > 0)) {
    const names = event.readings.flatMap(({ normalized }) =>
      identityNamesOf(normalized, config.identity.order, pepper),
    );
    const listedUnder = new Set<string>();
    for (const name of new Set(names)) {
      for (const each of await nameTrail(module, name, ports.identities)) {
        const known =
          listed.get(each) ?? new Set(await ports.identities.linkedEvents(module, each));
        listed.set(each, known);
        if (known.has(event.key)) listedUnder.add(each);
      }
    }
    events.push({ ...event, listedUnder: [...listedUnder] });
  }
  return { events, absent: all.filter((event) => event.items === 0).map(({ key }) => key) };
}

function gather(key: string, items: readonly StoredItem[]): GatheredEvent {
  const record = items.flatMap((item) => (item.kind === 'record' ? [item.record] : []))[0];
  return {
    key,
    ...(record === undefined ? {} : { record }),
    requests: items.flatMap((item) => (item.kind === 'request' ? [item] : [])),
    details: items.flatMap((item) => (item.kind === 'details' ? [item] : [])),
    readings: items.flatMap((item) => (item.kind === 'reading' ? [readingOf(item)] : [])),
    history: items.flatMap((item) => (item.kind === 'history' ? [item.entry] : [])),
    payloadHashes: [
      ...new Set(items.flatMap((item) => ('payloadHash' in item ? [item.payloadHash] : []))),
    ],
    items: items.length,
    listedUnder: [],
  };
}

function readingOf({
  remappedAs,
  normalized,
}: Extract<StoredItem, { kind: 'reading' }>): GatheredReading {
  const { email, external_id: externalId, phone } = identifiersOf(normalized);
  return {
    ...(remappedAs === undefined ? {} : { remappedAs }),
    normalized,
    identifiers: [
      ...(email === undefined ? [] : [{ kind: 'email', value: email } as const]),
      ...(phone === undefined ? [] : [{ kind: 'phone', value: phone } as const]),
      ...(externalId === undefined ? [] : [{ kind: 'external_id', value: externalId } as const]),
    ],
  };
}
