import { mergePolicyOf } from '../core/config.ts';
import {
  type Head,
  leaseTakenUntilMs,
  mergeContribution,
  needsWrite,
  takeLease,
  unsettledUntilMs,
  withLease,
  withoutLease,
} from '../core/head.ts';
import { deferralMs } from '../core/retry-schedule.ts';
import type { DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { changeLeasedHead, releaseIdentity, SAVE_TRIES_MAX, saveHead } from './identity-lease.ts';
import { attemptsOf, deferIdentity, type IdentityWork, pendingMembers } from './identity-work.ts';

/**
 * Merges the pending events into their HEAD and takes its lease.
 *
 * @returns `ready` when a row has to be written and the lease is ours; `done` when all events have an
 *   outcome: the CRM holds what they say already, or it may not be written now
 */
export async function prepareIdentity(
  work: IdentityWork,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<'ready' | 'done'> {
  if (!work.seen) await readHead(work, ports);
  for (let tries = 0; tries < SAVE_TRIES_MAX && !work.done; tries += 1) {
    const nowMs = ports.clock.nowMs();
    const merged = mergeAll(work, context);
    if (!needsWrite(merged)) return await endAsHeld(work, ports);

    const delayMs = delayOfWrite(merged, work, ports, nowMs);
    if (delayMs !== undefined) {
      const next = merged.leaseToken === work.token ? withoutLease(merged) : merged;
      if (next === work.head || (await saveHead(work, next, ports))) return defer(work, delayMs);
      continue;
    }
    if (merged === work.head && hasLease(work, ports, context, nowMs)) return 'ready';
    const untilMs = nowMs + context.config.delivery.identityLeaseMs;
    if (await saveHead(work, takeLease(merged, work.token, untilMs), ports)) return 'ready';
  }
  return work.done ? 'done' : defer(work, deferralMs(ports.random.next()));
}

/**
 * Makes sure that the lease lasts for one more call, since reading back and waiting have taken time.
 *
 * @returns whether a call may be started; if not, the events have been deferred
 */
export async function ensureLease(
  work: IdentityWork,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<boolean> {
  const nowMs = ports.clock.nowMs();
  if (hasLease(work, ports, context, nowMs)) return true;
  const untilMs = nowMs + context.config.delivery.identityLeaseMs;
  if (await changeLeasedHead(work, (head) => withLease(head, work.token, untilMs), ports)) {
    return true;
  }
  defer(work, deferralMs(ports.random.next()));
  return false;
}

/** Ends the pending events as delivered: the CRM holds what they say already. */
export async function endAsHeld(work: IdentityWork, ports: DeliveryPorts): Promise<'done'> {
  const { crmRecordId: recordId, module } = work.head;
  if (work.head.leaseToken === work.token) await releaseIdentity(work, ports);
  for (const member of pendingMembers(work)) {
    member.outcome = {
      kind: 'delivered',
      crm: { module, recordId: recordId ?? '', action: 'none' },
      attempts: attemptsOf(member),
    };
  }
  work.done = true;
  return 'done';
}

async function readHead(work: IdentityWork, ports: DeliveryPorts): Promise<void> {
  const stored = await ports.identities.read(work.head.module, work.identity);
  if (stored?.kind === 'head') work.head = stored.head;
  work.seen = true;
}

/** Why, and for how long, this writer may not write now: another one does, or a lost write is under way. */
function delayOfWrite(
  head: Head,
  work: IdentityWork,
  ports: Pick<DeliveryPorts, 'random'>,
  nowMs: number,
): number | undefined {
  if (leaseTakenUntilMs(head, work.token, nowMs) !== undefined) {
    return deferralMs(ports.random.next());
  }
  const untilMs = unsettledUntilMs(head, nowMs);
  return untilMs === undefined ? undefined : untilMs - nowMs;
}

function defer(work: IdentityWork, delayMs: number): 'done' {
  deferIdentity(work, delayMs);
  return 'done';
}

function mergeAll(work: IdentityWork, { config }: DeliveryContext): Head {
  const policyOf = (field: string) => mergePolicyOf(config, field);
  return pendingMembers(work).reduce(
    (head, member) =>
      member.contribution === undefined
        ? head
        : mergeContribution(head, member.contribution, policyOf),
    work.head,
  );
}

/**
 * Whether the lease is ours for long enough to start a call: it must outlast the call itself and, if
 * this writer dies in it, the time in which Zoho may still carry the write out.
 */
function hasLease(
  work: IdentityWork,
  ports: DeliveryPorts,
  context: DeliveryContext,
  nowMs: number,
): boolean {
  const untilMs = work.head.leaseToken === work.token ? (work.head.leaseUntilMs ?? 0) : 0;
  return untilMs >= nowMs + ports.crm.writeTimeoutMs + context.config.delivery.settleWindowMs;
}
