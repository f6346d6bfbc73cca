/**
 * Finds everything that is kept of one person.
 *
 * ```
 * what was named ──► names (pepper) ──► identity ──► its events            what was delivered
 *       │                                   ▲            │
 *       └──► all items, by what they say ──► events ─────┘                 what was not: held, quarantined,
 *                                                                          suppressed, unreadable, conflicting
 * ```
 *
 * An identity is one record in the CRM, so all its events are the person's. Nothing else is inferred: another address
 * that the person used is reported, not followed, and a shared telephone number makes nobody the same.
 */
import type { HoldfastConfig } from '../../core/config.ts';
import type { EventRecord } from '../../core/event-record.ts';
import type { Head } from '../../core/head.ts';
import { keyedHash } from '../../core/identity.ts';
import type { BodyShelf } from '../../core/ports/erasure.ts';
import type { IdentityLinks, IdentityStore } from '../../core/ports/identities.ts';
import type { StoreScanner } from '../../core/ports/store-scan.ts';
import type { Clock } from '../../core/ports/world.ts';
import { isBare } from '../../core/tombstone.ts';
import { findByContent, type ContentFound, type SearchProgress } from './find-by-content.ts';
import { gatherEvents, type GatheredEvent } from './gather-events.ts';
import { nameTrail } from '../lookup/name-trail.ts';
import type { PacePorts } from '../lookup/paced-scan.ts';
import { identifiersNamed, namesOfPerson, type PersonName } from './person.ts';

/** What finding a person needs of the world. It only reads. */
export interface FindPersonPorts extends PacePorts {
  readonly items: StoreScanner;
  readonly identities: Pick<IdentityStore, 'read'> & IdentityLinks;
  /** The bodies in the bucket. */
  readonly bodies: Pick<BodyShelf, 'list' | 'read'>;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
}

/** Who is looked for, and by what settings. */
export interface PersonSearch {
  readonly names: readonly PersonName[];
  readonly config: HoldfastConfig;
  readonly pepper: string;
  /** Sees every write that was answered before; costs twice as much. */
  readonly consistent?: boolean;
}

/** A CRM record of the person: not Holdfast's to delete. */
export interface CrmRecordRef {
  readonly module: string;
  readonly recordId: string;
}

/** Everything that is kept of a person. */
export interface FoundPerson {
  readonly names: readonly PersonName[];
  /** The events to be erased, by when they were received. */
  readonly events: readonly GatheredEvent[];
  /** Merged states that hold something. */
  readonly heads: readonly Head[];
  /** All identities of the person, bare ones and those without a HEAD among them. */
  readonly identities: readonly string[];
  /** Links of events that have expired, or were erased before; of the others they go with their events. */
  readonly deadLinks: readonly string[];
  readonly submitters: readonly { readonly source: string; readonly personHash: string }[];
  /** Bodies in the bucket that no item points to. */
  readonly looseBodies: readonly string[];
  /** Keys of erased events beside whose tombstones something lies: an erasure, or a refused repetition, was interrupted. */
  readonly leftovers: readonly string[];
  readonly crmRecords: readonly CrmRecordRef[];
  /** What else stands for the person in these events, and was not named. */
  readonly otherNames: readonly PersonName[];
  /** Events of somebody else with the same telephone number: not touched. */
  readonly sharing: readonly string[];
  /** Events of somebody else in whose request, or details, the person's address stands: not touched. */
  readonly mentions: readonly string[];
  /** Items that could not be read, and so not be looked into. */
  readonly damaged: readonly string[];
  /** Stored items that were looked at. */
  readonly items: number;
}

/** An identity's events name more of them; chains are short. */
const ROUNDS_MAX = 20;

/**
 * Looks at everything that is stored.
 *
 * @param report is told how far the search has come
 * @throws {StoreUnavailableError}
 */
export async function findPerson(
  search: PersonSearch,
  ports: FindPersonPorts,
  report: (progress: SearchProgress) => void = () => undefined,
): Promise<FoundPerson> {
  const { names, config, pepper } = search;
  const named = identifiersNamed(names);
  const content = await findByContent(search, ports, report);
  const identities = new Set<string>(content.identities);
  const keys = new Set<string>([...valuesOf(names, 'lead'), ...content.keys]);
  const events = new Map<string, GatheredEvent>();
  const absent = new Set<string>();
  const { module } = config.zoho;
  const typed = namesOfPerson(names, config, pepper);
  for (const name of typed) {
    for (const each of await nameTrail(module, name, ports.identities)) identities.add(each);
  }

  const asked = new Set<string>();
  const linked = new Set<string>();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    for (const identity of identities) {
      if (asked.has(identity)) continue;
      asked.add(identity);
      for (const key of await ports.identities.linkedEvents(module, identity)) {
        keys.add(key);
        linked.add(key);
      }
    }
    const news = [...keys].filter((key) => !events.has(key) && !absent.has(key));
    if (news.length === 0) break;
    const gathered = await gatherEvents(news, search, ports);
    for (const event of gathered.events) events.set(event.key, event);
    for (const key of gathered.absent) absent.add(key);
    for (const { listedUnder } of gathered.events) {
      for (const name of listedUnder) identities.add(name);
    }
  }

  const heads = await readHeads(module, [...identities], ports);
  const found = [...events.values()];
  const live = found.filter(({ record }) => record?.state !== 'erased');
  const hashes = new Set(
    emailsOf(found, named.emails).map((each) => keyedHash(pepper, 'email', each)),
  );
  // An interrupted erasure leaves this, too.
  const known = new Set([...events.keys(), ...content.leftovers]);
  return {
    names,
    events: live.toSorted((left, right) => (receivedAt(left) < receivedAt(right) ? -1 : 1)),
    heads: heads.filter((head) => !isBare(head)),
    identities: [...identities],
    deadLinks: [...linked].filter(
      (key) => absent.has(key) || events.get(key)?.record?.state === 'erased',
    ),
    submitters: content.submitters
      .filter(({ personHash, key }) => hashes.has(personHash) || known.has(key))
      .map(({ source, personHash }) => ({ source, personHash })),
    looseBodies: looseBodiesOf(content, found),
    leftovers: content.leftovers,
    crmRecords: crmRecordsOf(heads, live),
    otherNames: otherNamesOf(found, names),
    sharing: content.sharing.filter((key) => !events.has(key)),
    mentions: content.mentions.filter((key) => !events.has(key) && !content.sharing.includes(key)),
    damaged: content.damaged,
    items: content.items,
  };
}

