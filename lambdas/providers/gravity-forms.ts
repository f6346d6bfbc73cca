import * as z from 'zod/mini';
import { secretHeader, sourceSettings } from '../core/source-settings.ts';
import { readEntryFields } from './bodies/gravity-entry.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading } from './provider.ts';
import { answersOf } from './reading/form-field.ts';
import { idText, isObject, type Json, member, scalarText } from './reading/json.ts';
import { FORM_SUBMISSION, ifParsed, oneSubmission, unknownShape } from './reading/outcome.ts';
import { mayBeForm, readForm } from './reading/read-form.ts';

/** Settings of a `gravity_forms` source. */
export const gravityFormsSettings = sourceSettings('gravity_forms', {
  secretHeader,
  /**
   * Take `date_created` for UTC. What it is, is not documented; without this, a submission takes place when it is
   * received.
   */
  datesAreUtc: z._default(z.boolean(), false),
});

type GravityFormsSource = z.output<typeof gravityFormsSettings>;

/**
 * Gravity Forms, through its Webhooks add-on: one entry a request. Its id is unique on its site only, and so in its
 * source: each site needs a source of its own. Its keys are numbers: `fields` says what they mean.
 *
 * @see Gravity Forms, Webhooks add-on, read 2026-11-22
 */
export const gravityForms = {
  authentication: (source) => ({ kind: 'shared_secret', header: source.secretHeader }),
  accepts: mayBeForm,
  read: async (request, source) =>
    ifParsed(await readForm(request), (form) => readEntry(form, source)),
} satisfies Provider<GravityFormsSource>;

/** How to connect Gravity Forms. */
export const gravityFormsGuide: ProviderGuide = {
  title: 'Gravity Forms',
  secret: 'ours',
  steps: [
    'Install the Webhooks add-on. Open the form, then Settings, then Webhooks, and add a feed.',
    'Request URL: {url}. Request method: POST. Request format: JSON.',
    'Request headers. Name: x-lead-secret. Value: {secret}',
    'Request body: All Fields.',
    'Say what the numbers of the form\'s fields mean, for example fields: { "2": "email", "3": "phone", "1.3": "first_name", "1.6": "last_name" }.',
    'One source for each site: the ids of entries are numbers that every site has.',
  ],
  signs: 'nothing; the secret is in a header',
  retries: "it is sent in the background, by the site's own cron, which must run; one attempt",
  givesUp:
    'after that attempt; the entry stays in Gravity Forms, and its feed can be processed again there',
  unconfirmed: [
    "the list of an entry's members",
    'that there is one attempt',
    'whether `date_created` is UTC: set `datesAreUtc` once you have compared one',
  ],
  sources: ['Gravity Forms, Webhooks add-on, read 2026-11-22'],
};

function readEntry(body: Json, source: GravityFormsSource): Reading {
  if (!isObject(body)) return unknownShape('it is not an entry');
  const fields = readEntryFields(body);
  if (fields.length === 0) return unknownShape('it has no fields');
  const created = scalarText(member(body, 'date_created'));
  return oneSubmission(
    {
      eventType: FORM_SUBMISSION,
      sourceEventId: idText(member(body, 'id')),
      occurredAt: source.datesAreUtc ? isoOfUtc(created) : undefined,
      fields,
      facts: {
        form_id: idText(member(body, 'form_id')),
        page_url: scalarText(member(body, 'source_url')),
      },
      content: { form_id: member(body, 'form_id') ?? null, answers: answersOf(fields) },
    },
    source,
  );
}

function isoOfUtc(text: string | undefined): string | undefined {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(text ?? '') ?? [];
  return day === undefined ? undefined : `${day}T${time}Z`;
}
