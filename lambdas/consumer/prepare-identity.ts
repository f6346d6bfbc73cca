import {
  type Head,
  leaseTakenUntilMs,
  mergeContribution,
  needsWrite,
  newHead,
  unsettledUntilMs,
  withLease,
  withoutLease,
} from '../core/head.ts';
import { deferralMs } from './deferral.ts';
import type { DeliveryContext, DeliveryPorts } from './deliver-leads.ts';
import { attemptsOf, type IdentityWork, pendingMembers } from './identity-work.ts';

/** Losing the compare-and-set this often in a row means that many write at once: come back later. */
const TRIES_MAX = 8;

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
    work.head = stored ?? work.head;
    work.seen = true;
  }
  if (work.repeat !== undefined) return await prolongLease(work, ports, context);

  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
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
  const held = await changeHeldHead(work, (head) => leased(head, work, context, nowMs), ports);
  return held ? 'ready' : defer(work, deferralMs(ports.random.next()));
}

function leased(head: Head, work: IdentityWork, context: DeliveryContext, nowMs: number): Head {
  return withLease(head, work.token, nowMs + context.config.delivery.identityLeaseMs);
}

/** Gives the lease back; another writer's lease is left alone. */
export async function releaseIdentity(work: IdentityWork, ports: DeliveryPorts): Promise<void> {
  await changeHeldHead(work, withoutLease, ports);
}

/**
 * Changes a HEAD whose lease is ours, whatever else has been merged into it meanwhile.
 *
 * @returns whether the lease was still ours; nothing is changed otherwise
 */
export async function changeHeldHead(
  work: IdentityWork,
  change: (head: Head) => Head,
  ports: Pick<DeliveryPorts, 'identities'>,
): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (work.head.leaseToken !== work.token) return false;
    if (await saveHead(work, change(work.head), ports)) return true;
  }
  return false;
}

function defer(work: IdentityWork, delayMs: number): 'done' {
  for (const member of pendingMembers(work)) member.outcome = { kind: 'deferred', delayMs };
  work.done = true;
  return 'done';
}

async function saveHead(
  work: IdentityWork,
  next: Head,
  ports: Pick<DeliveryPorts, 'identities'>,
): Promise<boolean> {
  const candidate = { ...next, revision: work.head.revision + 1 };
  const saved = await ports.identities.save(candidate);
  work.head =
    saved.kind === 'saved' ? candidate : (saved.current ?? newHead(next.module, next.identity));
  return saved.kind === 'saved';
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
