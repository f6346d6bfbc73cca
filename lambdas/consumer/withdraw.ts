import type { HoldfastConfig } from '../core/config.ts';
import { zohoFieldMapping } from '../core/zoho-settings.ts';
import type { Failure } from '../core/failure.ts';
import { type Head, unconfirmedEvents, withdrawEvent, withoutLease } from '../core/head.ts';
import type { DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { changeLeasedHead } from './identity-lease.ts';
import {
  attemptsOf,
  deferIdentity,
  type IdentityWork,
  type Member,
  pendingMembers,
} from './identity-work.ts';
import { deferralMs } from '../core/retry-schedule.ts';

/**
 * Takes the event whose value was refused out of HEAD, so that the others can go on without it, and with
 * it all events that are not in this batch.
 *
 * Whose value it was is known where the CRM names the field. Where it does not, values of events that are
 * not in this batch go first, since they may be to blame as well: those events bring them back, and meet
 * their refusal, when they come. Only when nothing but this batch's values is left is its newest event
 * taken: the older ones have been confirmed before, or come next.
 */
export async function withdrawCulprit(
  work: IdentityWork,
  refusal: Failure,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const { culprit, withdrawn } = findCulprit(work, refusal, context.config);
  const remaining = pendingMembers(work).filter((member) => member !== culprit);
  if (!(await withdraw(work, withdrawn, remaining.length === 0, ports))) return;
  if (culprit !== undefined) reject(culprit, refusal);
  work.done = remaining.length === 0;
}

/** Takes all pending events out of HEAD and rejects them. */
export async function withdrawPending(
  work: IdentityWork,
  refusal: Failure,
  ports: DeliveryPorts,
): Promise<void> {
  const pending = pendingMembers(work);
  const keys = pending.map(({ record }) => record.key);
  if (!(await withdraw(work, keys, true, ports))) return;
  for (const member of pending) reject(member, refusal);
  work.done = true;
}

/**
 * Takes events out of a HEAD whose lease is ours.
 *
 * @returns whether it was still ours; if not, the pending events have been deferred
 */
export async function withdraw(
  work: IdentityWork,
  keys: readonly string[],
  isLast: boolean,
  ports: DeliveryPorts,
): Promise<boolean> {
  const without = (head: Head): Head => {
    const rest = keys.reduce(withdrawEvent, head);
    return isLast ? withoutLease(rest) : rest;
  };
  if (await changeLeasedHead(work, without, ports)) return true;
  deferIdentity(work, deferralMs(ports.random.next()));
  return false;
}

function reject(member: Member, refusal: Failure): void {
  member.outcome = { kind: 'rejected', failure: refusal, attempts: attemptsOf(member) };
}

function findCulprit(
  work: IdentityWork,
  refusal: Failure,
  config: HoldfastConfig,
): { readonly culprit?: Member; readonly withdrawn: readonly string[] } {
  const pending = pendingMembers(work);
  const ours = new Set(pending.map((member) => member.record.key));
  // Others' events go in any case: where one had lost against the refused value, HEAD has forgotten what it
  // said, and the rest of it must not be sent alone. They come back whole.
  const others = [...unconfirmedEvents(work.head)].filter((event) => !ours.has(event));
  const owner = ownerOfField(work, refusal.crmField, config);
  if (owner !== undefined) {
    const culprit = pending.find((member) => member.record.key === owner);
    return {
      withdrawn: [...new Set([owner, ...others])],
      ...(culprit === undefined ? {} : { culprit }),
    };
  }
  if (others.length > 0) return { withdrawn: others };

  const newest = pending.toSorted((left, right) =>
    left.record.occurredAt < right.record.occurredAt ? 1 : -1,
  )[0];
  return newest === undefined
    ? { withdrawn: [] }
    : { culprit: newest, withdrawn: [newest.record.key] };
}

function ownerOfField(
  work: IdentityWork,
  crmField: string | undefined,
  config: HoldfastConfig,
): string | undefined {
  if (crmField === undefined) return undefined;
  const canonical = Object.entries(zohoFieldMapping(config)).find(
    ([, apiName]) => apiName === crmField,
  )?.[0];
  const field = canonical === undefined ? undefined : work.head.fields[canonical];
  return field === undefined || field.version <= work.head.confirmedVersion
    ? undefined
    : field.event;
}
