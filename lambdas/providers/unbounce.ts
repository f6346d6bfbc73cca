import type * as z from 'zod/mini';
import { type SourceBase, sourceSettings } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading, WebhookRequest } from './provider.ts';
import { flatFields } from './reading/flat-fields.ts';
import type { FormField } from './reading/form-field.ts';
import { answersOf } from './reading/form-field.ts';
import { idText, isArray, isObject, type Json, type JsonObject, member } from './reading/json.ts';
import { mediaTypeOf } from './reading/media-type.ts';
import { FORM_SUBMISSION, oneSubmission, unknownShape } from './reading/outcome.ts';
import { mayBeForm, parseJsonText, readForm } from './reading/read-form.ts';
import { secretHeader } from './shared-secret.ts';

/** Settings of an `unbounce` source. */
export const unbounceSettings = sourceSettings('unbounce', { secretHeader });

/** What the page tells of the request and of itself; times have no known zone and form. */
const TECHNICAL = new Set(
  'ip_address date_submitted time_submitted page_id page_uuid page_name page_url data.json data.xml'.split(
    ' ',
  ),
);

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
    const form = await readForm(request);
    return form.kind === 'unreadable' ? form : readBody(form.value, source);
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

function readBody(body: Json, source: SourceBase): Reading {
  if (!isObject(body)) return unknownShape('it is not an object');
  const posted = member(body, 'data.json');
  const lead = posted === undefined ? body : (parseJsonText(posted) ?? posted);
  if (!isObject(lead)) return unknownShape('its data.json is no JSON object');
  const fields = leadFields(lead);
  if (fields.length === 0) return unknownShape('it has no fields');

  const fact = (name: string): string | undefined =>
    idText(single(member(body, name))) ?? idText(single(member(lead, name)));
  const pageId = fact('page_id') ?? fact('page_uuid');
  const variant = fact('variant');
  // Which of a page's variants brought the lead is an answer that the page gives.
  const all: FormField[] =
    variant === undefined || fields.some(({ ids: [key] }) => key === 'variant')
      ? fields
      : [...fields, { ids: ['variant'], value: variant, names: [] }];
  return oneSubmission(
    {
      eventType: FORM_SUBMISSION,
      fields: all,
      facts: { form_id: pageId, form_name: fact('page_name'), page_url: fact('page_url') },
      content: { page_id: pageId ?? null, answers: answersOf(all) },
    },
    source,
  );
}

function leadFields(lead: JsonObject): FormField[] {
  const answers = Object.entries(lead).filter(([name]) => !TECHNICAL.has(name));
  return flatFields(
    Object.fromEntries(answers.map(([name, value]) => [name, single(value) ?? null])),
  );
}

/** A list of one is its value. */
function single(value: Json | undefined): Json | undefined {
  return isArray(value) && value.length === 1 ? value[0] : value;
}

function isXml(mediaType: string): boolean {
  return /^(?:application|text)\/xml$/.test(mediaType);
}

function startsWithAngle({ body }: WebhookRequest): boolean {
  return body.find((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte)) === 0x3c;
}
