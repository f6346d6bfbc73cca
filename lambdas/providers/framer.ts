import type * as z from 'zod/mini';
import { type SourceBase, sourceSettings } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading } from './provider.ts';
import { flatFields } from './reading/flat-fields.ts';
import { idText, isObject, type Json, parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { FORM_SUBMISSION, ifParsed, oneSubmission, unknownShape } from './reading/outcome.ts';
import { withoutVolatile } from './reading/without-volatile.ts';
import { signedBy } from './verification/authentication.ts';
import { headerOf } from './verification/signature-header.ts';

/** Settings of a `framer` source. */
export const framerSettings = sourceSettings('framer');

const ID_HEADER = 'framer-webhook-submission-id';

/**
 * Framer forms: one submission a request, whose id is in a header and signed with the body. The body is the
 * form itself, by the names of its inputs; no time comes with it.
 *
 * @see Framer help, Form webhooks, read 2026-11-22
 */
export const framer = {
  authentication: () =>
    signedBy({
      header: 'framer-signature',
      prefix: 'sha256=',
      template: `{body}{header:${ID_HEADER}}`,
    }),
  accepts: mayBeJson,
  read: (request, source) =>
    ifParsed(parseJson(request.body), (body) =>
      readBody(body, idText(headerOf(request, ID_HEADER)), source),
    ),
} satisfies Provider<z.output<typeof framerSettings>>;

/** How to connect Framer. */
export const framerGuide: ProviderGuide = {
  title: 'Framer',
  secret: 'ours',
  steps: [
    'Select the form, then "Send To", then Webhook.',
    'URL, without a redirect, since Framer does not follow any: {url}',
    'Secret: {secret}',
    'Publish the site.',
  ],
  signs:
    'HMAC-SHA256 of the body and, right after it, the submission id; hex, in `Framer-Signature: sha256=…`',
  retries: 'up to five times',
  givesUp: 'on the one submission after the fifth repetition',
  unconfirmed: [
    'that the submission id is signed after the body (four public receivers agree on it)',
  ],
  sources: ['Framer help, Form webhooks, read 2026-11-22'],
};

function readBody(body: Json, sourceEventId: string | undefined, source: SourceBase): Reading {
  if (!isObject(body)) return unknownShape('it is not an object', sourceEventId);
  return oneSubmission(
    {
      eventType: FORM_SUBMISSION,
      sourceEventId,
      fields: flatFields(body),
      content: withoutVolatile(body),
    },
    source,
  );
}
