import assert from 'node:assert/strict';
import { isDryRun } from '../core/canary.ts';
import { isCrmFailure } from '../core/breaker.ts';
import type { CrmRow, CrmRowOutcome } from '../core/ports/crm.ts';
import type { DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { eachApart } from './each-apart.ts';
import { type IdentityWork, pendingMembers } from './identity-work.ts';
import { hasTimeForCall } from './time-left.ts';
import { ensureLease } from './prepare-identity.ts';
import { readRecords } from './read-back.ts';
import { endForBreaker, endForLackOfTime } from './settle-failed.ts';
import { settleRow } from './settle-row.ts';

/** While the day's credits run low, each write waits. */
async function slowDown(ports: DeliveryPorts, { gate }: DeliveryContext): Promise<void> {
  const check = gate.check();
  if (check.kind === 'open' && check.waitMs > 0) await ports.clock.sleep(check.waitMs);
}

/** Whether there is time for a call and the breaker lets it through; if not, the works have ended. */
export async function mayCall(
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
  if (!hasTimeForCall(ports, context, gate.waitMs)) {
    await eachApart(works, ports, async (work) => await endForLackOfTime(work, ports, context));
    return false;
  }
  return true;
}

/**
 * Writes the rows of identities with one call, reads back what got no answer, and settles each. Afterwards
 * each identity is done, or goes another round.
 *
 * @param candidates 1 to `crm.rowsMax`, each ready to be written
 */
export async function writeRows(
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

  assertMayBeWritten(works, context);
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

/** Events that only try the way never come as far as here. */
function assertMayBeWritten(works: readonly IdentityWork[], { config }: DeliveryContext): void {
  const members = works.flatMap((work) => work.members);
  assert(
    !members.some(({ record }) => isDryRun(record.source, config)),
    'a dry run writes nothing',
  );
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
  if (lost.length === 0 || !isOpen || !hasTimeForCall(ports, context, 0)) return outcomes;

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
