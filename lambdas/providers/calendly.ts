import type * as z from 'zod/mini';
import { type SourceBase, sourceSettings, toleranceSeconds } from '../core/source-settings.ts';
import { readCalendlyFields, readTracking } from './bodies/calendly-fields.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading } from './provider.ts';
import { atPath, idText, isObject, type Json, member, parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed, oneSubmission, unknownShape } from './reading/outcome.ts';
import { signedBy } from './verification/authentication.ts';

/** Settings of a `calendly` source. */
export const calendlySettings = sourceSettings('calendly', { toleranceSeconds });

/** What makes somebody a lead; everything else that is known is told of one that came before. */
const LEAD_EVENTS = new Set(['invitee.created', 'routing_form_submission.created']);
const NOTICES = new Set(['invitee.canceled', 'invitee_no_show.created', 'invitee_no_show.deleted']);

/**
 * Calendly: a booking or a routing form, one a request. A booking that is moved to another time is cancelled
 * and made again: the new invitee is an event of its own, for the same person.
 *
 * @see Calendly, Webhook signatures; Webhook payload, read 2026-11-22
 */
export const calendly = {
  authentication: (source) =>
    signedBy({
      header: 'calendly-webhook-signature',
      member: 'v1',
      template: '{timestamp}.{body}',
      timestamp: { member: 't', unit: 'seconds', toleranceSeconds: source.toleranceSeconds },
    }),
  accepts: mayBeJson,
  read: (request, source) => ifParsed(parseJson(request.body), (body) => readBody(body, source)),
} satisfies Provider<z.output<typeof calendlySettings>>;

/** How to connect Calendly. */
export const calendlyGuide: ProviderGuide = {
  title: 'Calendly',
  secret: 'ours',
  steps: [
    'Webhooks are made with the API: POST https://api.calendly.com/webhook_subscriptions with a personal access token.',
    'url: {url}',
    'signing_key: {secret}',
    'events: invitee.created, invitee.canceled, and routing_form_submission.created where there is a routing form (scope "organization").',
    'Look at `state` of the subscription from time to time: Calendly does not tell when it disables one.',
  ],
  signs:
    'HMAC-SHA256 of `<timestamp>.<body>`, hex, in `Calendly-Webhook-Signature: t=<timestamp in seconds>,v1=…`',
  retries: 'anything but 2xx, with growing pauses for 24 hours',
  givesUp:
    'after 24 hours of failures the subscription is disabled and must be made anew; `state` and `retry_started_at` of the subscription show it',
  unconfirmed: [
    'the tolerance of its own sample is 180 seconds; we take 300 by default (`toleranceSeconds`)',
    'which of `name` and `first_name`/`last_name` are filled in for which kind of event',
    'that `scheduled_event.location` of type `outbound_call` holds the number of the invitee',
  ],
  sources: ['Calendly, Webhook signatures; Webhook payload, read 2026-11-22'],
};

function readBody(body: Json, source: SourceBase): Reading {
  const eventType = member(body, 'event');
  const payload = member(body, 'payload');
  if (typeof eventType !== 'string' || !(LEAD_EVENTS.has(eventType) || NOTICES.has(eventType))) {
    return unknownShape('its event is none that Calendly documents for leads');
  }
  if (!isObject(payload)) return unknownShape('it has no payload');
  const isLead = LEAD_EVENTS.has(eventType);
  // The payload of a notice was made with the booking; what it tells took place when it was sent.
  const [first, second] = isLead ? [payload, body] : [body, payload];
  return oneSubmission(
    {
      eventType,
      sourceEventId: idText(member(payload, 'uri')),
      occurredAt: idText(member(first, 'created_at')) ?? idText(member(second, 'created_at')),
      fields: readCalendlyFields(payload),
      facts: {
        form_id:
          idText(member(payload, 'routing_form')) ??
          idText(atPath(payload, 'scheduled_event.event_type')),
        form_name: idText(atPath(payload, 'scheduled_event.name')),
        ...readTracking(payload),
      },
      suppression: isLead ? undefined : 'not_a_lead',
      content: payload,
    },
    source,
  );
}
