import { setTimeout as sleep } from 'node:timers/promises';
import { aPerson, isTaken, post, requestOf } from './senders.ts';
import type { World } from './world.ts';

/** Senders that go on until they are told to stop. */
export interface Traffic {
  /** Ends when each lead that was begun is taken. @throws {Error} a lead was not taken, however often it was sent */
  stop(): Promise<TrafficCount>;
}

/** What was sent. */
export interface TrafficCount {
  /** Everybody who was sent, by e-mail address; each was taken in the end. */
  readonly emails: readonly string[];
  /** Requests that were answered otherwise than with 2xx, or not at all, and sent again. */
  readonly repeated: Readonly<Record<string, number>>;
}

const SENDERS = 4;
const PAUSE_MS = 250;
const REPEAT_AFTER_MS = 500;
const TRIES_MAX = 40;

/** Starts senders that post one lead after the other, and each until it is taken, as providers do. */
export function startTraffic(world: World, sources: readonly string[]): Traffic {
  const emails: string[] = [];
  const repeated: Record<string, number> = {};
  const ending = new AbortController();

  const sendOne = async (source: string): Promise<void> => {
    const lead = aPerson();
    const request = await requestOf(world, source, lead);
    emails.push(lead.email);
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const answer = await post(world, request).catch((error: unknown) => String(error));
      if (typeof answer === 'number' && isTaken(answer)) return;
      repeated[String(answer)] = (repeated[String(answer)] ?? 0) + 1;
      await sleep(REPEAT_AFTER_MS);
    }
    throw new Error(`A lead of ${source} was not taken: ${JSON.stringify(repeated)}`);
  };
  const sender = async (index: number): Promise<void> => {
    for (let sent = index; !ending.signal.aborted; sent += 1) {
      await sendOne(sources[sent % sources.length] ?? '');
      await sleep(PAUSE_MS);
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, async (_, index) => sender(index)));
  // Its failure is told by `stop`.
  senders.catch(() => undefined);
  return {
    stop: async () => {
      ending.abort();
      await senders;
      return { emails, repeated };
    },
  };
}
