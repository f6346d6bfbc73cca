import type { HoldfastConfig } from '../../core/config.ts';
import { identifiersOf } from '../../core/identity.ts';
import type { Head } from '../../core/head.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import type { BodyShelf } from '../../core/ports/erasure.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { StoredItem, StoreScanner } from '../../core/ports/store-scan.ts';
import { type Mention, mentionIn } from './mentions.ts';
import { type PacePorts, scanPaced } from '../lookup/paced-scan.ts';
import { type Identifiers, identifiersNamed, matchOf, type PersonName } from './person.ts';

/** How far a search has come. */
export interface SearchProgress {
  readonly items: number;
  readonly readUnits: number;
}

/** What a look at everything that is stored has found. */
export interface ContentFound {
  /** Events that speak of the person. */
  readonly keys: readonly string[];
  /** Identities that hold the person's address, or belong to the CRM record that was named. */
  readonly identities: readonly string[];
  /** Everybody who submitted to a source that watches for repeated addresses. */
  readonly submitters: readonly Extract<StoredItem, { kind: 'submitter' }>[];
  /** Bodies in the bucket that no item points to, and whether they speak of the person. */
  readonly looseBodies: readonly { readonly pointer: string; readonly speaks: boolean }[];
  readonly leftovers: readonly string[];
  readonly sharing: readonly string[];
  readonly mentions: readonly string[];
  readonly damaged: readonly string[];
  readonly items: number;
}

interface ContentPorts extends PacePorts {
  readonly items: StoreScanner;
  readonly bodies: Pick<BodyShelf, 'list' | 'read'>;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
}

/**
 * Intake stores a body before the item that points to it, and has 10 s for both: one that was stored later than this before
 * the search may belong to a place that the search has passed. The rest is for clocks that differ.
 */
const MAY_COME_IN_MS = 5 * 60_000;

interface ContentSearch {
  readonly names: readonly PersonName[];
  readonly config: HoldfastConfig;
  readonly consistent?: boolean;
}

/** What the visit of all items gathers. */
interface Gathering {
  readonly named: Identifiers;
  readonly crmRecords: ReadonlySet<string>;
  readonly keys: Set<string>;
  readonly identities: Set<string>;
  readonly submitters: Extract<StoredItem, { kind: 'submitter' }>[];
  /** Requests and answers that speak of the person, by event: what was read of them decides. */
  readonly mentioned: Map<string, Mention>;
  readonly sharing: Set<string>;
  readonly tombstones: Set<string>;
  /** Events with payloads whose state has not been met yet; states come last in their partition. */
  readonly pending: Set<string>;
  readonly leftovers: Set<string>;
  readonly pointers: Set<string>;
  readonly damaged: string[];
}

/**
 * Looks at all that is stored, and into it: readings by their identifiers, requests and answers by what they say.
 *
 * @throws {StoreUnavailableError}
 */
export async function findByContent(
  { names, consistent = false }: ContentSearch,
  ports: ContentPorts,
  report: (progress: SearchProgress) => void,
): Promise<ContentFound> {
  const gathering = newGathering(names);
  const settledByMs = ports.clock.nowMs() - MAY_COME_IN_MS;
  let items = 0;
  await scanPaced(
    async (part) => await ports.items.scanStore({ ...part, consistent }),
    Number.POSITIVE_INFINITY,
    ports,
    async (page, readUnits) => {
      for (const item of page.items) await visit(item, gathering, ports);
      items += page.items.length;
      report({ items, readUnits });
    },
  );
  const { keys, identities, submitters, sharing, leftovers, damaged } = gathering;
  const mentions = await settleMentions(gathering, ports);
  return {
    keys: [...keys],
    identities: [...identities],
    submitters,
    looseBodies: await findLooseBodies(gathering, settledByMs, ports),
    leftovers: [...leftovers],
    sharing: [...sharing],
    mentions,
    damaged,
    items,
  };
}

function newGathering(names: readonly PersonName[]): Gathering {
  return {
    named: identifiersNamed(names),
    crmRecords: new Set(
      names.filter(({ kind }) => kind === 'crm_record').map(({ value }) => value),
    ),
    keys: new Set(),
    identities: new Set(),
    submitters: [],
    mentioned: new Map(),
    sharing: new Set(),
    tombstones: new Set(),
    pending: new Set(),
    leftovers: new Set(),
    pointers: new Set(),
    damaged: [],
  };
}

