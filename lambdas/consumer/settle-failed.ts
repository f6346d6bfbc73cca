import { retrySettingsOf } from '../core/config.ts';
import type { FailedRow } from '../core/ports/crm.ts';
import type { Failure, FailureCode } from '../core/failure.ts';
import { withoutLease, withUnsettled } from '../core/head.ts';
import {
  backoffMs,
  breakerDeferralMs,
  decideRetry,
  deferralMs,
  type RetryDecision,
} from '../core/retry-schedule.ts';
import type { DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { changeLeasedHead, releaseIdentity } from './identity-lease.ts';
import {
  attemptsOf,
  deferIdentity,
  type IdentityWork,
  type Member,
  pendingMembers,
} from './identity-work.ts';
import { withdrawCulprit, withdrawPending } from './withdraw.ts';

/** Refusals of a value: what the event said is taken out of HEAD, or it would stand in the way of all
 * later events of the same person. */
const VALUE_REFUSALS: ReadonlySet<FailureCode> = new Set([
  'crm_invalid_data',
  'crm_mandatory_missing',
  'crm_refused',
  'crm_duplicate_data',
]);

/** Settles a row that was not confirmed: its events are tried again now or later, or given up. */
export async function settleFailed(
  work: IdentityWork,
  outcome: FailedRow,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const decisions = decideAll(work, outcome, ports, context);
  const isGivenUp = [...decisions.values()].some(({ kind }) => kind === 'give_up');
  if (outcome.failure.code === 'no_match') {
    await withdrawPending(work, outcome.failure, ports);
    return;
  }
  if (isGivenUp && VALUE_REFUSALS.has(outcome.failure.code)) {
    await withdrawCulprit(work, outcome.failure, ports, context);
    return;
  }
  const waits = [...decisions.values()].flatMap((each) =>
    each.kind === 'again' ? each.waitMs : [],
  );
  if (waits.length > 0 && !outcome.mayHaveHappened) {
    work.waitMs = Math.max(...waits);
    work.lastFailed = outcome;
    return;
  }
  await endFailed(work, outcome, decisions, ports, context);
}

/**
 * Ends work for which this invocation has no time left: as failed, if the last call failed and
 * was to be repeated, and as deferred otherwise.
 */
export async function endForLackOfTime(
  work: IdentityWork,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  if (work.lastFailed === undefined) {
    await releaseIdentity(work, ports);
    deferPending(work, ports);
    return;
  }
  const decisions = new Map<Member, RetryDecision>(
    pendingMembers(work).map((member) => [
      member,
      {
        kind: 'later',
        delayMs: backoffMs(
          attemptsOf(member),
          retrySettingsOf(context.config, member.record.source),
          ports.random.next(),
        ),
      },
    ]),
  );
  await endFailed(work, work.lastFailed, decisions, ports, context);
}

/** Ends work that may not go on because the breaker is open. No attempt counts. */
export async function endForBreaker(
  work: IdentityWork,
  delayMs: number,
  ports: DeliveryPorts,
): Promise<void> {
  await releaseIdentity(work, ports);
  deferIdentity(work, breakerDeferralMs(delayMs, ports.random.next()));
}

/** Ends work whose record could not be read back. It stays unsettled. */
export async function endUnread(
  work: IdentityWork,
  unread: { readonly failure: Failure; readonly retryAfterMs?: number },
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  await releaseIdentity(work, ports);
  const delay = context.gate.check();
  const leastMs = Math.max(unread.retryAfterMs ?? 0, context.config.delivery.retry.firstDelayMs);
  const delayMs = delay.kind === 'stay_away' ? Math.max(delay.delayMs, leastMs) : leastMs;
  deferIdentity(work, breakerDeferralMs(delayMs, ports.random.next()));
}

/** Another writer has the lease, or the store failed: whoever holds it brings these events along. */
export function deferPending(work: IdentityWork, ports: Pick<DeliveryPorts, 'random'>): void {
  deferIdentity(work, deferralMs(ports.random.next()));
}

/** Trying again cannot help any of the pending events. A lease that is ours is left to end by itself. */
export function rejectPending(work: IdentityWork, reason: Failure): void {
  for (const member of pendingMembers(work)) {
    member.outcome = { kind: 'rejected', failure: reason, attempts: attemptsOf(member) };
  }
  work.done = true;
}

function decideAll(
  work: IdentityWork,
  outcome: FailedRow,
  ports: DeliveryPorts,
  context: DeliveryContext,
): ReadonlyMap<Member, RetryDecision> {
  return new Map(
    pendingMembers(work).map((member) => [member, decideFor(member, outcome, ports, context)]),
  );
}

/** What a failed call asks for, for one event: by its own attempts and its source's settings. */
export function decideFor(
  member: Member,
  outcome: FailedRow,
  ports: DeliveryPorts,
  context: DeliveryContext,
): RetryDecision {
  return decideRetry(
    {
      failure: outcome.failure,
      attempts: attemptsOf(member),
      receivedAtMs: Date.parse(member.record.receivedAt),
      nowMs: ports.clock.nowMs(),
      ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
    },
    retrySettingsOf(context.config, member.record.source),
    ports.random.next(),
  );
}

async function endFailed(
  work: IdentityWork,
  outcome: FailedRow,
  decisions: ReadonlyMap<Member, RetryDecision>,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const { settleWindowMs } = context.config.delivery;
  const nowMs = ports.clock.nowMs();
  const settledAtMs = outcome.mayHaveHappened ? nowMs + settleWindowMs : undefined;
  await changeLeasedHead(work, (head) => withoutLease(withUnsettled(head, settledAtMs)), ports);

  // Before the lost write is settled, a retry could only wait.
  const leastMs = settledAtMs === undefined ? 0 : settleWindowMs;
  const gate = context.gate.check();
  for (const [member, decision] of decisions) {
    const attempts = attemptsOf(member);
    if (decision.kind === 'give_up') {
      member.outcome = { kind: 'rejected', failure: decision.failure, attempts };
    } else if (gate.kind === 'stay_away') {
      const delayMs = breakerDeferralMs(gate.delayMs, ports.random.next());
      member.outcome = { kind: 'deferred', delayMs: Math.max(delayMs, leastMs) };
    } else {
      const delayMs = decision.kind === 'later' ? decision.delayMs : 0;
      member.outcome = {
        kind: 'retry',
        failure: outcome.failure,
        attempts,
        delayMs: Math.max(delayMs, leastMs),
      };
    }
  }
  work.done = true;
}
