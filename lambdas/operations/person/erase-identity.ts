import type { EventStore } from '../../core/ports/events.ts';
import type { IdentityStore } from '../../core/ports/identities.ts';
import type { Clock } from '../../core/ports/world.ts';
import { eventsIn, headBusyUntilMs, headWithout, isBare } from '../../core/tombstone.ts';

/** What mending a merged state needs of the world. */
export interface EraseIdentityPorts {
  readonly events: Pick<EventStore, 'readRecord'>;
  readonly identities: Pick<IdentityStore, 'read' | 'save'>;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
}

/** Whose merged state, and how much of it. */
export interface ErasedIdentity {
  readonly module: string;
  readonly identity: string;
  /** Whether events that have expired keep their part of it. */
  readonly expiredStay: boolean;
}

const LOOK_EVERY_MS = 3_000;
const SAVE_TRIES_MAX = 20;

/**
 * Takes everything out of a merged state that erased events said and, unless these stay, events that have expired.
 *
 * @param untilMs how long to wait for whoever writes the person's record, epoch milliseconds
 * @returns `false` when somebody wrote the person's record all the time
 */
export async function eraseIdentity(
  { module, identity, expiredStay }: ErasedIdentity,
  untilMs: number,
  ports: EraseIdentityPorts,
): Promise<boolean> {
  const { identities, clock } = ports;
  const read = async () => await identities.read(module, identity);
  let entry = await read();
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
      entry = await read();
      continue;
    }
    tries += 1;
    const saved = await identities.save(headWithout(head, gone));
    if (saved.kind === 'saved') return true;
    entry = saved.current;
  }
  return false;
}
