import type * as z from 'zod/mini';
import { secretHeader, sourceSettings } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { genericPaths } from './reading/generic-sender.ts';
import { readPostedForm } from './reading/posted-form.ts';
import { mayBeForm } from './reading/read-form.ts';

/** Settings of a `shared_secret` source. */
export const sharedSecretSettings = sourceSettings('shared_secret', {
  secretHeader,
  ...genericPaths,
});

/**
 * Any sender of JSON or forms that puts a secret of its own into a header, or, if it can set none, into its URL.
 *
 * Nothing is signed: whoever reads one request can send others. A list of objects holds several submissions.
 */
export const sharedSecret = {
  authentication: (source) => ({ kind: 'shared_secret', header: source.secretHeader }),
  accepts: mayBeForm,
  read: (request, source) => readPostedForm(request, source),
} satisfies Provider<z.output<typeof sharedSecretSettings>>;

/** How to connect a sender that puts a secret into a header. */
export const sharedSecretGuide: ProviderGuide = {
  title: 'Any sender, by a secret in a header',
  secret: 'ours',
  steps: [
    'At the sender, add a webhook that posts JSON or a form to {url}',
    'Give it a custom header. Name: x-lead-secret, or what `secretHeader` says. Value: {secret}',
    'If it can set no header, let it post to {url}/{secret} instead.',
    'Say in the configuration where the id, the time and the lead are: `idPath`, `occurredAtPath`, `dataPath`.',
  ],
  signs: 'nothing; the secret itself is in a header, or is the last part of the URL',
  retries: 'as the sender does',
  givesUp: 'as the sender does; a fault of ours is answered 503, never 404 or 410',
  unconfirmed: [],
  sources: [],
};
