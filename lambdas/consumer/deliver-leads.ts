/**
 * Brings the events of one batch into the CRM.
 *
 * ```
 * events ─► load, find identities ─► ┌ merge into HEAD, take its lease            ┐
 *             group by identity       │ read back what was left unsettled          │ again for those
 *                                     │ write all identities in one call           │ that may be
 *                                     │ read back what got no answer               │ repeated
 *                                     └ confirm or settle each row                 ┘
 * ```
 *
 * Many events of one identity are one row, and one writer at a time holds an identity.
 */
import assert from 'node:assert/strict';
import { isCrmFailure } from '../core/breaker.ts';
import { contributionOf } from '../core/contribution.ts';
import type { CrmRow, CrmRowOutcome } from '../core/crm.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import { IdentityTooLargeError, StoreUnavailableError } from '../core/errors.ts';
import type { EventRecord } from '../core/event-record.ts';
import { type Failure, failure } from '../core/failure.ts';
import { identityNamesOf } from '../core/identity.ts';
import { CLOSING_TIME_MS } from '../core/pipeline-limits.ts';
import { deferralMs } from '../core/retry-schedule.ts';
import type { ClaimedEvent, DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import {
  type IdentityWork,
  type Member,
  newIdentityWork,
  pendingMembers,
} from './identity-work.ts';
import { ensureLease, prepareIdentity } from './prepare-identity.ts';
import { readRecords, settleLeftBehind } from './read-back.ts';
import { resolveIdentity } from './resolve-identity.ts';
import { deferPending, endForBreaker, endForLackOfTime, rejectPending } from './settle-failed.ts';
import { settleRow } from './settle-row.ts';

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
  const base = { record: event.record, log: event.log, calls: 0 };
  try {
    return { ...base, ...(await read(event.record, ports, context)) };
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    event.log.error('The event could not be read', {}, error);
    return { ...base, outcome: deferred(ports) };
  }
}

