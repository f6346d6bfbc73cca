import type * as z from 'zod/mini';
import { type SourceBase, sourceSettings } from '../core/source-settings.ts';
import { readTallyFields } from './bodies/tally-fields.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading } from './provider.ts';
import { idText, isObject, type Json, member, parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed, oneSubmission, unknownShape } from './reading/outcome.ts';
import { signedBy } from './verification/authentication.ts';

/** Settings of a `tally` source. */
export const tallySettings = sourceSettings('tally');

const EVENT_TYPE = 'FORM_RESPONSE';

/**
 * Tally: one response a request. Its signing secret is optional there, and required here.
 *
 * Tally.so, not "tallyforagents", whose header has the same name and signs a timestamp as well.
 *
 * @see Tally, Webhooks, read 2026-11-22
 */
export const tally = {
  authentication: () => signedBy({ header: 'tally-signature', encoding: 'base64' }),
  accepts: mayBeJson,
  read: (request, source) => ifParsed(parseJson(request.body), (body) => readBody(body, source)),
} satisfies Provider<z.output<typeof tallySettings>>;

/** How to connect Tally. */
export const tallyGuide: ProviderGuide = {
  title: 'Tally',
  secret: 'ours',
  steps: [
    'Open the form, then Integrations, then Webhooks, and connect.',
    'Endpoint URL: {url}',
    'Add a signing secret, which Tally calls optional and Holdfast requires: {secret}',
    'The event log beside the webhook shows what was answered, and can send an event again.',
  ],
  signs: 'HMAC-SHA256 of the body, base64, bare in `Tally-Signature`; no timestamp',
  retries: 'after 5 minutes, 30 minutes, 1 hour, 6 hours and 24 hours',
  givesUp: 'on the one event after the fifth repetition; it can be sent again by hand',
  unconfirmed: [
    'how long it waits for an answer',
    'whether a test event can be told from a response (it has no mark, so it becomes a lead)',
    'how rows and columns of a matrix are named (from captures)',
  ],
  sources: [
    'Tally, Webhooks, read 2026-11-22',
    'Tally developers, retry a webhook event, read 2026-11-22',
  ],
};

function readBody(body: Json, source: SourceBase): Reading {
  const data = member(body, 'data');
  if (member(body, 'eventType') !== EVENT_TYPE) {
    return unknownShape('its eventType is not FORM_RESPONSE');
  }
  if (!isObject(data)) return unknownShape('it has no data');
  return oneSubmission(
    {
      eventType: EVENT_TYPE,
      sourceEventId: idText(member(data, 'submissionId')) ?? idText(member(data, 'responseId')),
      deliveryId: idText(member(body, 'eventId')),
      occurredAt: idText(member(data, 'createdAt')) ?? idText(member(body, 'createdAt')),
      ...readTallyFields(member(data, 'fields')),
      facts: {
        form_id: idText(member(data, 'formId')),
        form_name: idText(member(data, 'formName')),
      },
      content: data,
    },
    source,
  );
}
