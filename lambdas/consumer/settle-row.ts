import type { CrmRow, CrmRowOutcome } from '../core/ports/crm.ts';
import { confirm, needsWrite, withoutCrmRecord, withoutLease } from '../core/head.ts';
import type { DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { changeLeasedHead } from './identity-lease.ts';
import { attemptsOf, type IdentityWork, pendingMembers } from './identity-work.ts';
import { settleConverted } from './settle-converted.ts';
import { deferPending, settleFailed } from './settle-failed.ts';

/** Whoever holds the lease brings others' events along, but not for ever. */
const EXTRA_ROUNDS_MAX = 3;

/**
 * Settles one written row: confirms it in HEAD, or decides what the failure asks for.
 *
 * Afterwards the work is done, or is to go another round after `waitMs`.
 *
 * @param outcome of a write whose answer came, or that was read back in vain
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
  switch (outcome.kind) {
    case 'written':
      await settleWritten(work, row, outcome, ports);
      return;
    case 'converted':
      await settleConverted(work, outcome, ports, context);
      return;
    case 'failed':
      if (outcome.failure.code === 'crm_record_gone' && row.recordId !== undefined) {
        // Deleted or merged in the CRM: the next round writes the whole state to a record that it finds
        // or makes. It happens once a row, since that row then has no record id.
        if (!(await changeLeasedHead(work, withoutCrmRecord, ports))) deferPending(work, ports);
        return;
      }
      await settleFailed(work, outcome, ports, context);
      return;
  }
}

async function settleWritten(
  work: IdentityWork,
  row: CrmRow,
  written: Extract<CrmRowOutcome, { kind: 'written' }>,
  ports: DeliveryPorts,
): Promise<void> {
  const mayGoOn = work.extraRounds < EXTRA_ROUNDS_MAX;
  const held = await changeLeasedHead(
    work,
    (head) => {
      const confirmed = confirm(head, row.version, written.recordId);
      return needsWrite(confirmed) && mayGoOn ? confirmed : withoutLease(confirmed);
    },
    ports,
  );
  if (!held) {
    // The lease ran out and another writer has it. It reads the record back before it writes, and these
    // events find themselves confirmed when they come back.
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
