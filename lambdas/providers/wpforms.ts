import type * as z from 'zod/mini';
import { secretHeader, sourceSettings } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { genericPaths } from './reading/generic-sender.ts';
import { FORM_SUBMISSION } from './reading/outcome.ts';
import { readPostedForm } from './reading/posted-form.ts';
import { mayBeForm } from './reading/read-form.ts';

/** Settings of a `wpforms` source. */
export const wpformsSettings = sourceSettings('wpforms', { secretHeader, ...genericPaths });

/**
 * WPForms, through its Webhooks add-on: whoever sets it up chooses every key of the body, so that names and paths are
 * the source's own. Without an `idPath` the content makes the key.
 */
export const wpforms = {
  authentication: (source) => ({ kind: 'shared_secret', header: source.secretHeader }),
  accepts: mayBeForm,
  read: (request, source) => readPostedForm(request, source, { eventType: FORM_SUBMISSION }),
} satisfies Provider<z.output<typeof wpformsSettings>>;

/** How to connect WPForms. */
export const wpformsGuide: ProviderGuide = {
  title: 'WPForms',
  secret: 'ours',
  steps: [
    'Install the Webhooks add-on. Open the form, then Settings, then Webhooks, and add a webhook.',
    'Request URL: {url}. Request method: POST. Request format: JSON.',
    'Request header. Name: x-lead-secret. Value: {secret}',
    'Request body: map a key for each field, for example email, first_name, last_name, phone, message.',
    'If the entry id can be mapped, call its key entry_id and set `idPath: "entry_id"`: a double click is then told from a second message.',
  ],
  signs: 'nothing; the secret is in a header',
  retries: 'not known',
  givesUp: 'not known',
  unconfirmed: [
    'everything about what the add-on sends: its keys are whatever is mapped, so that the first test shows them',
    'whether a failed request is repeated',
  ],
  sources: [],
};
