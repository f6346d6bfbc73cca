import * as z from 'zod/mini';
import { sourceSettings, toleranceSeconds } from '../core/source-settings.ts';
import { readWebflowSubmission } from './bodies/webflow-submission.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed } from './reading/outcome.ts';
import { signedBy } from './verification/authentication.ts';

/** Settings of a `webflow` source. */
export const webflowSettings = sourceSettings('webflow', {
  /** `url_token` for a webhook that was made in the dashboard: those are not signed. */
  auth: z._default(z.enum(['signature', 'url_token']), 'signature'),
  toleranceSeconds,
});

/**
 * Webflow forms: one submission a request. `payload.id` is the submission, `formId` the form, although the
 * vendor's own comments say otherwise: the time in the sample's `id` is that of its submission.
 *
 * @see Webflow Data API v2, Working with webhooks; Form submission, read 2026-11-22
 */
export const webflow = {
  authentication: ({ auth, toleranceSeconds: tolerance }) =>
    auth === 'url_token'
      ? { kind: 'url_token' }
      : signedBy({
          header: 'x-webflow-signature',
          template: '{timestamp}:{body}',
          timestamp: {
            header: 'x-webflow-timestamp',
            unit: 'milliseconds',
            toleranceSeconds: tolerance,
          },
        }),
  accepts: mayBeJson,
  read: (request, source) =>
    ifParsed(parseJson(request.body), (body) => readWebflowSubmission(body, source)),
} satisfies Provider<z.output<typeof webflowSettings>>;

/** How to connect Webflow. */
export const webflowGuide: ProviderGuide = {
  title: 'Webflow',
  secret: 'theirs',
  steps: [
    'Make the webhook with the Data API (POST /v2/sites/<site>/webhooks, triggerType "form_submission"): those made in the dashboard are not signed.',
    'URL: {url}',
    'The secret is the `secretKey` in the answer; for a webhook that an OAuth app made, the client secret of the app.',
    'For a webhook from the dashboard set `auth: "url_token"`: its URL ends with a secret that is ours, and `source add` shows it.',
  ],
  urlTokenSteps: [
    'In the dashboard, add a webhook to the site that is sent for each form submission.',
    'URL: {url}/{secret}',
  ],
  signs:
    'HMAC-SHA256 of `<timestamp>:<body>`, hex, in `x-webflow-signature`, with `x-webflow-timestamp` in milliseconds; nothing where the webhook was made in the dashboard',
  retries: 'anything but 200, three more times, 10 minutes apart',
  givesUp:
    'on the one submission after the third repetition; 200 is the only success that we answer',
  unconfirmed: [
    'that it repeats three times, 10 minutes apart, and waits for 30 seconds (from third parties)',
    'that `id` is the submission and `formId` the form (taken from the sample, against its comments)',
    'that newer payloads name the page in `pageUrl`, and that a field may have a type of its own for e-mail and phone',
  ],
  sources: ['Webflow Data API v2, Working with webhooks; Form submission, read 2026-11-22'],
};
