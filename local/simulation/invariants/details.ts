import type { Observer, ObserverContext } from '../observer.ts';
import { CONSUMER_TIMEOUT_MS } from '../settings.ts';
import { leadIdOf } from '../simulated-provider-apis.ts';

/** Who began before the details were stored may still ask; its clock may be off, and its table slow. */
const UNDER_WAY_MS = 2 * CONSUMER_TIMEOUT_MS;

/** G2: who holds an event completes it, and nobody else; and a submission that is stored is not asked for again. */
export function observeDetails({ facts, check, nowMs }: ObserverContext): Observer {
  /** Id of a lead at its provider → when its details were first stored. */
  const storedAtMs = new Map<string, number>();

  return {
    completed: (key, leaseToken) => {
      const event = facts.events.get(key);
      // As it was before this: it is looked up only after it was told.
      const { state, leaseToken: held } = event?.record ?? {};
      check(
        'G2 the holder completes',
        state === 'processing' && held === leaseToken,
        () => `${key} was completed by a consumer that no longer held it; it is ${state}.`,
      );
      if (event === undefined) return;
      const id = leadIdOf(event.submission);
      storedAtMs.set(id, storedAtMs.get(id) ?? nowMs());
    },
    detailsAsked: (id) => {
      const sinceMs = nowMs() - (storedAtMs.get(id) ?? nowMs());
      check(
        'limits details',
        sinceMs <= UNDER_WAY_MS,
        () => `Lead ${id} was asked for ${Math.round(sinceMs / 1_000)} s after it was stored.`,
      );
    },
  };
}
