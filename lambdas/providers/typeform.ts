import type * as z from 'zod/mini';
import type { SourceBase } from '../core/source-settings.ts';
import { sourceSettings } from '../core/source-settings.ts';
import { readAnswers, readHidden, titlesByField } from './bodies/typeform-answers.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading } from './provider.ts';
import { idText, isObject, type Json, member, parseJson, scalarText } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed, oneSubmission, unknownShape } from './reading/outcome.ts';
import { signedBy } from './verification/authentication.ts';

/** Settings of a `typeform` source. */
export const typeformSettings = sourceSettings('typeform');

const EVENT_TYPES = new Set(['form_response', 'form_response_partial']);

/**
 * Typeform: one submission a request. It signs no timestamp.
 *
 * Its id is the response's `token`; whether `event_id` stays the same when a delivery is repeated is not
 * documented, so that one only tells deliveries apart. A partial response is an event of its own.
 *
 * @see Typeform, Webhooks; Secure your webhooks, read 2026-11-22
 */
export const typeform = {
  authentication: () =>
    signedBy({ header: 'typeform-signature', prefix: 'sha256=', encoding: 'base64' }),
  accepts: mayBeJson,
  read: (request, source) => ifParsed(parseJson(request.body), (body) => readBody(body, source)),
} satisfies Provider<z.output<typeof typeformSettings>>;

/** How to connect Typeform. */
export const typeformGuide: ProviderGuide = {
  title: 'Typeform',
  secret: 'ours',
  steps: [
    'Open the form, then Connect, then Webhooks, and add a webhook.',
    'Endpoint: {url}',
    'Edit the webhook, paste this into Secret, and save: {secret}',
    'Switch the webhook on. "View deliveries" shows what was answered.',
  ],
  signs: 'HMAC-SHA256 of the body, base64, in `Typeform-Signature: sha256=…`; no timestamp',
  retries:
    '429, 408, 503 and 423 every 2 to 3 minutes for 10 hours; others after 5, 10, 20, 60, 120 minutes',
  givesUp:
    'at once on 404 and 410: neither is ever answered under `/hooks/`, not even for an unknown source',
  unconfirmed: ['whether `event_id` stays the same when a delivery is repeated'],
  sources: ['Typeform, Webhooks; Secure your webhooks, read 2026-11-22'],
};

function readBody(body: Json, source: SourceBase): Reading {
  const eventType = member(body, 'event_type');
  const response = member(body, 'form_response');
  if (!isObject(response)) return unknownShape('it has no form_response');
  if (typeof eventType !== 'string' || !EVENT_TYPES.has(eventType)) {
    return unknownShape('its event_type is neither form_response nor form_response_partial');
  }

  const titles = titlesByField(member(member(response, 'definition'), 'fields'));
  const answered = readAnswers(member(response, 'answers'), titles);
  return oneSubmission(
    {
      eventType,
      sourceEventId: idText(member(response, 'token')) ?? idText(member(response, 'response_id')),
      deliveryId: idText(member(body, 'event_id')),
      occurredAt: scalarText(member(response, 'submitted_at')),
      fields: [...answered.map(({ field }) => field), ...readHidden(member(response, 'hidden'))],
      facts: {
        form_id: idText(member(response, 'form_id')),
        form_name: scalarText(member(member(response, 'definition'), 'title')),
      },
      consent: answered.flatMap(({ consent }) => consent ?? []),
      content: response,
    },
    source,
  );
}
