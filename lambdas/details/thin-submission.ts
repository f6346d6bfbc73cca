import type { DetailsRef } from '../providers/details.ts';
import type { Submission } from '../providers/provider.ts';
import type { NormalizedEvent } from '../core/lead-event.ts';
import type { EventRecord } from '../core/event-record.ts';

/**
 * An event that awaits its details, as the submission that its webhook named.
 *
 * It is taken from what was stored, not from the request: that may have ended its retention, or hold a
 * thousand others.
 */
export function thinSubmissionOf(
  record: EventRecord,
  event: NormalizedEvent,
  ref: DetailsRef,
): Submission {
  const { identity } = event;
  const externalId = externalIdOf(identity.contact_external_id, event.source);
  return {
    eventType: record.eventType,
    ...(record.sourceEventId === undefined ? {} : { sourceEventId: record.sourceEventId }),
    ...(record.deliveryId === undefined ? {} : { deliveryId: record.deliveryId }),
    ...(event.occurred_at_basis === 'provider' ? { occurredAt: event.occurred_at } : {}),
    ...(identity.email === undefined ? {} : { email: identity.email }),
    ...(identity.phone_e164 === undefined ? {} : { phone: identity.phone_e164 }),
    ...(externalId === undefined ? {} : { externalId }),
    attributes: event.attributes,
    answers: event.answers,
    consent: event.consent,
    isTest: event.is_test,
    isSpam: false,
    details: ref,
    content: ref,
  };
}

function externalIdOf(stored: string | undefined, source: string): string | undefined {
  const prefix = `${source}:person:`;
  return stored?.startsWith(prefix) === true ? stored.slice(prefix.length) : undefined;
}
