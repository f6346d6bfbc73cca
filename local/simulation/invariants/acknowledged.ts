import type { Observer, ObserverContext } from '../observer.ts';

/** G1: what was answered with 200 or 409 is in the store, with the bytes that were sent. */
export function observeAcknowledged({ facts, events, check }: ObserverContext): Observer {
  const isStored = async (key: string, sent: ReadonlySet<string>): Promise<boolean> => {
    const record = await events.readRecord(key);
    if (record === undefined) return false;
    // Its sender is told that it was taken, as it was; what it said is gone.
    if (record.state === 'erased') return true;
    const raw = await events.readRaw(key, record.payloadHash);
    return raw !== undefined && sent.has(Buffer.from(raw.body).toString());
  };
  const sentUnder = new Map<string, Set<string>>();

  return {
    answered: async (submission, body, response) => {
      if (response.status !== 200 && response.status !== 409) return;
      const keys = keysOf(response.body);
      const holds = `answer ${response.status} to submission ${submission.number}`;
      check('G1 acknowledged is stored', keys.length > 0, () => `The ${holds} names no event.`);
      for (const key of keys) {
        if (submission.isSpam) {
          const isKept = [...facts.events.values()].some(
            (event) => event.submission.number === submission.number,
          );
          check('G1 acknowledged is stored', isKept, () => `The ${holds}, spam, left no event.`);
          continue;
        }
        const sent = sentUnder.get(key) ?? new Set<string>();
        sentUnder.set(key, sent.add(body));
        // Its first body may have come with a request that got no answer.
        const known = facts.events.get(key);
        if (known !== undefined) sent.add(known.body);
        const stored = await isStored(key, sent);
        check(
          'G1 acknowledged is stored',
          stored,
          () => `The ${holds} names ${key}, which is not stored with the bytes sent.`,
        );
      }
    },
  };
}

function keysOf(body: string): readonly string[] {
  const parsed: unknown = JSON.parse(body);
  if (typeof parsed !== 'object' || parsed === null || !('events' in parsed)) return [];
  const { events } = parsed;
  if (!Array.isArray(events)) return [];
  return events.flatMap((event: unknown) =>
    typeof event === 'object' && event !== null && 'idempotency_key' in event
      ? [String(event.idempotency_key)]
      : [],
  );
}
