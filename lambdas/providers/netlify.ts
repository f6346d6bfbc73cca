import type * as z from 'zod/mini';
import { type SourceBase, sourceSettings } from '../core/source-settings.ts';
import { readNetlifyFields, withDerived } from './bodies/netlify-fields.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading } from './provider.ts';
import { buildSubmission } from './reading/build-submission.ts';
import { idText, isObject, type Json, member, parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { FORM_SUBMISSION, ifParsed, unknownShape } from './reading/outcome.ts';
import { withoutVolatile } from './reading/without-volatile.ts';

/** Settings of a `netlify` source. */
export const netlifySettings = sourceSettings('netlify');

/**
 * Netlify Forms: one submission a request, bare or wrapped as a function gets it (`payload`, `site`). The
 * JWS has no expiry, so that a replay is caught by the id alone.
 *
 * @see Netlify, Form notifications, payload signature, read 2026-11-22
 */
export const netlify = {
  authentication: () => ({
    kind: 'jws',
    header: 'x-webhook-signature',
    issuer: 'netlify',
    bodyHashClaim: 'sha256',
  }),
  accepts: mayBeJson,
  read: (request, source) => ifParsed(parseJson(request.body), (body) => readBody(body, source)),
} satisfies Provider<z.output<typeof netlifySettings>>;

/** How to connect Netlify Forms. */
export const netlifyGuide: ProviderGuide = {
  title: 'Netlify Forms',
  secret: 'ours',
  steps: [
    'Open the project, then Forms, then Form notifications, and add an "HTTP POST request" for "New form submission".',
    'URL to notify: {url}',
    'JWS secret token, which Netlify calls optional and Holdfast requires: {secret}',
  ],
  signs:
    'a JWS (HS256) in `X-Webhook-Signature` with the claims `iss: netlify` and `sha256`, the hex SHA-256 of the body; no expiry',
  retries: 'not documented',
  givesUp: 'not documented',
  unconfirmed: [
    'whether it repeats a request, and when it switches a notification off',
    'that the page of the form is in `data.referrer` (from captures)',
  ],
  sources: ['Netlify, Form notifications, payload signature, read 2026-11-22'],
};

function readBody(body: Json, source: SourceBase): Reading {
  const wrapped = member(body, 'payload');
  const form = isObject(wrapped) ? wrapped : body;
  const data = member(form, 'data') ?? member(form, 'human_fields');
  if (!isObject(form) || !isObject(data)) return unknownShape('it has no data');
  const submission = buildSubmission(
    {
      eventType: FORM_SUBMISSION,
      sourceEventId: idText(member(form, 'id')),
      occurredAt: idText(member(form, 'created_at')),
      fields: readNetlifyFields(data, member(form, 'ordered_human_fields')),
      facts: {
        form_id: idText(member(form, 'form_id')),
        form_name: idText(member(form, 'form_name')),
        page_url: idText(member(data, 'referrer')) ?? idText(member(form, 'site_url')),
      },
      content: withoutVolatile(form),
    },
    source,
  );
  return { kind: 'read', submissions: [withDerived(submission, form)] };
}
