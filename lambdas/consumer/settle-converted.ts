import { isCrmFailure } from '../core/breaker.ts';
import type { CrmRowOutcome } from '../core/ports/crm.ts';
import { bytesHash } from '../core/payload-hash.ts';
import type { DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { attemptsOf, type IdentityWork, type Member, pendingMembers } from './identity-work.ts';
import { decideFor, deferPending } from './settle-failed.ts';
import { hasTimeForCall } from './time-left.ts';
import { withdraw, withdrawPending } from './withdraw.ts';

const MARK_LENGTH = 12;

/**
 * Settles events of somebody whose lead was turned into a contact: a converted lead takes no changes, and a
 * second lead would be a second record of one person. They become notes on the contact, or wait for a
 * person, as configured.
 *
 * Either way their values leave HEAD, which stands for the lead.
 */
export async function settleConverted(
  work: IdentityWork,
  outcome: Extract<CrmRowOutcome, { kind: 'converted' }>,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const { contactId } = outcome;
  if (context.config.zoho.onConverted === 'quarantine' || contactId === undefined) {
    await withdrawPending(work, outcome.failure, ports);
    return;
  }
  const pending = pendingMembers(work);
  const keys = pending.map(({ record }) => record.key);
  if (!(await withdraw(work, keys, true, ports))) return;
  for (const member of pending) {
    const mayCall = context.gate.check().kind === 'open' && hasTimeForCall(ports, context, 0);
    if (!mayCall) break;
    await addNote(member, contactId, ports, context);
  }
  // Those for which no time was left.
  deferPending(work, ports);
}

async function addNote(
  member: Member,
  contactId: string,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const { key } = member.record;
  const noted = await ports.crm.addNote({
    contactId,
    mark: bytesHash(new TextEncoder().encode(key)).slice(0, MARK_LENGTH),
    values: member.contribution?.values ?? {},
  });
  await context.gate.note(
    noted.kind === 'failed' && isCrmFailure(noted.failure) ? { failure: noted.failure } : {},
  );
  if (noted.kind === 'written') {
    member.outcome = {
      kind: 'delivered',
      crm: { module: 'Contacts', recordId: contactId, action: 'note' },
      attempts: attemptsOf(member),
    };
    return;
  }
  const decision = decideFor(member, noted, ports, context);
  const attempts = attemptsOf(member);
  // A note that is committed late cannot be found before, and would be written twice.
  const settleMs = noted.mayHaveHappened ? context.config.delivery.settleWindowMs : 0;
  member.outcome =
    decision.kind === 'give_up'
      ? { kind: 'rejected', failure: decision.failure, attempts }
      : {
          kind: 'retry',
          failure: noted.failure,
          attempts,
          delayMs: Math.max(decision.kind === 'later' ? decision.delayMs : 0, settleMs),
        };
}
