/**
 * Erases what was found of a person.
 *
 * ```
 * 1 each event becomes a tombstone       from here on, no claim, no repetition and no replay brings it back
 * 2 its values leave the merged state    by compare-and-set, when nobody writes the record
 * 3 links, submitters, loose bodies go
 * 4 what lies beside its tombstone goes  last, since it tells where the rest is
 * 5 dead letters go
 * ```
 *
 * Interrupted anywhere, the next run finds the rest: what lies beside a tombstone is known by that alone, whoever is
 * looked for, and leads to the links and the merged state.
 */
import type { EventErasure, BodyShelf, StoreEraser } from '../core/ports/erasure.ts';
import type { EventStore } from '../core/ports/events.ts';
import type { IdentityStore } from '../core/ports/identities.ts';
import type { Clock } from '../core/ports/world.ts';
import { contentMark, eventsIn, headBusyUntilMs, headWithout, isBare } from '../core/tombstone.ts';
import type { FoundPerson } from './find-person.ts';
import { inParallel } from './in-parallel.ts';
import {
  type DeadLetterBrowser,
  type LetterRemoval,
  removeDeadLetters,
} from './remove-dead-letters.ts';

/** What erasing needs of the world. */
export interface ErasePorts {
  readonly events: Pick<EventStore, 'readRecord'>;
  readonly identities: Pick<IdentityStore, 'read' | 'save'>;
  readonly eraser: StoreEraser;
  readonly bodies: Pick<BodyShelf, 'remove'>;
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
  readonly pepper: string;
  /** The module of the CRM that the merged states are of. */
  readonly module: string;
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
const SAVE_TRIES_MAX = 20;

/**
 * Erases a person. Waits up to two minutes for deliveries that are under way.
 *
 * @param report is told how many events and identities are done
 * @throws {StoreUnavailableError} what is done stays done; run it again
 */
export async function erasePerson(
  found: FoundPerson,
  { pepper, module, expiredStay = false }: EraseSettings,
  ports: ErasePorts,
  report: (done: number) => void = () => undefined,
): Promise<ErasureResult> {
  const { clock, eraser } = ports;
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

  const inUse: string[] = [];
  const gone = new Set([...keysOf('erased'), ...found.deadLinks, ...found.leftovers]);
  for (const identity of found.identities) {
    const whose = { module, identity, expiredStay };
    if (!(await eraseIdentity(whose, untilMs, ports))) inUse.push(identity);
    removed += await eraser.unlink(module, identity, gone);
    report((done += 1));
  }

  for (const [name, keys] of found.strayLinks) removed += await eraser.unlink(module, name, keys);
  for (const { source, personHash } of found.submitters) {
    if (await eraser.forgetSubmitter(source, personHash)) removed += 1;
  }
  for (const pointer of found.looseBodies) {
    await ports.bodies.remove(pointer);
    removed += 1;
  }
  for (const key of new Set([...keysOf('erased'), ...found.leftovers])) {
    removed += await eraser.removePayloads(key);
  }
  const erased = new Set(keysOf('erased'));
  // Only a quarantine sends letters: the queue need not be gone through for anything else.
  const reported = found.events.filter(
    ({ key, record }) => erased.has(key) && record?.quarantineId !== undefined,
  );
  const letters = await removeLetters(
    reported.map(({ key }) => key),
    ports,
  );
  return {
    erased: keysOf('erased'),
    identities: found.identities.filter((identity) => !inUse.includes(identity)),
    inDelivery: keysOf('in_delivery'),
    inUse,
    removed,
    ...(letters === undefined ? {} : { letters }),
  };
}

/** Whether everything that was found is gone. */
export function isErased({ inDelivery, inUse }: ErasureResult): boolean {
  return inDelivery.length === 0 && inUse.length === 0;
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

/**
 * Takes everything out of a merged state that erased events said and, unless these stay, events that have expired.
 *
 * @returns `false` when somebody wrote the person's record all the time
 */
async function eraseIdentity(
  {
    module,
    identity,
    expiredStay,
  }: { readonly module: string; readonly identity: string; readonly expiredStay: boolean },
  untilMs: number,
  ports: ErasePorts,
): Promise<boolean> {
  const { identities, clock } = ports;
  let entry = await identities.read(module, identity);
  for (let tries = 0; tries < SAVE_TRIES_MAX; ) {
    if (entry?.kind !== 'head' || isBare(entry.head)) return true;
    const { head } = entry;
    const gone = new Set<string>();
    for (const key of eventsIn(head)) {
      const record = await ports.events.readRecord(key);
      if (record === undefined ? !expiredStay : record.state === 'erased') gone.add(key);
    }
    if (gone.size === 0) return true;
    if (headBusyUntilMs(head, clock.nowMs()) !== undefined) {
      if (clock.nowMs() >= untilMs) return false;
      await clock.sleep(LOOK_EVERY_MS);
      entry = await identities.read(module, identity);
      continue;
    }
    tries += 1;
    const saved = await identities.save(headWithout(head, gone));
    if (saved.kind === 'saved') return true;
    entry = saved.current;
  }
  return false;
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
