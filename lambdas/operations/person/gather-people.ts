import type { HoldfastConfig } from '../../core/config.ts';
import type { Head } from '../../core/head.ts';
import { identityNamesOf } from '../../core/identity.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import type { IdentityLinks, IdentityStore } from '../../core/ports/identities.ts';
import { type FollowedName, followName } from '../lookup/follow-name.ts';
import { inParallel } from '../in-parallel.ts';
import { type LeadReadPorts, readStoredLead, type StoredLead } from '../lookup/stored-lead.ts';

/** A person, or what is known to be one: everybody whose submissions go into one record. */
export interface Person {
  /** Absent where no submission names anybody. */
  readonly identity?: string;
  /** The merged state; absent where nothing has been delivered yet. */
  readonly head?: Head;
  /** Oldest first. */
  readonly leads: readonly StoredLead[];
  /** Older submissions that were not read. */
  readonly older: number;
}

/** What gathering needs of the world. It only reads. */
export interface GatherPorts extends LeadReadPorts {
  readonly identities: Pick<IdentityStore, 'read'> & Pick<IdentityLinks, 'linkedEvents'>;
}

/** What gathering needs to know. */
export interface GatherSettings {
  readonly config: HoldfastConfig;
  /** The installation's secret for keyed hashes. */
  readonly pepper: string;
}

/** Gathers the people that lookups come upon, each once, with all of their submissions. */
export interface PeopleGatherer {
  /** @returns whether anything is stored under a name; its person is gathered if so */
  addName(name: string): Promise<boolean>;
  /** @returns whether there is such an event; its person is gathered if so */
  addEvent(key: string): Promise<boolean>;
  /** What is stored of an event, read once. */
  readonly leadOf: (key: string) => Promise<StoredLead | undefined>;
  /** Whether an event is of somebody who was gathered, by the names that it carries. */
  isOfThem(event: NormalizedEvent): boolean;
  /** Whoever was gathered. */
  people(): Promise<readonly Person[]>;
}

/** Submissions of one person that are read: somebody who tests a form may have sent thousands. */
const LEADS_OF_A_PERSON_MAX = 200;

const READS_AT_A_TIME = 10;

interface Gathered {
  readonly followed?: FollowedName;
  /** Of the person's events. */
  readonly keys: Set<string>;
}

/**
 * Builds a gatherer.
 *
 * @throws {StoreUnavailableError} from each method that reads
 */
export function createPeopleGatherer(
  ports: GatherPorts,
  { config, pepper }: GatherSettings,
): PeopleGatherer {
  const { identities } = ports;
  const { module } = config.zoho;
  const leads = new Map<string, Promise<StoredLead | undefined>>();
  const gathered = new Map<string, Gathered>();
  const known = new Set<string>();
  const namesOf = (event: NormalizedEvent) => identityNamesOf(event, config.identity.order, pepper);

  const leadOf = async (key: string): Promise<StoredLead | undefined> => {
    const reading = leads.get(key) ?? readStoredLead(key, ports);
    leads.set(key, reading);
    return await reading;
  };

  const gather = async (followed: FollowedName): Promise<Gathered> => {
    const { identity } = followed;
    const before = gathered.get(identity);
    if (before !== undefined) return before;
    const linked = await identities.linkedEvents(module, identity);
    const person = { followed, keys: new Set(linked) };
    gathered.set(identity, person);
    known.add(identity);
    // What its submissions say are names of the same person.
    for (const lead of await inParallel(newest(linked), READS_AT_A_TIME, leadOf)) {
      if (lead?.event !== undefined) for (const name of namesOf(lead.event)) known.add(name);
    }
    return person;
  };

  const addName = async (name: string): Promise<boolean> => {
    const followed = await followName(module, name, identities);
    // Its HEAD may not be stored yet; then it is a person all the same, if events are linked to it.
    const person = followed ?? { identity: name };
    if (followed === undefined && (await identities.linkedEvents(module, name)).length === 0) {
      return false;
    }
    await gather(person);
    known.add(name);
    return true;
  };

  const addEvent = async (key: string): Promise<boolean> => {
    const lead = await leadOf(key);
    if (lead === undefined) return false;
    const names = lead.event === undefined ? [] : namesOf(lead.event);
    const [strongest] = names;
    if (strongest === undefined) {
      gathered.set(`event ${key}`, { keys: new Set([key]) });
      return true;
    }
    let followed: FollowedName | undefined;
    for (const name of names) followed ??= await followName(module, name, identities);
    (await gather(followed ?? { identity: strongest })).keys.add(key);
    for (const name of names) known.add(name);
    return true;
  };

  const personOf = async ({ followed = {}, keys }: PersonParts): Promise<Person> => {
    const all = [...keys];
    const shown = newest(all);
    const read = await inParallel(shown, READS_AT_A_TIME, leadOf);
    return {
      ...followed,
      leads: read.filter((lead) => lead !== undefined).toSorted(byTime),
      older: all.length - shown.length,
    };
  };

  return {
    addName,
    addEvent,
    leadOf,
    isOfThem: (event) => namesOf(event).some((name) => known.has(name)),
    people: async () => await inParallel([...gathered.values()], 1, personOf),
  };
}

interface PersonParts {
  readonly followed?: Partial<FollowedName>;
  readonly keys: ReadonlySet<string>;
}

function newest(keys: readonly string[]): readonly string[] {
  return keys.slice(-LEADS_OF_A_PERSON_MAX);
}

function byTime({ record: left }: StoredLead, { record: right }: StoredLead): number {
  return `${left.receivedAt} ${left.key}` < `${right.receivedAt} ${right.key}` ? -1 : 1;
}
