import * as z from 'zod/mini';
import { apiOrigin, sourceSettings } from '../core/source-settings.ts';
import { readJotformSubmission } from './bodies/jotform-answers.ts';
import { readJotformWebhook } from './bodies/jotform-webhook.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { ifParsed } from './reading/outcome.ts';
import { mayBeForm, readForm } from './reading/read-form.ts';

/** Settings of a `jotform` source. */
export const jotformSettings = sourceSettings('jotform', {
  /**
   * Whether the submission is read from Jotform's API, which needs the `api_token`. It proves that there is such a
   * submission, and tells types and wordings of the questions, which the webhook does not.
   */
  readDetails: z._default(z.boolean(), false),
  /** `https://eu-api.jotform.com` for accounts in the EU, `https://hipaa-api.jotform.com` under HIPAA. */
  apiUrl: z._default(apiOrigin, 'https://api.jotform.com'),
});

type JotformSource = z.output<typeof jotformSettings>;

/**
 * Jotform: one submission a request, as a form of several parts, of which `rawRequest` is JSON.
 *
 * It signs nothing: the address holds a secret. That address comes back in `webhookURL`, from where intake
 * removes it. `pretty` joins answers with commas, so that nobody can take them apart again; it is not read.
 *
 * @see Jotform, Webhooks; API, Get Submission, read 2026-11-22
 */
export const jotform = {
  authentication: () => ({ kind: 'url_token' }),
  accepts: mayBeForm,
  read: async (request, source) =>
    ifParsed(await readForm(request), (form) => readJotformWebhook(form, source)),
  detailsApi: {
    origin: (source) => source.apiUrl,
    authorize: (token) => ({ APIKEY: token }),
    calls: (ref) => [{ path: `/submission/${encodeURIComponent(ref['submission_id'] ?? '')}` }],
    read: (thin, [answer], source) => readJotformSubmission(thin, answer, source),
  },
} satisfies Provider<JotformSource>;

/** How to connect Jotform. */
export const jotformGuide: ProviderGuide = {
  title: 'Jotform',
  secret: 'ours',
  steps: [
    'Open the form, then Settings, Integrations, WebHooks.',
    'Webhook URL: {url}/{secret}',
    'Complete the integration, and send the form once.',
    'To have each submission confirmed by Jotform, make an API key with read access (Account, API), store it as the "api_token", and set "readDetails".',
  ],
  signs: 'nothing; the last part of the address is a secret',
  retries: 'not documented',
  givesUp: 'not documented; what was missed can be read from the form’s submissions',
  unconfirmed: [
    'whether, when and how often a webhook is repeated, and how long Jotform waits for an answer',
    'whether the moment in `event_id` is that of the submission: one capture shows that of the form’s opening',
    'that a deleted submission is answered with status DELETED',
  ],
  sources: ['Jotform, Webhooks; API documentation, read 2026-11-22'],
};
