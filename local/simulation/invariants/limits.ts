import type { Container } from '../container.ts';
import type { Observer, ObserverContext } from '../observer.ts';
import { CONSUMER_TIMEOUT_MS, SIMULATED_CONFIG } from '../settings.ts';

const TOKEN_WINDOW_MS = 600_000;
const TOKEN_REQUESTS_MAX = 10;
/** Share of calls that Zoho may turn away once it is back. */
const REFUSED_SHARE_MAX = 0.01;

/** What Holdfast may ask of Zoho, and when: the limits that the guarantees stand on. */
export function observeLimits(context: ObserverContext): Observer {
  const { check, nowMs, plan, mix } = context;
  const callers = new Set<Container>();
  let tokenRequestsMs: number[] = [];
  let offSinceMs: number | undefined;
  const after = { calls: 0, refused: 0 };

  return {
    requested: (container, to) => {
      const atMs = nowMs();
      if (to === 'accounts') {
        tokenRequestsMs = [...tokenRequestsMs.filter((ms) => ms > atMs - TOKEN_WINDOW_MS), atMs];
        check(
          'limits token requests',
          tokenRequestsMs.length <= TOKEN_REQUESTS_MAX,
          () => `${tokenRequestsMs.length} access tokens were asked for within 10 minutes.`,
        );
        return;
      }
      callers.add(container);
      const { maxConcurrency } = SIMULATED_CONFIG.delivery;
      check(
        'limits calls at a time',
        callers.size <= maxConcurrency,
        () => `${callers.size} calls to the CRM are under way, and ${maxConcurrency} may be.`,
      );
      check(
        'limits delivery off',
        container.notes.deliveryEnabled &&
          (offSinceMs === undefined || container.notes.invokedAtMs <= offSinceMs) &&
          (offSinceMs === undefined || atMs <= offSinceMs + CONSUMER_TIMEOUT_MS),
        () => `${container.name} called the CRM while delivery was switched off.`,
      );
    },
    responded: (container, to, status) => {
      if (to === 'accounts') return;
      callers.delete(container);
      if (plan.outage === undefined || mix.zoho_rate_limited > 0 || mix.credits_low > 0) return;
      after.calls += 1;
      if (status === 429) after.refused += 1;
    },
    died: (container) => {
      callers.delete(container);
    },
    deliverySwitched: (isOn) => {
      offSinceMs = isOn ? undefined : nowMs();
    },
    atRest: async () => {
      if (after.calls > 0) {
        check(
          'G5 few calls refused',
          after.refused <= Math.max(1, after.calls * REFUSED_SHARE_MAX),
          () => `Zoho turned ${after.refused} of ${after.calls} calls away for their number.`,
        );
      }
      await Promise.resolve();
    },
  };
}
