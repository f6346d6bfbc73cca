import type { AuditEntry } from '../core/audit.ts';
import type { HoldfastConfig } from '../core/config.ts';
import type { EventRecord, RawPayload } from '../core/event-record.ts';
import { identifiersOf, identityNamesOf } from '../core/identity.ts';
import type { NormalizedEvent } from '../core/lead-event.ts';
import type { BodyShelf } from '../core/ports/erasure.ts';
import type { IdentityLinks, IdentityStore } from '../core/ports/identities.ts';
import type { StoredItem, StoreScanner } from '../core/ports/store-scan.ts';
import { followName } from './follow-name.ts';
import { inParallel } from './in-parallel.ts';
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
}

/** Events by their keys, and the identities that list them. */
export interface GatheredEvents {
  readonly events: readonly GatheredEvent[];
  /** Keys under which nothing is stored any more. */
  readonly absent: readonly string[];
  readonly identities: readonly string[];
}

const AT_A_TIME = 8;

/**
 * Reads all that lies under some keys, and finds the identities that these events were delivered for.
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
  const events = all.filter((event) => event.items > 0);
  const identities = new Set<string>();
  const listed = new Map<string, ReadonlySet<string>>();
  for (const { key, readings } of events) {
    const names = readings.flatMap(({ normalized }) =>
      identityNamesOf(normalized, config.identity.order, pepper),
    );
    for (const name of new Set(names)) {
      const root = (await followName(module, name, ports.identities))?.identity ?? name;
      const known = listed.get(root) ?? new Set(await ports.identities.linkedEvents(module, root));
      listed.set(root, known);
      if (known.has(key)) identities.add(root);
    }
  }
  return {
    events,
    absent: all.filter((event) => event.items === 0).map(({ key }) => key),
    identities: [...identities],
  };
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
