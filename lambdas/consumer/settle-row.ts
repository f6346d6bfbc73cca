import { type HoldfastConfig, zohoFieldMapping } from '../core/config.ts';
import type { CrmRow, CrmRowOutcome, FailedRow } from '../core/crm.ts';
import type { Failure, FailureCode } from '../core/failure.ts';
import {
  confirm,
  needsWrite,
  unconfirmedFields,
  withdrawEvent,
  withoutCrmRecord,
  withoutLease,
  withUnsettled,
} from '../core/head.ts';
import { backoffMs, decideRetry, deferralMs, type RetryDecision } from '../core/retry-schedule.ts';
import type { DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { changeLeasedHead, releaseIdentity } from './identity-lease.ts';
import {
  attemptsOf,
  deferIdentity,
  type IdentityWork,
  type Member,
  pendingMembers,
} from './identity-work.ts';

/** Whoever holds the lease brings others' events along, but not for ever. */
const EXTRA_ROUNDS_MAX = 3;

/** Refusals of a value: what the event said is taken out of HEAD, or it would stand in the way of all
 * later events of the same person. */
const VALUE_REFUSALS: ReadonlySet<FailureCode> = new Set([
  'crm_invalid_data',
  'crm_mandatory_missing',
  'crm_refused',
  'crm_duplicate_data',
]);

/**
 * Settles one written row: confirms it in HEAD, or decides what the failure asks for.
 *
 * Afterwards the work is done, or is to go another round after `waitMs`.
 */
export async function settleRow(
  work: IdentityWork,
  row: CrmRow,
  outcome: CrmRowOutcome,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  work.waitMs = 0;
  delete work.lastFailed;
  delete work.repeat;
  if (outcome.kind === 'failed' && outcome.mayHaveHappened) {
    work.unsettledUntilMs = ports.clock.nowMs() + context.config.delivery.settleWindowMs;
  }
  if (outcome.kind === 'converted') {
    rejectPending(work, outcome.failure);
    return;
  }
  if (outcome.kind === 'written') {
    await settleWritten(work, row, outcome, ports);
    return;
  }
  if (outcome.failure.code === 'crm_record_gone' && row.recordId !== undefined) {
    // Deleted or merged in the CRM: the next round writes the whole state to a record that it finds or
    // makes. It happens once a row, since that row then has no record id.
    const held = await changeLeasedHead(
      work,
      (head) => withUnsettled(withoutCrmRecord(head), work.unsettledUntilMs),
      ports,
    );
    if (!held) deferPending(work, ports);
    return;
  }
  await settleFailed(work, row, outcome, ports, context);
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
          ports.random.next(),
          context.config.delivery.retry.attemptsMax,
        ),
      },
    ]),
  );
  await endFailed(work, work.lastFailed, decisions, ports);
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

async function settleWritten(
  work: IdentityWork,
  row: CrmRow,
  written: Extract<CrmRowOutcome, { kind: 'written' }>,
  ports: DeliveryPorts,
): Promise<void> {
  // An earlier try whose answer got lost may yet take place: with these values, so they are confirmed, but
  // other values have to wait for it.
  const mayGoOn = work.extraRounds < EXTRA_ROUNDS_MAX && work.unsettledUntilMs === undefined;
  const held = await changeLeasedHead(
    work,
    (head) => {
      const confirmed = withUnsettled(
        confirm(head, row.version, written.recordId),
        work.unsettledUntilMs,
      );
      return needsWrite(confirmed) && mayGoOn ? confirmed : withoutLease(confirmed);
    },
    ports,
  );
  if (!held) {
    // The lease ran out and another writer has it: it cannot know of this write, so it writes again,
    // and these events find themselves confirmed when they come back.
    deferPending(work, ports);
    return;
  }
  for (const member of pendingMembers(work)) {
    member.outcome = {
      kind: 'delivered',
      crm: { module: work.head.module, recordId: written.recordId, action: written.action },
      attempts: attemptsOf(member),
    };
  }
  work.extraRounds += 1;
  work.done = work.head.leaseToken !== work.token;
}

