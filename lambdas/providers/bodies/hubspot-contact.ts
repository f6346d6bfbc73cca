import type { CanonicalField } from '../../core/lead-event.ts';
import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading, Submission } from '../provider.ts';
import { type FormField, meaningOf } from '../reading/form-field.ts';
import { idText, isObject, type Json, member, scalarText } from '../reading/json.ts';
import { unknownShape } from '../reading/outcome.ts';
import { readDetails } from '../reading/read-details.ts';

/** Properties that HubSpot fills in, and whose names do not say to everybody what they are. */
const MEANINGS: Readonly<Record<string, CanonicalField>> = {
  hs_analytics_first_url: 'page_url',
  hs_analytics_first_referrer: 'referrer',
  hs_google_click_id: 'gclid',
  hs_facebook_click_id: 'fbclid',
};

/**
 * Reads a contact as the CRM API tells it: each property that it has is an answer. Never throws.
 *
 * @see HubSpot, CRM API, Contacts; Default contact properties, read 2026-11-22
 */
export function readHubspotContact(
  thin: Submission,
  contact: Json | undefined,
  source: Pick<SourceBase, 'fields'>,
): Reading {
  const properties = member(contact, 'properties');
  if (!isObject(properties)) return unknownShape('it has no properties');
  const id = idText(member(contact, 'id'));
  // After a merge the API answers with the contact that is left: it is the same person.
  if (id === undefined) return unknownShape('it has no id');

  const isArchived = member(contact, 'archived') === true;
  return readDetails(
    thin,
    {
      fields: Object.entries(properties).flatMap(([name, value]) => readProperty(name, value)),
      suppression: isArchived ? 'deleted_at_source' : undefined,
    },
    source,
  );
}

function readProperty(name: string, value: Json): FormField[] {
  const text = scalarText(value);
  if (text === undefined || text === '') return [];
  return [{ ids: [name], value: text, ...meaningOf(MEANINGS, name) }];
}
