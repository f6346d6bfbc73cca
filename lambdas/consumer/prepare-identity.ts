import {
  type Head,
  leaseTakenUntilMs,
  mergeContribution,
  needsWrite,
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
  if (!work.seen) {
    const stored = await ports.identities.read(work.head.module, work.identity);
    work.head = stored?.kind === 'head' ? stored.head : work.head;
    work.seen = true;
  }
  if (work.repeat !== undefined) return await prolongLease(work, ports, context);

  for (let tries = 0; tries < SAVE_TRIES_MAX; tries += 1) {
    const nowMs = ports.clock.nowMs();
    const merged = mergeAll(work);
    if (!needsWrite(merged)) return await nothingToWrite(work, ports);

    const delayMs = delayOfWrite(merged, work, ports, nowMs);
    if (delayMs !== undefined) {
      const next = merged.leaseToken === work.token ? withoutLease(merged) : merged;
      if (next === work.head || (await saveHead(work, next, ports))) return defer(work, delayMs);
      continue;
    }
    if (merged === work.head && hasLease(work, ports, context, nowMs)) return 'ready';
    if (await saveHead(work, leased(merged, work, context, nowMs), ports)) return 'ready';
  }
  return defer(work, deferralMs(ports.random.next()));
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

async function prolongLease(
  work: IdentityWork,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<'ready' | 'done'> {
  const nowMs = ports.clock.nowMs();
  if (hasLease(work, ports, context, nowMs)) return 'ready';
  const held = await changeLeasedHead(work, (head) => leased(head, work, context, nowMs), ports);
  return held ? 'ready' : defer(work, deferralMs(ports.random.next()));
}

function leased(head: Head, work: IdentityWork, context: DeliveryContext, nowMs: number): Head {
  return withLease(head, work.token, nowMs + context.config.delivery.identityLeaseMs);
}

function defer(work: IdentityWork, delayMs: number): 'done' {
  deferIdentity(work, delayMs);
  return 'done';
}

function mergeAll(work: IdentityWork): Head {
  return pendingMembers(work).reduce(
    (head, member) =>
      member.contribution === undefined ? head : mergeContribution(head, member.contribution),
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

async function nothingToWrite(work: IdentityWork, ports: DeliveryPorts): Promise<'done'> {
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
