import type * as z from 'zod/mini';
import { type SourceBase, sourceSettings, toleranceSeconds } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading } from './provider.ts';
import { flatFields } from './reading/flat-fields.ts';
import type { FormField } from './reading/form-field.ts';
import { idText, isObject, type Json, member, parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { FORM_SUBMISSION, ifParsed, oneSubmission, unknownShape } from './reading/outcome.ts';
import { withoutVolatile } from './reading/without-volatile.ts';
import { signedBy } from './verification/authentication.ts';

/** Settings of a `formspree` source. */
export const formspreeSettings = sourceSettings('formspree', { toleranceSeconds });

/**
 * Formspree: one submission a request. It gives no id, so that the content is the name: two submissions that
 * say the same within half an hour are one.
 *
 * @see Formspree-Signature in public receivers, read 2026-11-22 (its own page was not found)
 */
export const formspree = {
  authentication: (source) =>
    signedBy({
      header: 'formspree-signature',
      member: 'v1',
      template: '{timestamp}.{body}',
      timestamp: { member: 't', unit: 'seconds', toleranceSeconds: source.toleranceSeconds },
    }),
  accepts: mayBeJson,
  read: (request, source) => ifParsed(parseJson(request.body), (body) => readBody(body, source)),
} satisfies Provider<z.output<typeof formspreeSettings>>;

/** How to connect Formspree. */
export const formspreeGuide: ProviderGuide = {
  title: 'Formspree',
  secret: 'theirs',
  steps: [
    'Open the form, then Plugins, and add the Webhook plugin.',
    'Target URL: {url}',
    'Copy the signing secret that the plugin shows, and give it to Holdfast as the secret of this source.',
  ],
  signs:
    'HMAC-SHA256 of `<timestamp>.<body>`, hex, in `Formspree-Signature: t=<timestamp in seconds>,v1=…`',
  retries: 'not documented',
  givesUp: 'not documented',
  unconfirmed: [
    'the signature as a whole (three public receivers agree on it)',
    'whether it repeats a request: without an id, a repetition after more than half an hour is a second event for the same person',
  ],
  sources: ['Public receivers of Formspree webhooks, read 2026-11-22'],
};

function readBody(body: Json, source: SourceBase): Reading {
  const answers = member(body, 'submission');
  if (!isObject(body) || !isObject(answers)) return unknownShape('it has no submission');
  const { _date: date, ...asked } = answers;
  return oneSubmission(
    {
      eventType: FORM_SUBMISSION,
      occurredAt: idText(date),
      fields: flatFields(asked).map(readReplyTo),
      facts: { form_id: idText(member(body, 'form')) },
      content: withoutVolatile(body),
    },
    source,
  );
}

/** The address to reply to is the person's, where no field is called "email". */
function readReplyTo(field: FormField): FormField {
  return field.ids[0] === '_replyto' ? { ...field, names: ['email'], place: 'nested' } : field;
}