/**
 * What is kept of single leads, and where they are listed: not of all that their person has sent.
 *
 * @throws {StoreUnavailableError}
 */
export async function foundLeads(
  keys: readonly string[],
  search: Pick<PersonSearch, 'config' | 'pepper'>,
  ports: FindPersonPorts,
): Promise<FoundPerson> {
  const { events } = await gatherEvents(keys, search, ports);
  const identities = [...new Set(events.flatMap(({ listedUnder }) => listedUnder))];
  const heads = await readHeads(search.config.zoho.module, identities, ports);
  return {
    names: keys.map((value) => ({ kind: 'lead', value })),
    events,
    heads: heads.filter((head) => !isBare(head)),
    identities,
    deadLinks: [],
    submitters: [],
    looseBodies: [],
    leftovers: [],
    crmRecords: crmRecordsOf(heads, events),
    otherNames: [],
    sharing: [],
    mentions: [],
    damaged: [],
    items: events.reduce((sum, { items }) => sum + items, 0),
  };
}

/** Whether anything is kept of the person that an erasure takes away. */
export function isAnythingLeft(found: FoundPerson): boolean {
  const { events, heads, deadLinks, submitters, looseBodies, leftovers } = found;
  return [events, heads, deadLinks, submitters, looseBodies, leftovers].some(
    (each) => each.length > 0,
  );
}

async function readHeads(
  module: string,
  identities: readonly string[],
  ports: FindPersonPorts,
): Promise<readonly Head[]> {
  const heads: Head[] = [];
  for (const identity of identities) {
    const entry = await ports.identities.read(module, identity);
    if (entry?.kind === 'head') heads.push(entry.head);
  }
  return heads;
}

function valuesOf(names: readonly PersonName[], kind: PersonName['kind']): readonly string[] {
  return names.filter((name) => name.kind === kind).map(({ value }) => value);
}

function receivedAt({ record, key }: GatheredEvent): string {
  return `${record?.receivedAt ?? ''} ${key}`;
}

function emailsOf(events: readonly GatheredEvent[], named: ReadonlySet<string>): readonly string[] {
  const said = events.flatMap(({ readings }) =>
    readings.flatMap(({ normalized }) => normalized.identity.email ?? []),
  );
  return [...new Set([...named, ...said])];
}

/** The name of a body holds the fingerprint of what it came with: a repeated request left it. */
function looseBodiesOf(
  { looseBodies }: ContentFound,
  events: readonly GatheredEvent[],
): readonly string[] {
  const hashes = new Set(events.flatMap(({ payloadHashes }) => payloadHashes));
  return looseBodies
    .filter(({ pointer, speaks }) => speaks || [...hashes].some((hash) => pointer.includes(hash)))
    .map(({ pointer }) => pointer);
}

function crmRecordsOf(
  heads: readonly Head[],
  events: readonly { readonly record?: EventRecord }[],
): readonly CrmRecordRef[] {
  const refs = [
    ...heads.flatMap(({ module, crmRecordId: recordId }) =>
      recordId === undefined ? [] : [{ module, recordId }],
    ),
    ...events.flatMap(({ record }) => {
      const { module, recordId = '' } = record?.crm ?? {};
      return module === undefined || recordId === '' ? [] : [{ module, recordId }];
    }),
  ];
  return [...new Map(refs.map((ref) => [`${ref.module} ${ref.recordId}`, ref])).values()];
}

function otherNamesOf(
  events: readonly GatheredEvent[],
  names: readonly PersonName[],
): readonly PersonName[] {
  const known = new Set(names.map(({ kind, value }) => `${kind} ${value}`));
  const said = events.flatMap(({ readings }) => readings.flatMap(({ identifiers }) => identifiers));
  const others = said.filter(({ kind, value }) => !known.has(`${kind} ${value}`));
  return [...new Map(others.map((each) => [`${each.kind} ${each.value}`, each])).values()];
}
