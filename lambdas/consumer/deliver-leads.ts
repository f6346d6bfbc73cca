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
import { isDryRun } from '../core/canary.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import { lazyPart } from '../core/lazy-part.ts';
import { deferralMs } from '../core/retry-schedule.ts';
import type { ClaimedEvent, DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { eachApart } from './each-apart.ts';
import type { IdentityWork } from './identity-work.ts';
import { groupByIdentity, linkEvents, loadEvent } from './load-events.ts';
import { prepareIdentity } from './prepare-identity.ts';
import { settleLeftBehind } from './read-back.ts';
import { mayCall, writeRows } from './write-rows.ts';

/** Every round ends at least one identity or uses up an attempt; this bound only guards the loop. */
const ROUNDS_MAX = 100;

/** Most installations have no canary. */
const readDryRun = lazyPart(async () => await import('./try-way.ts'));

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
  const isDry = ({ record }: ClaimedEvent): boolean => isDryRun(record.source, context.config);
  const members = await Promise.all(
    events
      .filter((event) => !isDry(event))
      .map(async (event) => await loadEvent(event, ports, context)),
  );
  const works = groupByIdentity(members, ports, context);
  await eachApart(works, ports, async (work) => await linkEvents(work, ports, context));

  let active = works.filter((work) => !work.done);
  for (let round = 0; round < ROUNDS_MAX && active.length > 0; round += 1) {
    await waitForTurn(active, ports);
    await runRound(active, ports, context);
    active = active.filter((work) => !work.done);
  }
  // People's leads first: what only tries the way can wait for them.
  const outcomes = members.map((member) => member.outcome ?? deferred(ports));
  const dryOutcomes = await dryRuns(events.filter(isDry), ports, context);
  return events.map((event) => (isDry(event) ? dryOutcomes : outcomes).shift() ?? deferred(ports));
}

async function dryRuns(
  events: readonly ClaimedEvent[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<DeliveryOutcome[]> {
  if (events.length === 0) return [];
  const { tryWay } = await readDryRun();
  return await Promise.all(events.map(async (event) => await tryWay(event, ports, context)));
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
  await settleLeftBehind(ready, ports, context);

  const toWrite = ready.filter((work) => !work.done);
  for (let start = 0; start < toWrite.length; start += ports.crm.rowsMax) {
    await writeRows(toWrite.slice(start, start + ports.crm.rowsMax), ports, context);
  }
}

function deferred(ports: Pick<DeliveryPorts, 'random'>): DeliveryOutcome {
  return { kind: 'deferred', delayMs: deferralMs(ports.random.next()) };
}
