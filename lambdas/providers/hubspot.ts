import * as z from 'zod/mini';
import { lazyPart } from '../core/lazy-part.ts';
import { apiOrigin, sourceSettings, toleranceSeconds } from '../core/source-settings.ts';
import { readHubspotNotices } from './bodies/hubspot-notices.ts';
import { CONTACT_PROPERTIES } from './bodies/hubspot-properties.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed } from './reading/outcome.ts';
import { signedBy } from './verification/authentication.ts';

/** Settings of a `hubspot` source. */
export const hubspotSettings = sourceSettings('hubspot', {
  /**
   * The address as HubSpot calls it: it is signed, and what a function is told of it need not be the same.
   *
   * Letters, digits and `-._~/` only. HubSpot decodes some escapes before it signs, and its pages do not agree on
   * which ones; where there are none, there is nothing to agree on.
   */
  publicUrl: z
    .string()
    .check(
      z.maxLength(500),
      z.regex(
        /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~-]+)+$/,
        'must be the https address of this source as HubSpot calls it, without a query and without escapes, for example "https://leads.example.com/hooks/hubspot"',
      ),
    ),
  toleranceSeconds,
  /** Properties that are asked for; each that a contact has is an answer. */
  properties: z._default(
    z
      .array(
        z
          .string()
          .check(z.regex(/^[a-z0-9_]{1,100}$/, 'must be a property’s internal name, like "email"')),
      )
      .check(z.minLength(1), z.maxLength(200)),
    CONTACT_PROPERTIES,
  ),
  /** Where its API is; another one for tests. */
  apiUrl: z._default(apiOrigin, 'https://api.hubapi.com'),
});

const readBodies = lazyPart(async () => await import('./bodies/hubspot-contact.ts'));

/**
 * HubSpot: batches of notices that name contacts; the CRM API has what is known of them.
 *
 * `eventId` is not unique, so subscription, contact and moment name a notice. Of a refused request nothing is
 * sent again after 401, so it is asked to come back: while a secret or the address is wrong, no lead is lost.
 *
 * @see HubSpot, Validating Requests; Webhooks API, read 2026-11-22
 */
export const hubspot = {
  authentication: (source) =>
    signedBy({
      header: 'x-hubspot-signature-v3',
      encoding: 'base64',
      template: `{method}${source.publicUrl}{body}{timestamp}`,
      timestamp: {
        header: 'x-hubspot-request-timestamp',
        unit: 'milliseconds',
        toleranceSeconds: source.toleranceSeconds,
      },
    }),
  accepts: mayBeJson,
  answers: { refusedStatus: 503 },
  read: (request, source) =>
    ifParsed(parseJson(request.body), (body) => readHubspotNotices(body, source)),
  detailsApi: {
    origin: (source) => source.apiUrl,
    authorize: (token) => ({ authorization: `Bearer ${token}` }),
    calls: (ref, { properties }) => {
      const id = encodeURIComponent(ref['contact_id'] ?? '');
      return [{ path: `/crm/v3/objects/contacts/${id}?properties=${properties.join(',')}` }];
    },
    deletedBy: ({ sourceEventId }) => {
      const [, contactId] = sourceEventId.split(':');
      return contactId === undefined ? undefined : { contact_id: contactId };
    },
    read: async (thin, [contact], source) => {
      const { readHubspotContact } = await readBodies();
      return readHubspotContact(thin, contact, source);
    },
  },
} satisfies Provider<z.output<typeof hubspotSettings>>;

/** How to connect HubSpot. */
export const hubspotGuide: ProviderGuide = {
  title: 'HubSpot',
  secret: 'theirs',
  steps: [
    'Make a private or a public app with the scope crm.objects.contacts.read.',
    'Copy the app’s client secret: it is the "current" secret of this source. The access token is the "api_token".',
    'Set "publicUrl" of the source to {url}, exactly as you enter it at HubSpot.',
    'In the app, open Webhooks. Target URL: {url}',
    'Subscribe to contact.creation; to contact.propertyChange of the properties that you need; and to contact.deletion and contact.privacyDeletion. Generic subscriptions (object.creation and so on) of contacts are read as well.',
    'List the properties to be read in "properties"; map hs_object_id to external_id to follow a contact whose address changes.',
    'Activate the subscriptions, and create a contact.',
  ],
  signs:
    'HMAC-SHA256 of method, address, body and timestamp, base64, in `X-HubSpot-Signature-v3`; the time in `X-HubSpot-Request-Timestamp`, 5 minutes',
  retries: 'up to 10 times, spread over about 24 hours; not after 400, 401, 403, 404 and 405',
  givesUp:
    'at once on 401: a request that is refused gets 503 instead, so that it comes back once the secret or the address is right',
  unconfirmed: [
    'which escapes in an address HubSpot decodes before it signs: the address may hold none',
    'the schedule of repeats, and how long HubSpot waits for an answer (5 seconds, 1 to 2 in older texts)',
    'that eventId is not unique',
  ],
  sources: [
    'HubSpot, Validating Requests from HubSpot, read 2026-11-22',
    'HubSpot, Webhooks API; Generic webhook subscriptions; CRM API, Contacts, read 2026-11-22',
  ],
};