async function read(
  record: EventRecord,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<Pick<Member, 'identity' | 'head' | 'contribution' | 'outcome'>> {
  const { config, pepper } = context;
  const normalized = await ports.events.readNormalized(
    record.key,
    record.payloadHash,
    record.remappedAs,
  );
  if (normalized === undefined) return rejectedUntried(record, failure('payload_missing'));
  const names = identityNamesOf(normalized, config.identity.order, pepper);
  if (names.length === 0) return rejectedUntried(record, failure('missing_identity'));

  const resolution = await resolveIdentity(config.zoho.module, names, ports.identities);
  switch (resolution.kind) {
    case 'conflict':
      return rejectedUntried(record, resolution.failure);
    case 'unsure':
      return { outcome: deferred(ports) };
    case 'identity': {
      const { identity, head } = resolution;
      const contribution = contributionOf(normalized, config);
      return { identity, contribution, ...(head === undefined ? {} : { head }) };
    }
  }
}

function rejectedUntried(record: EventRecord, why: Failure): Pick<Member, 'outcome'> {
  return { outcome: { kind: 'rejected', failure: why, attempts: record.attempts } };
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
    if (member.head !== undefined && !work.seen) {
      work.head = member.head;
      work.seen = true;
    }
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
  const prepared: IdentityWork[] = [];
  await eachApart(active, ports, async (work) => {
    if ((await prepareIdentity(work, ports, context)) === 'ready') prepared.push(work);
  });
  // In the order of the batch, whatever order they became ready in.
  const ready = active.filter((work) => prepared.includes(work));
  if (!(await mayCall(ready, ports, context))) return;
  await settleLeftBehind(ready, ports, context, async (works, action) => {
    await eachApart(works, ports, action);
  });

  const toWrite = ready.filter((work) => !work.done);
  for (let start = 0; start < toWrite.length; start += ports.crm.rowsMax) {
    await writeRows(toWrite.slice(start, start + ports.crm.rowsMax), ports, context);
  }
}

/** While the day's credits run low, each write waits. */
async function slowDown(ports: DeliveryPorts, { gate }: DeliveryContext): Promise<void> {
  const check = gate.check();
  if (check.kind === 'open' && check.waitMs > 0) await ports.clock.sleep(check.waitMs);
}

/** Whether there is time for a call and the breaker lets it through; if not, the works have ended. */
async function mayCall(
  works: readonly IdentityWork[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<boolean> {
  if (works.length === 0) return false;
  const gate = context.gate.check();
  if (gate.kind === 'stay_away') {
    await eachApart(works, ports, async (work) => {
      await endForBreaker(work, gate.delayMs, ports);
    });
    return false;
  }
  if (!hasTimeForWrite(ports, context, gate.waitMs)) {
    await eachApart(works, ports, async (work) => await endForLackOfTime(work, ports, context));
    return false;
  }
  return true;
}

async function writeRows(
  candidates: readonly IdentityWork[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  if (!(await mayCall(candidates, ports, context))) return;
  await slowDown(ports, context);
  const leased = new Set<IdentityWork>();
  await eachApart(candidates, ports, async (work) => {
    if (await ensureLease(work, ports, context)) leased.add(work);
  });
  const works = candidates.filter((work) => leased.has(work));
  if (works.length === 0) return;

  const rows = works.map((work) => work.row());
  const { outcomes, creditsRemaining } = await ports.crm.write(rows);
  assert.equal(outcomes.length, rows.length, 'the CRM writer returns one outcome a row');
  await noteCall(outcomes, creditsRemaining, context);
  for (const [index, work] of works.entries()) {
    if (isAttempt(outcomes[index] as CrmRowOutcome, context)) {
      for (const member of pendingMembers(work)) member.calls += 1;
    }
  }
  const settledOutcomes = await readBackLost(works, rows, outcomes, ports, context);
  await eachApart(works, ports, async (work, index) => {
    const outcome = settledOutcomes[index];
    if (outcome !== undefined) {
      await settleRow(work, rows[index] as CrmRow, outcome, ports, context);
    }
  });
}

/**
 * Whether a write counts against its leads' attempts: not while the CRM is down, or an outage would use them
 * up, and not when it got no further than the search for a token.
 */
function isAttempt(outcome: CrmRowOutcome, { gate }: DeliveryContext): boolean {
  if (outcome.kind !== 'failed') return true;
  const isWithoutToken =
    outcome.failure.code === 'crm_token_throttled' ||
    outcome.failure.code === 'crm_token_unavailable';
  return gate.isCounting() && !isWithoutToken;
}

/** An answer that did not come does not mean that nothing was written: the records themselves tell. */
async function readBackLost(
  works: readonly IdentityWork[],
  rows: readonly CrmRow[],
  outcomes: readonly CrmRowOutcome[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<readonly CrmRowOutcome[]> {
  const lost = works.filter((_, index) => {
    const outcome = outcomes[index];
    return outcome?.kind === 'failed' && outcome.mayHaveHappened;
  });
  const isOpen = context.gate.check().kind === 'open';
  if (lost.length === 0 || !isOpen || !hasTimeForWrite(ports, context, 0)) return outcomes;

  const readings = await readRecords(lost, ports, context);
  return outcomes.map((outcome, index) => {
    const reading = readings[lost.indexOf(works[index] as IdentityWork)];
    if (reading?.kind !== 'confirmed') return outcome;
    const isNew = rows[index]?.recordId === undefined;
    return { kind: 'written', recordId: reading.recordId, action: isNew ? 'insert' : 'update' };
  });
}

async function noteCall(
  outcomes: readonly CrmRowOutcome[],
  creditsRemaining: number | undefined,
  { gate }: DeliveryContext,
): Promise<void> {
  const credits = creditsRemaining === undefined ? {} : { creditsRemaining };
  const failures = outcomes.flatMap((outcome) =>
    outcome.kind === 'failed' && isCrmFailure(outcome.failure) ? outcome.failure : [],
  );
  const gravest = failures.find((each) => each.class === 'authorization') ?? failures[0];
  if (failures.length < outcomes.length) await gate.note(credits);
  if (gravest !== undefined) await gate.note({ failure: gravest, ...credits });
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

function hasTimeForWrite(ports: DeliveryPorts, context: DeliveryContext, waitMs: number): boolean {
  const neededMs = waitMs + ports.crm.writeTimeoutMs + CLOSING_TIME_MS;
  return ports.clock.nowMs() + neededMs <= context.deadlineMs;
}

function deferred(ports: Pick<DeliveryPorts, 'random'>): DeliveryOutcome {
  return { kind: 'deferred', delayMs: deferralMs(ports.random.next()) };
}
