import type * as z from 'zod/mini';
import { secretHeader, sourceSettings } from '../core/source-settings.ts';
import { readUnbounceLead } from './bodies/unbounce-lead.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, WebhookRequest } from './provider.ts';
import { mediaTypeOf } from './reading/media-type.ts';
import { ifParsed, unknownShape } from './reading/outcome.ts';
import { mayBeForm, readForm } from './reading/read-form.ts';

/** Settings of an `unbounce` source. */
export const unbounceSettings = sourceSettings('unbounce', { secretHeader });

/**
 * Unbounce: one lead a request, as a form whose `data.json` holds it, or as JSON; each answer is a list. It has no
 * id: the content makes the key, by the half hour.
 *
 * @see Unbounce's webhook description (API Evangelist, AsyncAPI), read 2026-11-22
 */
export const unbounce = {
  authentication: (source) => ({ kind: 'shared_secret', header: source.secretHeader }),
  accepts: (mediaType) => mayBeForm(mediaType) || isXml(mediaType),
  read: async (request, source) => {
    if (isXml(mediaTypeOf(request)) || startsWithAngle(request)) {
      return unknownShape('it is XML, so set the format of the webhook to JSON in Unbounce');
    }
    return ifParsed(await readForm(request), (form) => readUnbounceLead(form, source));
  },
} satisfies Provider<z.output<typeof unbounceSettings>>;

/** How to connect Unbounce. */
export const unbounceGuide: ProviderGuide = {
  title: 'Unbounce',
  secret: 'ours',
  steps: [
    "Open the page's overview, then Integrations, then Webhooks, and add a webhook.",
    'URL: {url}. Method: POST. Format: JSON or form, not XML.',
    'Custom header. Name: x-lead-secret. Value: {secret}',
    'If your plan has no custom headers, post to {url}/{secret} instead.',
  ],
  signs:
    'nothing; the secret is in a header, or is the last part of the URL. It posts from 54.241.34.25 and 50.19.99.184',
  retries: 'not documented',
  givesUp: 'not documented; it wants exactly 200, which is what it gets',
  unconfirmed: [
    'the exact members of `data.json`, and the shape of the JSON format',
    'form and zone of `date_submitted` and `time_submitted`: the time of receipt counts',
    'whether and how often it repeats a request',
  ],
  sources: ['Unbounce webhooks as described by API Evangelist (2026-02), read 2026-11-22'],
};

function isXml(mediaType: string): boolean {
  return /^(?:application|text)\/xml$/.test(mediaType);
}

function startsWithAngle({ body }: WebhookRequest): boolean {
  return body.find((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte)) === 0x3c;
}
