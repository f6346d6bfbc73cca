import type * as z from 'zod/mini';
import { secretHeader, sourceSettings } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { genericPaths } from './reading/generic-sender.ts';
import { idText, member } from './reading/json.ts';
import { FORM_SUBMISSION } from './reading/outcome.ts';
import { readPostedForm } from './reading/posted-form.ts';
import { mayBeForm } from './reading/read-form.ts';

/** Settings of a `contact_form_7` source. */
export const contactForm7Settings = sourceSettings('contact_form_7', {
  secretHeader,
  ...genericPaths,
});

/** What the plugin adds to a form for itself: its id, a unit tag, a nonce, the answers of captchas. */
const INTERNAL = /^_(?:wpcf7|wpnonce)/;

/**
 * Contact Form 7, through one of the plugins that post its forms. It gives a submission no id: the content makes the
 * key, by the half hour, as the plugin itself tells a repeated submission.
 *
 * @see Contact Form 7, includes/submission.php (a hash of the posted data by 30-minute ticks), read 2026-11-22
 */
export const contactForm7 = {
  authentication: (source) => ({ kind: 'shared_secret', header: source.secretHeader }),
  accepts: mayBeForm,
  read: (request, source) =>
    readPostedForm(request, source, {
      eventType: FORM_SUBMISSION,
      factsOf: (body) => ({ form_id: idText(member(body, '_wpcf7')) }),
      isAnswer: (name) => !INTERNAL.test(name),
    }),
} satisfies Provider<z.output<typeof contactForm7Settings>>;

/** How to connect Contact Form 7. */
export const contactForm7Guide: ProviderGuide = {
  title: 'Contact Form 7',
  secret: 'ours',
  steps: [
    'Contact Form 7 has no webhooks of its own: install a plugin that adds them, and open its tab in the form.',
    'Webhook URL: {url}. Method: POST. JSON, or form data.',
    'Custom header. Name: x-lead-secret. Value: {secret}',
    'If the plugin can set no header, post to {url}/{secret} instead.',
    "The names of the form's tags are the keys: your-name, your-email and your-message are known; map others in `fields`.",
  ],
  signs: 'nothing; the secret is in a header, or is the last part of the URL',
  retries: 'as the plugin does; most do not',
  givesUp: 'not known: it depends on the plugin',
  unconfirmed: ['what each plugin sends beside the tags of the form'],
  sources: ['Contact Form 7, includes/submission.php, read 2026-11-22'],
};
