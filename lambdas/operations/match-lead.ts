import type { EventRecord } from '../core/event-record.ts';
import { identifiersOf } from '../core/identity.ts';
import type { NormalizedEvent } from '../core/lead-event.ts';
import type { LeadQuery } from './lead-query.ts';

/** With fewer digits in common, two numbers of different countries could be taken for one. */
const COMMON_DIGITS_MIN = 8;

/** Country codes have three digits at most (ITU-T E.164); one more for what is dialled inside a country alone. */
const PREFIX_DIGITS_MAX = 4;

/** Shorter parts of an id are no ids of their own. */
const ID_PART_MIN = 6;

/**
 * Whether an event is one that was looked for, by all that is stored of it.
 *
 * @param event what it says; absent where it could not be read, or no longer is kept
 */
export function matchesQuery(
  query: LeadQuery,
  record: Pick<EventRecord, 'key' | 'source' | 'sourceEventId' | 'deliveryId' | 'crm'>,
  event: Pick<NormalizedEvent, 'identity' | 'attributes' | 'details'> | undefined,
): boolean {
  switch (query.kind) {
    case 'key':
      return record.key === query.key;
    case 'crm-id':
      return record.crm?.recordId === query.recordId;
    case 'provider-id':
      return isItsId(query.id, record, event);
    case 'email':
      return event?.identity.email === query.email;
    case 'phone':
      return event !== undefined && hasPhone(event, query);
    case 'name':
      // Names are made with the installation's secret; whoever knows it compares them.
      return false;
  }
}

function isItsId(
  id: string,
  {
    source,
    sourceEventId,
    deliveryId,
  }: Pick<EventRecord, 'source' | 'sourceEventId' | 'deliveryId'>,
  event: Pick<NormalizedEvent, 'identity' | 'details'> | undefined,
): boolean {
  const externalId = event?.identity.contact_external_id;
  const whole = [
    sourceEventId,
    deliveryId,
    externalId,
    ...Object.values(event?.details?.ref ?? {}),
  ];
  if (whole.includes(id) || externalId === `${source}:person:${id}`) return true;
  // Some senders' ids are made of several: an address, a URN, a list with colons.
  return id.length >= ID_PART_MIN && sourceEventId?.split(/[:/]/).includes(id) === true;
}

function hasPhone(
  event: Pick<NormalizedEvent, 'identity' | 'attributes'>,
  { phones, digits }: Extract<LeadQuery, { kind: 'phone' }>,
): boolean {
  const { phone_e164: e164 } = event.identity;
  const stored = [e164, identifiersOf(event).phone, event.attributes['phone_raw']]
    .filter((each) => each !== undefined)
    .flatMap((each) => [each, each.replaceAll(/\D/g, '')]);
  if (stored.some((each) => phones.includes(each))) return true;
  const typed = nationalOf(digits);
  return (
    typed.length >= COMMON_DIGITS_MIN &&
    stored.some((each) => endTogether(nationalOf(each.replaceAll(/\D/g, '')), typed))
  );
}

/** A number as dialled at home has a zero or two in front, which the same number with its country has not. */
function nationalOf(digits: string): string {
  return digits.replace(/^0+/, '');
}

function endTogether(left: string, right: string): boolean {
  const [shorter, longer] = left.length < right.length ? [left, right] : [right, left];
  return (
    shorter.length >= COMMON_DIGITS_MIN &&
    longer.length - shorter.length <= PREFIX_DIGITS_MAX &&
    longer.endsWith(shorter)
  );
}
