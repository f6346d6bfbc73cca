import { contributionOf } from '../core/contribution.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import { StoreUnavailableError } from '../core/errors.ts';
import type { EventRecord } from '../core/event-record.ts';
import { type Failure, failure } from '../core/failure.ts';
import { identityNamesOf } from '../core/identity.ts';
import { deferralMs } from '../core/retry-schedule.ts';
import type { ClaimedEvent, DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { hydrateEvent } from './hydrate-event.ts';
import { type IdentityWork, type Member, newIdentityWork } from './identity-work.ts';
import { resolveIdentity } from './resolve-identity.ts';

/** Reads what an event says, and finds whom it belongs to. If it cannot, the event has its outcome. */
export async function loadEvent(
  event: ClaimedEvent,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<Member> {
  const base = { record: event.record, log: event.log, calls: 0 };
  try {
    return { ...base, ...(await read(event, ports, context)) };
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    event.log.error('The event could not be read', {}, error);
    return { ...base, outcome: deferred(ports) };
  }
}

async function read(
  event: ClaimedEvent,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<
  Partial<Pick<Member, 'record' | 'identity' | 'head' | 'contribution' | 'isCompleted' | 'outcome'>>
> {
  const { config, pepper } = context;
  const { key, payloadHash, remappedAs } = event.record;
  const stored = await ports.events.readNormalized(key, payloadHash, remappedAs);
  if (stored === undefined) return rejectedUntried(event.record, failure('payload_missing'));
  const hydration = await hydrateEvent(event, stored, ports, context);
  if (hydration.kind === 'ended') return { outcome: hydration.outcome };
  const { record, normalized } = hydration;
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
      const isCompleted = normalized.details !== undefined;
      return {
        record,
        identity,
        contribution,
        isCompleted,
        ...(head === undefined ? {} : { head }),
      };
    }
  }
}

function rejectedUntried(record: EventRecord, why: Failure): Pick<Member, 'outcome'> {
  return { outcome: { kind: 'rejected', failure: why, attempts: record.attempts } };
}

/** Many events of one identity are one piece of work, and one row. */
export function groupByIdentity(
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

/** Lists the events under their identity, for lookup, rebuild and erasure. */
export async function linkEvents(
  work: IdentityWork,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<void> {
  const { module } = context.config.zoho;
  // A failed attempt came after the link, so only an event without one can lack it, or one whose attempts may
  // have been made at its provider.
  const unlinked = work.members.filter(
    (member) => member.record.attempts === 0 || member.isCompleted === true,
  );
  await Promise.all(
    unlinked.map(async ({ record }) => {
      await ports.identities.link(module, work.identity, record.occurredAt, record.key);
    }),
  );
}

function deferred(ports: Pick<DeliveryPorts, 'random'>): DeliveryOutcome {
  return { kind: 'deferred', delayMs: deferralMs(ports.random.next()) };
}
