/**
 * Brings the events of one batch into the CRM.
 *
 * ```
 * events ─► load ─► group by identity ─► ┌ merge into HEAD, take its lease ┐
 *                                        │ write all identities in one call │ again for those that
 *                                        └ confirm or settle each row       ┘ may be repeated
 * ```
 *
 * Many events of one identity are one row, and one writer at a time holds an identity.
 */
import assert from 'node:assert/strict';
import { contributionOf } from '../core/contribution.ts';
import type { CrmRow, CrmRowOutcome } from '../core/crm.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import { IdentityTooLargeError, StoreUnavailableError } from '../core/errors.ts';
import type { EventRecord } from '../core/event-record.ts';
import { failure } from '../core/failure.ts';
import { identityOf } from '../core/identity.ts';
import type { NormalizedEvent } from '../core/lead-event.ts';
import { CLOSING_TIME_MS } from '../core/pipeline-limits.ts';
import { deferralMs } from '../core/retry-schedule.ts';
import type { ClaimedEvent, DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import {
  type IdentityWork,
  type Member,
  newIdentityWork,
  pendingMembers,
} from './identity-work.ts';
import { prepareIdentity } from './prepare-identity.ts';
import { deferPending, endForLackOfTime, rejectPending, settleRow } from './settle-row.ts';

/** Every round ends at least one identity or uses up an attempt; this bound only guards the loop. */
const ROUNDS_MAX = 100;

/**
 * Delivers claimed events.
 *
 * @returns one outcome an event, in their order
 */
export async function deliverLeads(
  events: readonly ClaimedEvent[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<readonly DeliveryOutcome[]> {
  const members = await Promise.all(events.map(async (event) => await load(event, ports, context)));
  const works = groupByIdentity(members, ports, context);
  await eachApart(works, ports, async (work) => await linkEvents(work, ports, context));

  let active = works.filter((work) => !work.done);
  for (let round = 0; round < ROUNDS_MAX && active.length > 0; round += 1) {
    await waitForTurn(active, ports);
    await runRound(active, ports, context);
    active = active.filter((work) => !work.done);
  }
  return members.map((member) => member.outcome ?? deferred(ports));
}

async function load(
  event: ClaimedEvent,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<Member> {
  const { record, log } = event;
  const base = { record, log, calls: 0 };
  let normalized: NormalizedEvent | undefined;
  try {
    normalized = await ports.events.readNormalized(record.key, record.payloadHash);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    log.error('The event could not be read', {}, error);
    return { ...base, outcome: deferred(ports) };
  }
  if (normalized === undefined) {
    return { ...base, outcome: rejectedUntried(record, 'payload_missing') };
  }
  const identity = identityOf(normalized, context.config.identity.order, context.pepper);
  if (identity === undefined) {
    return { ...base, outcome: rejectedUntried(record, 'missing_identity') };
  }
  return { ...base, identity, contribution: contributionOf(normalized, context.config) };
}

function rejectedUntried(
  record: EventRecord,
  code: 'payload_missing' | 'missing_identity',
): DeliveryOutcome {
  return { kind: 'rejected', failure: failure(code), attempts: record.attempts };
}

function groupByIdentity(
  members: readonly Member[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): readonly IdentityWork[] {
  const works = new Map<string, IdentityWork>();
  for (const member of members) {
    if (member.identity === undefined) continue;
    const work =
      works.get(member.identity) ??
      newIdentityWork(context.config.zoho.module, member.identity, ports.ids.next());
    work.members.push(member);
    works.set(member.identity, work);
  }
  return [...works.values()];
}

async function linkEvents(
  work: IdentityWork,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const { module } = context.config.zoho;
  // A failed attempt came after the link, so only an event without one can lack it.
  const unlinked = work.members.filter((member) => member.record.attempts === 0);
  await Promise.all(
    unlinked.map(async ({ record }) => {
      await ports.identities.link(module, work.identity, record.occurredAt, record.key);
    }),
  );
}

async function waitForTurn(active: readonly IdentityWork[], ports: DeliveryPorts): Promise<void> {
  const waitMs = Math.max(...active.map((work) => work.waitMs));
  if (waitMs > 0) await ports.clock.sleep(waitMs);
}

async function runRound(
  active: readonly IdentityWork[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const ready: IdentityWork[] = [];
  await eachApart(active, ports, async (work) => {
    if ((await prepareIdentity(work, ports, context)) === 'ready') ready.push(work);
  });
  if (!hasTimeForWrite(ports, context)) {
    await eachApart(ready, ports, async (work) => await endForLackOfTime(work, ports, context));
    return;
  }
  // In the order of the batch, whatever order they became ready in.
  const inOrder = active.filter((work) => ready.includes(work));
  for (let start = 0; start < inOrder.length; start += ports.crm.rowsMax) {
    await writeRows(inOrder.slice(start, start + ports.crm.rowsMax), ports, context);
  }
}

async function writeRows(
  works: readonly IdentityWork[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const rows = works.map((work) => work.row());
  const { outcomes } = await ports.crm.write(rows);
  assert.equal(outcomes.length, rows.length, 'the CRM writer returns one outcome a row');
  await eachApart(works, ports, async (work, index) => {
    for (const member of pendingMembers(work)) member.calls += 1;
    await settleRow(work, rows[index] as CrmRow, outcomes[index] as CrmRowOutcome, ports, context);
  });
}

/**
 * Does something for each identity, side by side. If the store fails under one of them, only that one
 * ends: its lease and its claims run out by themselves, and nothing is lost.
 */
async function eachApart(
  works: readonly IdentityWork[],
  ports: DeliveryPorts,
  action: (work: IdentityWork, index: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    works.map(async (work, index) => {
      try {
        await action(work, index);
      } catch (error) {
        if (error instanceof IdentityTooLargeError) {
          rejectPending(work, failure('identity_too_large'));
          return;
        }
        if (!(error instanceof StoreUnavailableError)) throw error;
        for (const member of pendingMembers(work)) {
          member.log.error('The event store failed during delivery', {}, error);
        }
        deferPending(work, ports);
      }
    }),
  );
}

function hasTimeForWrite(ports: DeliveryPorts, context: DeliveryContext): boolean {
  return ports.clock.nowMs() + ports.crm.writeTimeoutMs + CLOSING_TIME_MS <= context.deadlineMs;
}

function deferred(ports: Pick<DeliveryPorts, 'random'>): DeliveryOutcome {
  return { kind: 'deferred', delayMs: deferralMs(ports.random.next()) };
}