async function settleFailed(
  work: IdentityWork,
  row: CrmRow,
  outcome: FailedRow,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const decisions = new Map(
    pendingMembers(work).map((member) => [member, decide(member, outcome, ports, context)]),
  );
  const waits = [...decisions.values()].flatMap((each) =>
    each.kind === 'again' ? each.waitMs : [],
  );
  const givenUp = [...decisions].find(([, decision]) => decision.kind === 'give_up');

  if (givenUp !== undefined && VALUE_REFUSALS.has(outcome.failure.code)) {
    await withdrawCulprit(work, outcome.failure, ports, context);
    return;
  }
  if (waits.length > 0 && !isLostInsert(row, outcome)) {
    work.waitMs = Math.max(...waits);
    work.lastFailed = outcome;
    if (work.unsettledUntilMs !== undefined) work.repeat = row;
    return;
  }
  await endFailed(work, outcome, decisions, ports);
}

/** A record may have been made that nobody knows the id of. */
function isLostInsert(row: CrmRow, outcome: FailedRow): boolean {
  return row.recordId === undefined && outcome.mayHaveHappened;
}

async function endFailed(
  work: IdentityWork,
  outcome: FailedRow,
  decisions: ReadonlyMap<Member, RetryDecision>,
  ports: DeliveryPorts,
): Promise<void> {
  await changeLeasedHead(
    work,
    (head) => withUnsettled(withoutLease(head), work.unsettledUntilMs),
    ports,
  );
  // Before the lost write is settled, a retry could only wait.
  const settleMs = Math.max(0, (work.unsettledUntilMs ?? 0) - ports.clock.nowMs());
  for (const [member, decision] of decisions) {
    const attempts = attemptsOf(member);
    member.outcome =
      decision.kind === 'give_up'
        ? { kind: 'rejected', failure: decision.failure, attempts }
        : {
            kind: 'retry',
            failure: outcome.failure,
            attempts,
            delayMs: Math.max(decision.kind === 'later' ? decision.delayMs : 0, settleMs),
          };
  }
  work.done = true;
}

/**
 * Takes the event whose value was refused out of HEAD, so that the others can go on without it.
 *
 * Whose value it was is known where the CRM names the field. Where it does not, values of events that are
 * not in this batch go first, since they may be to blame as well: those events bring them back, and meet
 * their refusal, when they come. Only when nothing but this batch's values is left is its newest event
 * taken: the older ones have been confirmed before, or come next.
 */
async function withdrawCulprit(
  work: IdentityWork,
  refusal: Failure,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const pending = pendingMembers(work);
  const { culprit, withdrawn } = findCulprit(work, refusal, context.config);
  const remaining = pending.filter((member) => member !== culprit);

  const held = await changeLeasedHead(
    work,
    (head) => {
      const without = withdrawn.reduce(withdrawEvent, head);
      const settled = withUnsettled(without, work.unsettledUntilMs);
      return remaining.length === 0 ? withoutLease(settled) : settled;
    },
    ports,
  );
  if (!held) {
    deferPending(work, ports);
    return;
  }
  if (culprit !== undefined) {
    culprit.outcome = { kind: 'rejected', failure: refusal, attempts: attemptsOf(culprit) };
  }
  work.done = remaining.length === 0;
}

function findCulprit(
  work: IdentityWork,
  refusal: Failure,
  config: HoldfastConfig,
): { readonly culprit?: Member; readonly withdrawn: readonly string[] } {
  const pending = pendingMembers(work);
  const owner = ownerOfField(work, refusal.crmField, config);
  if (owner !== undefined) {
    const culprit = pending.find((member) => member.record.key === owner);
    return { withdrawn: [owner], ...(culprit === undefined ? {} : { culprit }) };
  }
  const ours = new Set(pending.map((member) => member.record.key));
  const others = unconfirmedFields(work.head)
    .map((name) => work.head.fields[name]?.event ?? '')
    .filter((event) => !ours.has(event));
  if (others.length > 0) return { withdrawn: [...new Set(others)] };

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

function decide(
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
    context.config.delivery.retry,
    ports.random.next(),
  );
}
