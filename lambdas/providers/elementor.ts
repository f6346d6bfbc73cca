import type * as z from 'zod/mini';
import { type SourceBase, sourceSettings } from '../core/source-settings.ts';
import { readAdvancedFields, readSimpleFields } from './bodies/elementor-fields.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading } from './provider.ts';
import { buildSubmission } from './reading/build-submission.ts';
import { answersOf } from './reading/form-field.ts';
import {
  idText,
  isObject,
  type Json,
  type JsonObject,
  member,
  scalarText,
} from './reading/json.ts';
import { nestForm } from './reading/nest-names.ts';
import { FORM_SUBMISSION, ifParsed, unknownShape } from './reading/outcome.ts';
import { readConsent } from './reading/read-consent.ts';
import { mayBeForm, readForm } from './reading/read-form.ts';
import { withoutVolatile } from './reading/without-volatile.ts';
import { secretHeader } from './shared-secret.ts';

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
    ifParsed(await readForm(request), (form) => readBody(nestForm(form), source)),
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

function readBody(body: Json, source: SourceBase): Reading {
  if (!isObject(body)) return unknownShape('it is not an object');
  const isAdvanced = typeof member(body, 'fields') === 'object' && member(body, 'fields') !== null;
  const submission = isAdvanced ? advanced(body, source) : simple(body, source);
  return submission === undefined
    ? unknownShape('it has no fields')
    : { kind: 'read', submissions: [submission] };
}

function advanced(body: JsonObject, source: SourceBase) {
  const read = readAdvancedFields(member(body, 'fields'));
  if (read.length === 0) return undefined;
  const fields = read.map(({ field }) => field);
  const others = read.filter(({ consent }) => consent === undefined).map(({ field }) => field);
  const facts = {
    form_id: idText(member(member(body, 'form'), 'id')),
    form_name: scalarText(member(member(body, 'form'), 'name')),
    page_url: scalarText(member(member(member(body, 'meta'), 'page_url'), 'value')),
  };
  return buildSubmission(
    {
      eventType: FORM_SUBMISSION,
      fields,
      facts,
      consent: [...read.flatMap(({ consent }) => consent ?? []), ...readConsent(answersOf(others))],
      content: { ...facts, answers: answersOf(fields) },
    },
    source,
  );
}

function simple(body: JsonObject, source: SourceBase) {
  const fields = readSimpleFields(body);
  if (fields.length === 0) return undefined;
  const facts = {
    form_id: idText(member(body, 'form_id')),
    form_name: scalarText(member(body, 'form_name')),
    page_url: scalarText(member(body, 'Page URL')),
  };
  const answers = Object.fromEntries(answersOf(fields).map(({ key, value }) => [key, value]));
  return buildSubmission(
    {
      eventType: FORM_SUBMISSION,
      fields,
      facts,
      content: { ...facts, answers: withoutVolatile(answers) },
    },
    source,
  );
}
