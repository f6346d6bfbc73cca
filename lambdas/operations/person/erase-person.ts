/**
 * Erases what was found of a person.
 *
 * ```
 * 1 each event becomes a tombstone       from here on, no claim, no repetition and no replay brings it back
 * 2 where it is listed is looked up      now: a delivery that was under way may have been its first
 * 3 its values leave the merged state    by compare-and-set, when nobody writes the record
 * 4 links, submitters, loose bodies go
 * 5 what lies beside its tombstone goes  last, since it tells where the rest is
 * 6 dead letters go
 * ```
 *
 * Interrupted anywhere, the next run finds the rest: what lies beside a tombstone is known by that alone, whoever is
 * looked for, and leads to the links and the merged state. So it stays as long as one of these could not be mended.
 */
import type { HoldfastConfig } from '../../core/config.ts';
import type { EventErasure, BodyShelf, StoreEraser } from '../../core/ports/erasure.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { IdentityLinks, IdentityStore } from '../../core/ports/identities.ts';
import type { StoreScanner } from '../../core/ports/store-scan.ts';
import type { Clock } from '../../core/ports/world.ts';
import { contentMark } from '../../core/tombstone.ts';
import { eraseIdentity } from './erase-identity.ts';
import type { FoundPerson } from './find-person.ts';
import { gatherEvents, type GatheredEvent } from './gather-events.ts';
import { inParallel } from '../in-parallel.ts';
import {
  type DeadLetterBrowser,
  type LetterRemoval,
  removeDeadLetters,
} from '../quarantine/remove-dead-letters.ts';

/** What erasing needs of the world. */
export interface ErasePorts {
  readonly events: Pick<EventStore, 'readRecord'>;
  readonly items: Pick<StoreScanner, 'readEvent'>;
  readonly identities: Pick<IdentityStore, 'read' | 'save'> & IdentityLinks;
  readonly eraser: StoreEraser;
  readonly bodies: Pick<BodyShelf, 'read' | 'remove'>;
  readonly deadLetters: DeadLetterBrowser;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
}

/** What an erasure came to. */
export interface ErasureResult {
  /** Keys of the events that are tombstones now. */
  readonly erased: readonly string[];
  /** Identities of which nothing is left, or nothing but what came meanwhile. */
  readonly identities: readonly string[];
  /** Keys of events that a consumer held all the time: not erased. */
  readonly inDelivery: readonly string[];
  /** Identities that somebody wrote all the time: not erased. */
  readonly inUse: readonly string[];
  /** Items and bodies that were deleted. */
  readonly removed: number;
  /** Absent where the dead-letter queue could not be looked through; that is nothing of the person, but keys. */
  readonly letters?: LetterRemoval;
}

/** What an erasure needs to know. */
export interface EraseSettings {
  readonly config: HoldfastConfig;
  readonly pepper: string;
  /**
   * Whether events that have expired keep their part of a merged state: where single leads go, and not all that is kept of
   * a person. `false` by default.
   */
  readonly expiredStay?: boolean;
}

/** Deliveries end within the consumer's time-out, and a crashed one's lease soon after: 90 s by default. */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 3_000;

const AT_A_TIME = 8;

/**
 * Erases a person. Waits up to two minutes for deliveries that are under way.
 *
 * @param report is told how many events and identities are done
 * @throws {StoreUnavailableError} what is done stays done; run it again
 */
export async function erasePerson(
  found: FoundPerson,
  { config, pepper, expiredStay = false }: EraseSettings,
  ports: ErasePorts,
  report: (done: number) => void = () => undefined,
): Promise<ErasureResult> {
  const { clock, eraser } = ports;
  const { module } = config.zoho;
  const untilMs = clock.nowMs() + PATIENCE_MS;
  let done = 0;
  let removed = 0;

  const outcomes = await inParallel(found.events, AT_A_TIME, async ({ key }) => {
    const outcome = await eraseEvent(key, pepper, untilMs, ports);
    report((done += 1));
    return { key, outcome };
  });
  const keysOf = (kind: EventErasure['kind']) =>
    outcomes.filter(({ outcome }) => outcome.kind === kind).map(({ key }) => key);

  const erased = new Set(keysOf('erased'));
  const ended = new Set([...erased, ...found.leftovers]);
  const { events: endedEvents } = await gatherEvents([...ended], { config, pepper }, ports);
  const own = new Set([
    ...found.identities,
    ...namesListing(endedEvents.filter(({ key }) => erased.has(key))),
  ]);
  const gone = new Set([...ended, ...found.deadLinks]);
  const inUse = new Set<string>();
  for (const identity of new Set([...own, ...namesListing(endedEvents)])) {
    // Of somebody else an erasure was interrupted: nobody has asked for what else is kept of that person.
    const whose = { module, identity, expiredStay: expiredStay || !own.has(identity) };
    if (!(await eraseIdentity(whose, untilMs, ports))) inUse.add(identity);
    else removed += await eraser.unlink(module, identity, gone);
    report((done += 1));
  }
  // What leads to a merged state that could not be mended is what the next run finds it by.
  const unfinished = new Set(
    endedEvents
      .filter(({ listedUnder }) => listedUnder.some((name) => inUse.has(name)))
      .map(({ key }) => key),
  );

  for (const { source, personHash } of found.submitters) {
    if (await eraser.forgetSubmitter(source, personHash)) removed += 1;
  }
  for (const pointer of found.looseBodies) {
    await ports.bodies.remove(pointer);
    removed += 1;
  }
  for (const key of ended) {
    if (!unfinished.has(key)) removed += await eraser.removePayloads(key);
  }
  // Only a quarantine sends letters: the queue need not be gone through for anything else.
  const reported = found.events.filter(
    ({ key, record }) => erased.has(key) && record?.quarantineId !== undefined,
  );
  const letters = await removeLetters(
    reported.map(({ key }) => key),
    ports,
  );
  return {
    erased: [...erased],
    identities: [...own].filter((identity) => !inUse.has(identity)),
    inDelivery: keysOf('in_delivery'),
    inUse: [...inUse],
    removed,
    ...(letters === undefined ? {} : { letters }),
  };
}

/** Whether everything that was found is gone. */
export function isErased({ inDelivery, inUse }: ErasureResult): boolean {
  return inDelivery.length === 0 && inUse.length === 0;
}

function namesListing(events: readonly GatheredEvent[]): readonly string[] {
  return events.flatMap(({ listedUnder }) => listedUnder);
}

async function eraseEvent(
  key: string,
  pepper: string,
  untilMs: number,
  { eraser, clock }: ErasePorts,
): Promise<EventErasure> {
  const markOf = (payloadHash: string): string => contentMark(payloadHash, pepper);
  for (;;) {
    const outcome = await eraser.eraseEvent(key, { markOf, nowMs: clock.nowMs() });
    if (outcome.kind === 'erased' || clock.nowMs() >= untilMs) return outcome;
    await clock.sleep(LOOK_EVERY_MS);
  }
}

async function removeLetters(
  keys: readonly string[],
  { deadLetters, clock }: ErasePorts,
): Promise<LetterRemoval | undefined> {
  if (keys.length === 0) return { removed: 0, isComplete: true };
  try {
    return await removeDeadLetters(
      { opened: new Map(), delivered: new Set(keys) },
      deadLetters,
      clock,
    );
  } catch {
    return undefined;
  }
}
