/**
 * Finds leads by whatever somebody has of them.
 *
 * ```
 * what was typed ─► key, or the keys that the sources would have given ─► event ─┐
 *               ─► names, by the pepper ─────────────────────────────────────────┼─► person, with every
 *               ─► Zoho: whose record is it? ─► name ────────────────────────────┤   submission of it
 *               ─► those that have not ended, by the open index ─► event ────────┘
 * ```
 *
 * What ended without ever being linked to a person (a test lead, a spam trap), and numbers that stand beside an
 * e-mail address, are found by looking at everything alone: `scan-leads.ts`.
 */
import type { HoldfastConfig } from '../../core/config.ts';
import { eventKey } from '../../core/idempotency-key.ts';
import { type IdentifierKind, keyedName } from '../../core/identity.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { CrmOwners } from './crm-owner.ts';
import {
  createPeopleGatherer,
  type GatherPorts,
  type PeopleGatherer,
  type Person,
} from '../person/gather-people.ts';
import { inParallel } from '../in-parallel.ts';
import type { LeadQuery } from './lead-query.ts';
import { type LeadScanLimits, type LeadScanPorts, scanLeads } from './scan-leads.ts';
import { matchesQuery } from './match-lead.ts';
import { searchWaiting } from './search-waiting.ts';

/** What finding needs of the world. It only reads. */
export interface FindPorts extends GatherPorts, LeadScanPorts {
  readonly events: GatherPorts['events'] & Pick<EventStore, 'listOpen'>;
  readonly crm: CrmOwners;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
}

/** How thoroughly it is looked, and who looks on. */
export interface FindOptions {
  /** Is told how many of the leads that have not ended were looked at. */
  readonly onWaiting?: (looked: number) => void;
  /** Looks at everything that is stored, too, if `isWanted` says so: it is asked last, and told who was found. */
  readonly scan?: LeadScanLimits & { readonly isWanted: (isFound: boolean) => Promise<boolean> };
}

/** What finding needs to know. */
export interface FindSettings {
  readonly config: HoldfastConfig;
  /** The installation's secret for keyed hashes. */
  readonly pepper: string;
  /** Types of the events that a source sends, as far as they are known. */
  readonly eventTypesOf: (source: string) => readonly string[];
  /** Leads that have not ended are looked at up to here. */
  readonly waitingMax?: number;
}

/**
 * Where was looked.
 *
 * - `key`: under the key itself
 * - `sender_ids`: under the keys that the configured sources would have given it; `count` of them
 * - `names`: among the people that are known, by what was typed
 * - `crm`: in Zoho; `problem` when it could not be asked, or knows nothing
 * - `waiting`: at the leads that have not ended; `count` of them
 * - `store`: at everything that is stored; `count` items
 */
export interface Look {
  readonly place: 'key' | 'sender_ids' | 'names' | 'crm' | 'waiting' | 'store';
  readonly count?: number;
  /** There was more than was looked at. */
  readonly isCut?: boolean;
  readonly problem?: string;
}

/** Who was found, or where it was looked in vain. */
export interface LeadFinding {
  /** How what was typed was understood: the reading that found somebody, else the likeliest. */
  readonly query: LeadQuery;
  readonly people: readonly Person[];
  readonly looked: readonly Look[];
}

/** Two reads each: a matter of seconds, and less than a cent. */
const WAITING_MAX = 5_000;

const READS_AT_A_TIME = 10;

/**
 * Finds the leads that fit one of the readings of what was typed, and everything of the people they are of.
 *
 * @param queries readings of what was typed, the likeliest first, at least one; the first that finds
 *   somebody decides
 * @throws {StoreUnavailableError}
 */
