import type { EventRecord } from '../core/event-record.ts';
import { type NormalizedEvent, READING_NAMES } from '../core/lead-event.ts';
import type { SourceConfig } from '../providers/catalogue.ts';
import type { Submission } from '../providers/provider.ts';

/** What intake made of the submission: it is made anew of the whole, and must not pass for the sender's words. */
const MADE: ReadonlySet<string> = new Set(['email_raw', 'phone_raw', ...READING_NAMES]);

/**
 * An event that awaits its details, as the submission that its webhook named.
 *
 * It is taken from what was stored, not from the request: that may have ended its retention, or lie in a
 * bucket that the consumer cannot read.
 */
export function thinSubmissionOf(
  record: EventRecord,
  { identity, attributes, answers, consent, details, ...event }: NormalizedEvent,
  { defaults }: Pick<SourceConfig, 'defaults'>,
): Submission {
  const ref = details?.ref ?? {};
  const constants: Readonly<Record<string, unknown>> = defaults;
  const said = Object.entries(attributes).filter(
    ([name, value]) => !MADE.has(name) && constants[name] !== value,
  );
  return {
    eventType: record.eventType,
    ...given('sourceEventId', record.sourceEventId),
    ...given('deliveryId', record.deliveryId),
    ...given('occurredAt', event.occurred_at_basis === 'provider' ? event.occurred_at : undefined),
    ...given('email', identity.email ?? attributes['email_raw']),
    ...given('phone', identity.phone_e164 ?? attributes['phone_raw']),
    ...given('externalId', externalIdOf(identity.contact_external_id, event.source)),
    attributes: Object.fromEntries(said),
    answers,
    consent,
    details: ref,
    content: ref,
  };
}

function externalIdOf(stored: string | undefined, source: string): string | undefined {
  const prefix = `${source}:person:`;
  return stored?.startsWith(prefix) === true ? stored.slice(prefix.length) : undefined;
}

function given<Name extends string>(
  name: Name,
  value: string | undefined,
): Partial<Record<Name, string>> {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, string>>;
}
