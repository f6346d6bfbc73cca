import { type Breaker, isCrmFailure } from '../../../lambdas/core/breaker.ts';
import type { Container } from '../container.ts';
import type { Observer, ObserverContext } from '../observer.ts';
import { START_MS } from '../settings.ts';
import { leadIdOf } from '../simulated-provider-apis.ts';

/** Clocks of two processes differ by up to as much. */
const SKEW_MS = 4_000;

/** Calls that an outage may meet: those that open the breaker, and then so many a minute. */
const OUTAGE_CALLS_MAX = 60;
const OUTAGE_CALLS_A_MINUTE = 4;

/** While the breaker is open, whoever knows it makes no call, but for one probe at a time. */
export function observeBreaker({ plan, mix, check, nowMs }: ObserverContext): Observer {
  const known = new Map<Container, Breaker | undefined>();
  const probes = new Map<string, number>();
  /** Opening → who probes it, and until when nobody else may. */
  const leases = new Map<string, { readonly token: string; readonly untilMs: number }>();
  let outageCalls = 0;

  return {
    breakerSeen: (container, breaker) => {
      known.set(container, breaker);
      if (breaker?.probeToken === undefined) leases.delete(openingOf(breaker));
    },
    enqueued: (container) => {
      // A breaker that the sweeper could not read counts as closed.
      if (!container.name.startsWith('sweeper')) return;
      if (mix.table_throttled + mix.table_timed_out + mix.table_slow > 0) return;
      const breaker = known.get(container);
      const isOpen =
        breaker?.state === 'open' &&
        (breaker.openUntilMs ?? Number.POSITIVE_INFINITY) > nowMs() + SKEW_MS;
      check(
        'limits sweeper',
        !isOpen,
        () => `${container.name} sent a message although it knew that the breaker was open.`,
      );
    },
    requested: (_container, to) => {
      const { outage } = plan;
      const sinceMs = nowMs() - START_MS - (outage?.fromMs ?? 0);
      if (to !== 'crm' || outage === undefined || sinceMs < 0) return;
      if (sinceMs >= outage.untilMs - outage.fromMs) return;
      outageCalls += 1;
      const minutes = sinceMs / 60_000;
      check(
        'limits breaker',
        outageCalls <= OUTAGE_CALLS_MAX + OUTAGE_CALLS_A_MINUTE * minutes,
        () => `${outageCalls} calls were made in ${Math.round(minutes)} minutes without Zoho.`,
      );
    },
    responded: (container, to, status) => {
      if (hasProbed(known.get(container), to, status)) known.delete(container);
    },
    writing: (container) => {
      const breaker = known.get(container);
      if (breaker?.state !== 'open') return;
      const isOver = breaker.openUntilMs !== undefined && breaker.openUntilMs <= nowMs() + 2_000;
      check(
        'limits breaker',
        isOver && breaker.probeToken !== undefined,
        () => `${container.name} called the CRM although it knew that the breaker was open.`,
      );
      // Whoever dies with the probe's lease leaves the opening to the next one, with a token of its own.
      const token = breaker.probeToken ?? '';
      const opening = openingOf(breaker);
      const times = (probes.get(`${opening} ${token}`) ?? 0) + 1;
      probes.set(`${opening} ${token}`, times);
      check('limits breaker', times <= 1, () => `An open breaker was probed ${times} times.`);
      const other = leases.get(opening);
      check(
        'limits breaker',
        other === undefined || other.token === token || other.untilMs <= nowMs() + SKEW_MS,
        () => `${container.name} probed an open breaker while another one did.`,
      );
      leases.set(opening, { token, untilMs: breaker.probeUntilMs ?? 0 });
    },
  };
}

/**
 * Attempts that an event counts are writes of its person, or, before it is complete, calls of its provider's API; a
 * probe counts only if the CRM answered it.
 */
export function observeAttempts({ facts, check }: ObserverContext): Observer {
  const known = new Map<Container, Breaker | undefined>();
  const probing = new Set<Container>();
  const count = (identity: string): void => {
    facts.writes.set(identity, (facts.writes.get(identity) ?? 0) + 1);
  };

  return {
    breakerSeen: (container, breaker) => {
      known.set(container, breaker);
    },
    responded: (container, to, status) => {
      if (hasProbed(known.get(container), to, status)) known.delete(container);
    },
    writing: (container, rows) => {
      if (known.get(container)?.state === 'open') probing.add(container);
      else for (const { identity } of rows) count(identity);
    },
    written: (container, rows, outcomes) => {
      if (!probing.delete(container)) return;
      const isBack = outcomes.some((each) => each.kind !== 'failed' || !isCrmFailure(each.failure));
      if (isBack) for (const { identity } of rows) count(identity);
    },
    eventChanged: ({ key, record, identity, submission }, before) => {
      if (record.attempts === (before?.attempts ?? 0)) return;
      const isAwaiting = submission.source === 'ads' && !facts.completed.has(key);
      const calls = isAwaiting
        ? facts.reads.get(leadIdOf(submission))
        : facts.writes.get(identity ?? '');
      check(
        'limits attempts',
        record.attempts <= (calls ?? 0),
        () =>
          `${key} counts ${record.attempts} attempts, and its ${isAwaiting ? 'details were read' : 'person was written'} ${calls ?? 0} times that count.`,
      );
    },
  };
}

/** Whether a probe's answer shows that the CRM is back: whoever has it may go on, even if that can't be stored. */
function hasProbed(breaker: Breaker | undefined, to: string, status: number): boolean {
  const isAnswer = status >= 200 && status < 500 && status !== 429;
  return to === 'crm' && isAnswer && breaker?.probeToken !== undefined;
}

function openingOf(breaker: Breaker | undefined): string {
  return `${breaker?.openedAtMs} ${breaker?.openUntilMs}`;
}
