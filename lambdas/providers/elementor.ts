import type * as z from 'zod/mini';
import { secretHeader, sourceSettings } from '../core/source-settings.ts';
import { readElementorSubmission } from './bodies/elementor-submission.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { nestForm } from './reading/nest-names.ts';
import { ifParsed } from './reading/outcome.ts';
import { mayBeForm, readForm } from './reading/read-form.ts';

/** Settings of an `elementor` source. */
export const elementorSettings = sourceSettings('elementor', { secretHeader });

/**
 * Elementor Pro: one submission a request, without an id: the content makes the key, by the half hour.
 *
 * What it says of the request (date, time, address, browser) is no answer. Its dates follow the site's format and
 * zone, so that the submission takes place when it is received.
 */
export const elementor = {
  authentication: (source) => ({ kind: 'shared_secret', header: source.secretHeader }),
  accepts: mayBeForm,
  read: async (request, source) =>
    ifParsed(await readForm(request), (form) => readElementorSubmission(nestForm(form), source)),
} satisfies Provider<z.output<typeof elementorSettings>>;

/** How to connect Elementor Pro's forms. */
export const elementorGuide: ProviderGuide = {
  title: 'Elementor Pro Forms',
  secret: 'ours',
  steps: [
    'Edit the form. Under Actions After Submit, add Webhook.',
    'Webhook URL: {url}/{secret} (the form can set no header of its own; a plug-in that can may send {secret} as x-lead-secret to {url}).',
    'Switch Advanced Data on: without it, what is sent are labels in the language of the site.',
    'Under Form Fields, give the e-mail field the type Email and the phone field the type Tel; both are then found whatever they are called.',
  ],
  signs: 'nothing; the secret is the last part of the URL, or in a header',
  retries: 'none is known',
  givesUp: "not known; a lead whose request fails is in the form's Submissions only",
  unconfirmed: [
    'whether a failed request is repeated',
    'without Advanced Data, on a site that is not in English, date, time and address have titles of that language and count as answers: a double click is then two events',
  ],
  sources: ['Captured requests of several sites, read 2026-11-22'],
};
