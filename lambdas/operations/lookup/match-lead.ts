import type { EventRecord } from '../../core/event-record.ts';
import { identifiersOf } from '../../core/identity.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import { normalizeEmail } from '../../core/normalize-email.ts';
import type { LeadQuery } from './lead-query.ts';

/** With fewer digits in common, two numbers of different countries could be taken for one. */
const COMMON_DIGITS_MIN = 8;

/** Country codes have three digits at most (ITU-T E.164); one more for what is dialled inside a country alone. */
const PREFIX_DIGITS_MAX = 4;

/** Shorter parts of an id are no ids of their own. */
const ID_PART_MIN = 6;

/** As much of a record as lookups go by. */
export type MatchedRecord = Pick<EventRecord, 'key' | 'source'> &
  Partial<Pick<EventRecord, 'sourceEventId' | 'deliveryId' | 'crm'>>;

/** As much of what an event says as lookups go by. */
export type MatchedEvent = Pick<NormalizedEvent, 'identity' | 'attributes' | 'answers' | 'details'>;

/**
 * Whether an event is one that was looked for, by all that is stored of it. Answers that nothing is mapped to count:
 * a lead without an identifier is the very one that somebody looks for.
 *
 * @param event what it says; absent where it could not be read, or no longer is kept
 */
export function matchesQuery(
  query: LeadQuery,
  record: MatchedRecord,
  event: MatchedEvent | undefined,
): boolean {
  switch (query.kind) {
    case 'key':
      return record.key === query.key;
    case 'crm-id':
      return record.crm?.recordId === query.recordId;
    case 'provider-id':
      return isItsId(query.id, record, event);
    case 'email':
      return event !== undefined && hasEmail(event, query.email);
    case 'phone':
      return event !== undefined && hasPhone(event, query);
    case 'name':
      // Names are made with the installation's secret; whoever knows it compares them.
      return false;
  }
}

/** Whether a body, as it came, has what was looked for in it: an e-mail address, or an id. */
export function holdsText(query: LeadQuery, body: Uint8Array): boolean {
  const wanted = textOf(query);
  if (wanted === undefined) return false;
  const text = new TextDecoder().decode(body).toLowerCase();
  // A form's body is percent-encoded.
  return text.includes(wanted) || text.includes(encodeURIComponent(wanted).toLowerCase());
}

function textOf(query: LeadQuery): string | undefined {
  if (query.kind === 'email') return query.email;
  const isId = query.kind === 'provider-id' && query.id.length >= ID_PART_MIN;
  return isId ? query.id.toLowerCase() : undefined;
}

function isItsId(
  id: string,
  { source, sourceEventId, deliveryId }: MatchedRecord,
  event: MatchedEvent | undefined,
): boolean {
  const externalId = event?.identity.contact_external_id;
  const refs = Object.values(event?.details?.ref ?? {});
  if ([sourceEventId, deliveryId, externalId, ...refs].includes(id)) return true;
  if (externalId === `${source}:person:${id}`) return true;
  // Some senders' ids are made of several: an address, a URN, a list with colons.
  return id.length >= ID_PART_MIN && sourceEventId?.split(/[:/]/).includes(id) === true;
}

function hasEmail({ identity, answers }: MatchedEvent, email: string): boolean {
  return (
    identity.email === email ||
    answers.some(({ value }) => [value].flat().some((each) => normalizeEmail(each) === email))
  );
}

function hasPhone(
  event: MatchedEvent,
  { phones, digits }: Extract<LeadQuery, { kind: 'phone' }>,
): boolean {
  const numbers = [
    event.identity.phone_e164,
    identifiersOf(event).phone,
    event.attributes['phone_raw'],
    ...event.answers.flatMap(({ value }) => value).filter((value) => MAY_BE_A_NUMBER.test(value)),
  ].filter((each) => each !== undefined);
  if (numbers.some((each) => phones.includes(each))) return true;
  const typed = nationalOf(digits);
  return numbers.some((each) => endTogether(nationalOf(each.replaceAll(/\D/g, '')), typed));
}

/** Digits with what people put between them; no longer text with a number somewhere in it. */
const MAY_BE_A_NUMBER = /^[\s+()\d./-]{8,40}$/;

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
