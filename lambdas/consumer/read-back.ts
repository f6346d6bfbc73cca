/**
 * Settles writes whose answers nobody has, by reading the records back.
 *
 * ```
 * record carries a version that was not confirmed ──► it took place: confirm it; nothing is written again
 * it does not, and its time is over ────────────────► it never will: write
 * it cannot be read now ────────────────────────────► later
 * it can never be read ─────────────────────────────► write again: one record all the same
 * ```
 */
import assert from 'node:assert/strict';
import type { CrmReadBack } from '../core/ports/crm.ts';
import { confirm, type Head, isUnsettled, needsWrite, settled, withLease } from '../core/head.ts';
import type { DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { eachApart } from './each-apart.ts';
import { changeLeasedHead } from './identity-lease.ts';
import type { IdentityWork } from './identity-work.ts';
import { endAsHeld } from './prepare-identity.ts';
import { deferPending, endUnread } from './settle-failed.ts';

/** What the record of an identity tells of its last write. */
export type Reading =
  | { readonly kind: 'confirmed'; readonly recordId: string; readonly version: number }
  | { readonly kind: 'not_written' }
  | Extract<CrmReadBack, { kind: 'unknown' | 'unsupported' }>;

/**
 * Reads the records of identities back, with one call.
 *
 * @param works 1 to `crm.rowsMax`; each HEAD as it stands in the store
 * @returns one reading an identity, in order
 */
export async function readRecords(
  works: readonly IdentityWork[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<readonly Reading[]> {
  const refs = works.map(({ head }) => ({
    identity: head.identity,
    ...(head.crmRecordId === undefined ? {} : { recordId: head.crmRecordId }),
  }));
  const { readings, creditsRemaining } = await ports.crm.readBack(refs);
  assert.equal(readings.length, works.length, 'the CRM returns one reading a reference');
  const failed = readings.find((reading) => reading.kind === 'unknown');
  await context.gate.note({
    ...(failed === undefined ? {} : { failure: failed.failure }),
    ...(creditsRemaining === undefined ? {} : { creditsRemaining }),
  });
  return works.map(({ head }, index) => readingOf(head, readings[index] ?? { kind: 'absent' }));
}

/**
 * Settles identities that were left with a write that may have taken place, before they are written to.
 * Afterwards each is ready to be written, or done.
 *
 * @param works whose leases are ours
 */
export async function settleLeftBehind(
  works: readonly IdentityWork[],
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const unsettled = works.filter(({ head }) => isUnsettled(head));
  for (let start = 0; start < unsettled.length; start += ports.crm.rowsMax) {
    const some = unsettled.slice(start, start + ports.crm.rowsMax);
    const readings = await readRecords(some, ports, context);
    await eachApart(some, ports, async (work, index) => {
      await settleOne(work, readings[index] ?? { kind: 'not_written' }, ports, context);
    });
  }
}

async function settleOne(
  work: IdentityWork,
  reading: Reading,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  if (reading.kind === 'unknown') {
    await endUnread(work, reading, ports, context);
    return;
  }
  const untilMs = ports.clock.nowMs() + context.config.delivery.identityLeaseMs;
  const held = await changeLeasedHead(
    work,
    (head) =>
      withLease(
        reading.kind === 'confirmed'
          ? confirm(head, reading.version, reading.recordId)
          : settled(head),
        work.token,
        untilMs,
      ),
    ports,
  );
  if (!held) {
    deferPending(work, ports);
    return;
  }
  if (!needsWrite(work.head)) await endAsHeld(work, ports);
}

/** A version above the confirmed one that this HEAD has had: the write that nobody has an answer to. */
function readingOf(head: Head, reading: CrmReadBack): Reading {
  switch (reading.kind) {
    case 'unknown':
    case 'unsupported':
      return reading;
    case 'absent':
      return { kind: 'not_written' };
    case 'held':
      return reading.version > head.confirmedVersion && reading.version <= head.version
        ? { kind: 'confirmed', recordId: reading.recordId, version: reading.version }
        : { kind: 'not_written' };
  }
}
