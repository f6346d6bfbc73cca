import type * as z from 'zod/mini';
import { secretHeader, sourceSettings } from '../core/source-settings.ts';
import { readFilloutSubmission } from './bodies/fillout-submission.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed } from './reading/outcome.ts';

/** Settings of a `fillout` source. */
export const filloutSettings = sourceSettings('fillout', { secretHeader });

/**
 * Fillout: one submission a request. It signs nothing that could be found, so that the secret itself comes
 * along: in a header, or as the last part of the URL.
 *
 * @see Fillout help, Webhooks, read 2026-11-22
 */
export const fillout = {
  authentication: (source) => ({ kind: 'shared_secret', header: source.secretHeader }),
  accepts: mayBeJson,
  read: (request, source) =>
    ifParsed(parseJson(request.body), (body) => readFilloutSubmission(body, source)),
} satisfies Provider<z.output<typeof filloutSettings>>;

/** How to connect Fillout. */
export const filloutGuide: ProviderGuide = {
  title: 'Fillout',
  secret: 'ours',
  steps: [
    'Open the form, then Integrate, then Webhook, and edit it.',
    'Webhook URL, whose last part is the secret: {url}/{secret}',
    'Or, where the webhook can have headers of its own: {url}, with the header x-lead-secret: {secret}',
    'Send a test and look at what arrived.',
  ],
  signs: 'nothing that could be found: the secret itself comes along, in a header or in the URL',
  retries: 'not documented',
  givesUp: 'not documented',
  unconfirmed: [
    'whether there is a signature',
    'the names of its field types, and that `submissionTime` has a zone (from captures)',
    'whether and when it repeats a request',
  ],
  sources: ['Fillout help, Webhooks, read 2026-11-22'],
};
