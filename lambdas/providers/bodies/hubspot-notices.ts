import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading, Submission } from '../provider.ts';
import { buildSubmission } from '../reading/build-submission.ts';
import { isoOfMilliseconds } from '../reading/epoch-time.ts';
import { namelessFields } from '../reading/flat-fields.ts';
import { digitsOf, idText, isArray, isObject, type Json, member } from '../reading/json.ts';
import { unknownShape } from '../reading/outcome.ts';
import { bodyOf, PARTS_MAX } from '../reading/parts.ts';

const LEAD_TYPES = new Set(['contact.creation', 'contact.propertyChange']);
const DELETION_TYPES = new Set(['contact.deletion', 'contact.privacyDeletion']);

/** A contact, where a subscription's type says no more than `object.*`. */
const CONTACT_TYPE_ID = '0-1';

/** They change from one delivery to the next, or need not stay the same. */
const PER_DELIVERY = new Set(['attemptNumber', 'eventId']);

/** Reads a batch of notices, one submission each. */
export function readHubspotNotices(body: Json, source: SourceBase): Reading {
  if (!isArray(body)) return unknownShape('it is not a list of notices');
  if (body.length > PARTS_MAX) {
    return unknownShape(`it holds ${body.length} notices, more than ${PARTS_MAX}`);
  }
  const isNotice = (entry: Json): boolean =>
    idText(member(entry, 'subscriptionType')) !== undefined;
  const isOneOfMany = body.length > 1;
  const noNotice = unknownShape('it is no notice');
  if (!isOneOfMany && !body.every(isNotice)) return noNotice;
  const unreadable = body
    .filter((entry) => !isNotice(entry))
    .map((other) => ({ part: bodyOf([other]), failure: noNotice.failure }));
  const submissions = body
    .filter(isNotice)
    .map((notice) => readNotice(notice, isOneOfMany, source));
  return unreadable.length === 0
    ? { kind: 'read', submissions }
    : { kind: 'read', submissions, unreadable };
}

/** A notice of a contact that does not name it names nobody, and is quarantined; the others go their way. */
function readNotice(notice: Json, isOneOfMany: boolean, source: SourceBase): Submission {
  const eventType = idText(member(notice, 'subscriptionType')) ?? '';
  const contactId = digitsOf(member(notice, 'objectId'));
  const subscriptionId = digitsOf(member(notice, 'subscriptionId'));
  const occurredAtMs = digitsOf(member(notice, 'occurredAt'));
  const isNamed =
    contactId !== undefined && subscriptionId !== undefined && occurredAtMs !== undefined;
  const suppression = suppressionOf(aboutContacts(eventType, notice));
  const said = isObject(notice)
    ? Object.fromEntries(Object.entries(notice).filter(([name]) => !PER_DELIVERY.has(name)))
    : {};
  return buildSubmission(
    {
      eventType,
      sourceEventId: isNamed ? `${subscriptionId}:${contactId}:${occurredAtMs}` : undefined,
      deliveryId: idText(member(notice, 'eventId')),
      occurredAt: isoOfMilliseconds(occurredAtMs),
      // Without an id, what it says is what tells it from another one.
      fields: isNamed ? [] : namelessFields(said),
      suppression,
      details: isNamed && suppression === undefined ? { contact_id: contactId } : undefined,
      content: said,
      part: isOneOfMany ? bodyOf([notice]) : undefined,
    },
    source,
  );
}

/**
 * Generic subscriptions, which new apps have, are called `object.creation` whatever they are about.
 *
 * @see HubSpot, Create and manage generic webhook subscriptions, read 2026-11-22
 */
function aboutContacts(eventType: string, notice: Json): string {
  return idText(member(notice, 'objectTypeId')) === CONTACT_TYPE_ID
    ? eventType.replace(/^object\./, 'contact.')
    : eventType;
}

function suppressionOf(eventType: string): Submission['suppression'] {
  if (LEAD_TYPES.has(eventType)) return undefined;
  return DELETION_TYPES.has(eventType) ? 'deleted_at_source' : 'not_a_lead';
}
