import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading } from '../provider.ts';
import { isoOfMilliseconds } from '../reading/epoch-time.ts';
import { idText, type Json, member } from '../reading/json.ts';
import { oneSubmission, unknownShape } from '../reading/outcome.ts';
import { idOfUrn, responseIdOf } from './linkedin-urn.ts';

const EVENT_TYPE = 'LEAD_ACTION';

/** The event type of a notice that a lead was deleted. */
export const LEAD_DELETED = `${EVENT_TYPE}.DELETED`;

const ACTIONS = new Set(['CREATED', 'DELETED']);

/** What makes a notice this one; a notice's own id may differ when it comes again. */
const LASTING = [
  'leadAction',
  'leadGenFormResponse',
  'leadGenForm',
  'owner',
  'associatedEntity',
  'leadType',
  'occurredAt',
] as const;

/** Reads a notice that names a lead that came or was deleted. */
export function readLinkedinNotice(body: Json, source: SourceBase): Reading {
  const action = member(body, 'leadAction');
  const response = idText(member(body, 'leadGenFormResponse'));
  if (member(body, 'type') !== EVENT_TYPE || typeof action !== 'string' || !ACTIONS.has(action)) {
    return unknownShape('it is no LEAD_ACTION that is CREATED or DELETED');
  }
  if (response === undefined || responseIdOf(response) === undefined) {
    return unknownShape('its leadGenFormResponse is no URN of a response');
  }
  const form = idOfUrn('leadGenForm', member(body, 'leadGenForm'));
  const associated = member(body, 'associatedEntity');
  const isDeletion = action === 'DELETED';
  return oneSubmission(
    {
      eventType: `${EVENT_TYPE}.${action}`,
      sourceEventId: response,
      deliveryId: idText(member(body, 'notificationId')),
      occurredAt: isoOfMilliseconds(member(body, 'occurredAt')),
      fields: [],
      facts: {
        form_id: form,
        ad_id: idOfUrn('sponsoredCreative', member(associated, 'sponsoredCreative')),
      },
      suppression: isDeletion ? 'deleted_at_source' : undefined,
      details: isDeletion ? undefined : { response, ...(form === undefined ? {} : { form }) },
      content: Object.fromEntries(LASTING.map((name) => [name, member(body, name)])),
    },
    source,
  );
}