async function visit(item: StoredItem, gathering: Gathering, ports: ContentPorts): Promise<void> {
  switch (item.kind) {
    case 'record': {
      const { key, state, crm } = item.record;
      if (state === 'erased') noteTombstone(key, gathering);
      gathering.pending.delete(key);
      if (crm !== undefined && gathering.crmRecords.has(crm.recordId)) gathering.keys.add(key);
      return;
    }
    case 'reading':
      notePayload(item.key, gathering);
      noteReading(item.key, item.normalized, gathering);
      return;
    case 'request':
    case 'details':
      notePayload(item.key, gathering);
      await noteBody(item, gathering, ports);
      return;
    case 'history':
      notePayload(item.key, gathering);
      return;
    case 'head':
      if (isOfPerson(item.head, gathering)) gathering.identities.add(item.head.identity);
      return;
    case 'submitter':
      gathering.submitters.push(item);
      return;
    case 'damaged':
      gathering.damaged.push(item.ref);
      return;
    case 'alias':
    case 'link':
    case 'other':
      return;
  }
}

/** Whatever lies beside a tombstone was left there by an interruption, whoever it speaks of. */
function noteTombstone(key: string, { tombstones, pending, leftovers }: Gathering): void {
  tombstones.add(key);
  if (pending.has(key)) leftovers.add(key);
}

function notePayload(key: string, { tombstones, pending, leftovers }: Gathering): void {
  if (tombstones.has(key)) leftovers.add(key);
  else pending.add(key);
}

function noteReading(key: string, event: NormalizedEvent, gathering: Gathering): void {
  const match = matchOf(event, gathering.named);
  if (match === 'shared') gathering.sharing.add(key);
  else if (match !== undefined) gathering.keys.add(key);
}

async function noteBody(
  item: Extract<StoredItem, { kind: 'request' | 'details' }>,
  { named, mentioned, pointers }: Gathering,
  { bodies }: ContentPorts,
): Promise<void> {
  let body: Uint8Array | undefined;
  if ('archivedAt' in item) {
    pointers.add(item.archivedAt);
    body = await bodies.read(item.archivedAt);
  } else {
    body = item.kind === 'request' ? item.raw.body : item.answers;
  }
  const mention = body === undefined ? undefined : mentionIn(body, named);
  if (mention !== undefined && mentioned.get(item.key) !== 'email') {
    mentioned.set(item.key, mention);
  }
}

function isOfPerson(head: Head, { named, crmRecords }: Gathering): boolean {
  const email = head.fields['email']?.value;
  return (
    (email !== undefined && named.emails.has(email)) ||
    (head.crmRecordId !== undefined && crmRecords.has(head.crmRecordId))
  );
}

/**
 * Decides about requests that speak of the person, where nothing that was read of them does.
 *
 * One that nobody could read, or in which nobody is named, is the person's if the e-mail address stands in it. One of
 * somebody else may quote an address; a number alone may be anybody's. Those are for a person to decide.
 */
async function settleMentions(
  { mentioned, keys, tombstones }: Gathering,
  ports: ContentPorts,
): Promise<readonly string[]> {
  const open: string[] = [];
  for (const [key, mention] of mentioned) {
    if (keys.has(key) || tombstones.has(key)) continue;
    const items = await ports.items.readEvent(key);
    const isNobodys = items.every(
      (item) => item.kind !== 'reading' || Object.keys(identifiersOf(item.normalized)).length === 0,
    );
    if (mention === 'email' && isNobodys) keys.add(key);
    else open.push(key);
  }
  return open;
}

async function findLooseBodies(
  { named, pointers }: Gathering,
  settledByMs: number,
  { bodies }: ContentPorts,
): Promise<ContentFound['looseBodies']> {
  const loose: { pointer: string; speaks: boolean }[] = [];
  let cursor: string | undefined;
  do {
    const page = await bodies.list(cursor);
    for (const { pointer, storedAtMs } of page.bodies) {
      if (pointers.has(pointer) || storedAtMs > settledByMs) continue;
      const body = await bodies.read(pointer);
      const speaks = body !== undefined && mentionIn(body, named) === 'email';
      loose.push({ pointer, speaks });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return loose;
}
