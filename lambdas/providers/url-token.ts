import type * as z from 'zod/mini';
import { sourceSettings } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { genericPaths } from './reading/generic-sender.ts';
import { readPostedForm } from './reading/posted-form.ts';
import { mayBeForm } from './reading/read-form.ts';

/** Settings of a `url_token` source. */
export const urlTokenSettings = sourceSettings('url_token', genericPaths);

/**
 * Any sender of JSON or forms that can do no more than post to an address: the secret is the address's last part.
 *
 * Nothing is signed, and addresses end up in logs of others. A list of objects holds several submissions.
 */
export const urlToken = {
  authentication: () => ({ kind: 'url_token' }),
  accepts: mayBeForm,
  read: (request, source) => readPostedForm(request, source),
} satisfies Provider<z.output<typeof urlTokenSettings>>;

/** How to connect a sender that can do no more than post to an address. */
export const urlTokenGuide: ProviderGuide = {
  title: 'Any sender, by a secret address',
  secret: 'ours',
  steps: [
    'At the sender, add a webhook that posts JSON or a form to {url}/{secret}',
    'Whoever knows the whole address can send leads: treat it like a password. If the sender can set a header, use `shared_secret`.',
    'Say in the configuration where the id, the time and the lead are: `idPath`, `occurredAtPath`, `dataPath`.',
  ],
  signs: 'nothing; the secret is the last part of the URL',
  retries: 'as the sender does',
  givesUp: 'as the sender does; a fault of ours is answered 503, never 404 or 410',
  unconfirmed: [],
  sources: [],
};