export async function findLeads(
  queries: readonly LeadQuery[],
  ports: FindPorts,
  settings: FindSettings,
  { onWaiting, scan }: FindOptions = {},
): Promise<LeadFinding> {
  const gatherer = createPeopleGatherer(ports, settings);
  const looked: Look[] = [];
  let found: LeadQuery | undefined;
  for (const query of queries) {
    const isFound = await findDirectly(query, gatherer, looked, ports, settings);
    if (!isFound) continue;
    found = query;
    break;
  }

  const wanted = found === undefined ? queries : [found];
  const waiting = await searchWaiting(
    ({ record, event }) => {
      const query = wanted.find((each) => matchesQuery(each, record, event));
      found ??= query;
      return query !== undefined || (event !== undefined && gatherer.isOfThem(event));
    },
    settings.waitingMax ?? WAITING_MAX,
    ports,
    onWaiting,
  );
  for (const key of waiting.keys) await gatherer.addEvent(key);
  looked.push({ place: 'waiting', count: waiting.looked, ...cut(!waiting.isWhole) });

  if (scan !== undefined && (await scan.isWanted(found !== undefined))) {
    const { keys, names, items, isWhole, damaged } = await scanLeads(wanted, scan, ports);
    for (const name of names) await gatherer.addName(name);
    for (const key of keys) await gatherer.addEvent(key);
    const problem = damaged === 0 ? {} : { problem: `${damaged} of them could not be read` };
    looked.push({ place: 'store', count: items, ...cut(!isWhole), ...problem });
  }
  return { query: found ?? firstOf(queries), people: await gatherer.people(), looked };
}

async function findDirectly(
  query: LeadQuery,
  gatherer: PeopleGatherer,
  looked: Look[],
  ports: FindPorts,
  settings: FindSettings,
): Promise<boolean> {
  switch (query.kind) {
    case 'key':
      looked.push({ place: 'key' });
      return await gatherer.addEvent(query.key);
    case 'name':
      looked.push({ place: 'names' });
      return await gatherer.addName(query.name);
    case 'email':
      looked.push({ place: 'names' });
      return await addIdentifiers('email', [query.email], gatherer, settings);
    case 'phone':
      looked.push({ place: 'names' });
      return await addIdentifiers('phone', query.phones, gatherer, settings);
    case 'provider-id':
      return await findByProviderId(query.id, gatherer, looked, settings);
    case 'crm-id':
      return await findByRecord(query.recordId, gatherer, looked, ports, settings);
  }
}

async function addIdentifiers(
  kind: IdentifierKind,
  values: readonly string[],
  gatherer: PeopleGatherer,
  { pepper }: FindSettings,
): Promise<boolean> {
  let isFound = false;
  for (const value of values) {
    const isKnown = await gatherer.addName(keyedName(pepper, kind, value));
    isFound ||= isKnown;
  }
  return isFound;
}

/** The sender's id of a submission, or of a person. */
async function findByProviderId(
  id: string,
  gatherer: PeopleGatherer,
  looked: Look[],
  settings: FindSettings,
): Promise<boolean> {
  const sources = Object.keys(settings.config.sources);
  const keys = sources.flatMap((source) =>
    settings
      .eventTypesOf(source)
      .flatMap((type) => [type, `${type}.spam_trap`])
      .map((type) => eventKey(source, type, id)),
  );
  const known = await inParallel(keys, READS_AT_A_TIME, gatherer.leadOf);
  looked.push({ place: 'sender_ids', count: keys.length });
  let isFound = false;
  for (const lead of known) {
    if (lead === undefined) continue;
    await gatherer.addEvent(lead.record.key);
    isFound = true;
  }
  // Ids of people belong to their source.
  looked.push({ place: 'names' });
  const people = [id, ...sources.map((source) => `${source}:person:${id}`)];
  return (await addIdentifiers('external_id', people, gatherer, settings)) || isFound;
}

async function findByRecord(
  recordId: string,
  gatherer: PeopleGatherer,
  looked: Look[],
  { crm }: FindPorts,
  settings: FindSettings,
): Promise<boolean> {
  const owner = await crm.ownerOf(recordId);
  switch (owner.kind) {
    case 'no_record':
      looked.push({ place: 'crm', problem: 'Zoho has no such record, or hides it' });
      return false;
    case 'unreachable':
      looked.push({ place: 'crm', problem: owner.why });
      return false;
    case 'owner': {
      const { identity, email } = owner;
      if (identity !== undefined && (await gatherer.addName(identity))) {
        looked.push({ place: 'crm' });
        return true;
      }
      const isFound =
        email !== undefined && (await addIdentifiers('email', [email], gatherer, settings));
      looked.push({
        place: 'crm',
        ...(isFound ? {} : { problem: 'the record names nobody who is known here' }),
      });
      return isFound;
    }
  }
}

function cut(isCut: boolean): Pick<Look, 'isCut'> {
  return isCut ? { isCut } : {};
}

function firstOf(queries: readonly LeadQuery[]): LeadQuery {
  const [first] = queries;
  if (first === undefined) throw new Error('There is nothing to look for');
  return first;
}
