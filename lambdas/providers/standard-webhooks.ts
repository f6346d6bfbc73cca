import * as z from 'zod/mini';
import { jsonPath, sourceSettings, toleranceSeconds } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading, WebhookRequest } from './provider.ts';
import { flatFields } from './reading/flat-fields.ts';
import {
  atPath,
  idText,
  isObject,
  type Json,
  member,
  parseJson,
  scalarText,
} from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed, oneSubmission, unknownShape } from './reading/outcome.ts';
import { type HmacScheme, hmacScheme } from './verification/authentication.ts';

/** Settings of a `standard_webhooks` source. */
export const standardWebhooksSettings = sourceSettings('standard_webhooks', {
  toleranceSeconds,
  /** Where the person's own id is in the body, if the sender has one. */
  externalIdPath: z.optional(jsonPath),
});

type StandardWebhooksSource = z.output<typeof standardWebhooksSettings>;

/**
 * Standard Webhooks 1.0.0, symmetric signatures (`v1`); Svix's own header names are taken as well.
 *
 * `webhook-id` names the message and stays the same when it is sent again; the timestamp is that of the
 * attempt.
 *
 * @see Standard Webhooks specification 1.0.0, read 2026-11-22
 */
export const standardWebhooks = {
  // The three headers come from one family: names of both are never mixed.
  authentication: (source) => ({
    kind: 'hmac',
    variants: {
      webhook: schemeOf('webhook', source.toleranceSeconds),
      svix: { ...schemeOf('svix', source.toleranceSeconds), absentHeader: 'webhook-signature' },
    },
  }),
  accepts: mayBeJson,
  read: (request, source) =>
    ifParsed(parseJson(request.body), (body) => readBody(body, messageId(request), source)),
} satisfies Provider<z.output<typeof standardWebhooksSettings>>;

/** How to connect a sender of Standard Webhooks, Svix among them. */
export const standardWebhooksGuide: ProviderGuide = {
  title: 'Standard Webhooks (Svix)',
  secret: 'ours',
  steps: [
    'At the sender, add an endpoint: {url}',
    'Set its signing secret to {secret}. A sender that makes the secret itself (Svix does) shows one that starts with whsec_: give it to us whole.',
    'Subscribe to the events that bring leads. A body is {"type": "…", "timestamp": "…", "data": {…}}, and the lead is in data.',
  ],
  signs:
    'HMAC-SHA256 of `{id}.{timestamp}.{body}`, base64, in `webhook-signature: v1,…` (Svix: `svix-signature`); five minutes at most',
  retries:
    'as the sender does; the specification proposes 10 attempts over 24 hours, with one id and a new timestamp each',
  givesUp: 'at 410, which is never answered; Svix disables an endpoint that fails for days',
  unconfirmed: ['after how long each sender disables an endpoint'],
  sources: ['Standard Webhooks specification 1.0.0, read 2026-11-22'],
};

function schemeOf(family: 'webhook' | 'svix', tolerance: number): HmacScheme {
  return hmacScheme({
    header: `${family}-signature`,
    list: true,
    prefix: 'v1,',
    encoding: 'base64',
    keyPrefix: 'whsec_',
    keyEncoding: 'base64',
    keyBytes: { min: 24, max: 64 },
    template: `{header:${family}-id}.{timestamp}.{body}`,
    timestamp: {
      header: `${family}-timestamp`,
      unit: 'seconds',
      toleranceSeconds: tolerance,
    },
  });
}

/** A request that is read again from the store has its id still, but no signature. */
function messageId(request: WebhookRequest): string | undefined {
  const { headers } = request;
  const has = (name: string) => Object.hasOwn(headers, name);
  if (has('webhook-signature')) return idText(headers['webhook-id']);
  if (has('svix-signature')) return idText(headers['svix-id']);
  return idText(headers['webhook-id'] ?? headers['svix-id']);
}

function readBody(
  body: Json,
  sourceEventId: string | undefined,
  source: StandardWebhooksSource,
): Reading {
  const eventType = idText(member(body, 'type'));
  const data = member(body, 'data');
  if (eventType === undefined || !isObject(data)) {
    return unknownShape('it is not an object with a type and a data object', sourceEventId);
  }
  const { externalIdPath } = source;
  return oneSubmission(
    {
      eventType,
      sourceEventId,
      occurredAt: scalarText(member(body, 'timestamp')),
      fields: flatFields(data),
      facts: {
        external_id:
          externalIdPath === undefined ? undefined : idText(atPath(body, externalIdPath)),
      },
      content: body,
    },
    source,
  );
}
