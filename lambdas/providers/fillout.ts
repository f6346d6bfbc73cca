import type * as z from 'zod/mini';
import { type SourceBase, sourceSettings } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading } from './provider.ts';
import { anyValue } from './reading/flat-fields.ts';
import type { FormField } from './reading/form-field.ts';
import {
  idText,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  member,
  parseJson,
} from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { FORM_SUBMISSION, ifParsed, oneSubmission, unknownShape } from './reading/outcome.ts';
import { secretHeader } from './shared-secret.ts';

/** Settings of a `fillout` source. */
export const filloutSettings = sourceSettings('fillout', { secretHeader });

/**
 * Fillout: one submission a request. It signs nothing that could be found, so that the secret itself comes
 * along: in a header, or as the last part of the URL.
 *
 * @see Fillout help, Webhooks, read 2026-11-22
 */
export const fillout = {
  authentication: (source) => ({ kind: 'shared_secret', header: source.secretHeader }),
  accepts: mayBeJson,
  read: (request, source) => ifParsed(parseJson(request.body), (body) => readBody(body, source)),
} satisfies Provider<z.output<typeof filloutSettings>>;

/** How to connect Fillout. */
export const filloutGuide: ProviderGuide = {
  title: 'Fillout',
  secret: 'ours',
  steps: [
    'Open the form, then Integrate, then Webhook, and edit it.',
    'Webhook URL, whose last part is the secret: {url}/{secret}',
    'Or, where the webhook can have headers of its own: {url}, with the header x-lead-secret: {secret}',
    'Send a test and look at what arrived.',
  ],
  signs: 'nothing that could be found: the secret itself comes along, in a header or in the URL',
  retries: 'not documented',
  givesUp: 'not documented',
  unconfirmed: [
    'whether there is a signature',
    'the names of its field types, and that `submissionTime` has a zone (from captures)',
    'whether and when it repeats a request',
  ],
  sources: ['Fillout help, Webhooks, read 2026-11-22'],
};

function readBody(body: Json, source: SourceBase): Reading {
  const form = member(body, 'submission');
  if (!isObject(form) || !isArray(member(form, 'questions'))) {
    return unknownShape('it has no submission with questions');
  }
  return oneSubmission(
    {
      eventType: FORM_SUBMISSION,
      sourceEventId: idText(member(form, 'submissionId')),
      occurredAt: idText(member(form, 'submissionTime')),
      fields: [
        ...readList(form, 'questions'),
        ...readList(form, 'scheduling'),
        ...readList(form, 'payments'),
        ...readList(form, 'calculations', 'hidden'),
        ...readList(form, 'urlParameters', 'hidden'),
      ],
      facts: {
        form_id: idText(member(body, 'formId')),
        form_name: idText(member(body, 'formName')),
      },
      content: form,
    },
    source,
  );
}

function readList(form: JsonObject, name: string, place?: FormField['place']): FormField[] {
  const items = member(form, name);
  if (!isArray(items)) return [];
  return items.flatMap((item, index) => {
    const answer = member(item, 'value');
    const value = valueOf(answer);
    if (value === undefined) return [];
    const label = idText(member(item, 'name'));
    const type = idText(member(item, 'type'));
    return [
      {
        ids: [idText(member(item, 'id')) ?? label ?? `${name}_${index + 1}`],
        ...(label === undefined ? {} : { label }),
        ...(type === undefined ? {} : { type }),
        value,
        ...(type === 'EmailInput' ? { means: 'email' as const } : {}),
        ...(type === 'PhoneNumber' ? { means: 'phone' as const } : {}),
        ...(place === undefined ? {} : { place }),
        // A yes or no, or an object, is about a field, it is not the field.
        ...(typeof answer === 'boolean' || isObject(answer) ? { names: [] } : {}),
      },
    ];
  });
}

/** Files are told by their URLs. */
function valueOf(answer: Json | undefined): ReturnType<typeof anyValue> {
  if (!isArray(answer)) return anyValue(answer);
  const texts = answer.map((one) => idText(member(one, 'url')));
  return texts.length > 0 && texts.every((text) => text !== undefined) ? texts : anyValue(answer);
}
