import type * as z from 'zod/mini';
import type { CanonicalField } from '../core/lead-event.ts';
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
import { ifParsed, oneSubmission, unknownShape } from './reading/outcome.ts';
import { withoutMember } from './reading/without-member.ts';

/** Settings of a `google_ads` source. */
export const googleAdsSettings = sourceSettings('google_ads');

const EVENT_TYPE = 'lead_form';
const KEY_MEMBER = 'google_key';

/** WORK_EMAIL and WORK_PHONE are found by their names, so that they come after these. */
const MEANING_OF_COLUMN = /* @__PURE__ */ new Map<string, CanonicalField>([
  ['FULL_NAME', 'full_name'],
  ['FIRST_NAME', 'first_name'],
  ['LAST_NAME', 'last_name'],
  ['EMAIL', 'email'],
  ['PHONE_NUMBER', 'phone'],
  ['STREET_ADDRESS', 'street'],
  ['POSTAL_CODE', 'postal_code'],
  ['CITY', 'city'],
  ['REGION', 'region'],
  ['COUNTRY', 'country'],
  ['COMPANY_NAME', 'company'],
  ['JOB_TITLE', 'job_title'],
]);

/**
 * Google Ads lead forms: one lead a request. Nothing is signed; a key that the advertiser chose lies in the
 * body, and is removed from it before anything is stored or hashed.
 *
 * @see Google Ads, Webhook for lead forms, implementation, read 2026-11-22
 */
export const googleAds = {
  authentication: () => ({ kind: 'body_member', member: KEY_MEMBER }),
  accepts: mayBeJson,
  redact: (body) => withoutMember(body, KEY_MEMBER),
  read: (request, source) => ifParsed(parseJson(request.body), (body) => readBody(body, source)),
  // Google documents no more than "JSON"; implementers answer an empty object.
  answers: { acceptedBody: '{}' },
} satisfies Provider<z.output<typeof googleAdsSettings>>;

/** How to connect Google Ads lead forms. */
export const googleAdsGuide: ProviderGuide = {
  title: 'Google Ads lead forms',
  secret: 'ours',
  steps: [
    'Open the lead form asset, then "Export leads from Google Ads", then "Other data integration options".',
    'Webhook URL: {url}',
    'Key: {secret}',
    'Choose "Send test data": the test lead is stored, and kept from the CRM.',
  ],
  signs:
    'nothing; the key stands in the body as `google_key`, and is removed before anything is stored',
  retries: 'not documented',
  givesUp: 'not documented',
  unconfirmed: ['whether and when it repeats a request, and for how long it waits for an answer'],
  sources: ['Google Ads, Webhook for lead forms, implementation, read 2026-11-22'],
};

function readBody(body: Json, source: SourceBase): Reading {
  const columns = member(body, 'user_column_data');
  if (!isObject(body) || !isArray(columns)) {
    return unknownShape('it has no user_column_data');
  }
  return oneSubmission(
    {
      eventType: EVENT_TYPE,
      sourceEventId: idText(member(body, 'lead_id')),
      occurredAt: idText(member(body, 'lead_submit_time')),
      fields: [
        ...columns.flatMap(readColumn),
        ...hiddenField(body, 'asset_group_id'),
        ...hiddenField(body, 'lead_stage'),
      ],
      facts: {
        gclid: idText(member(body, 'gcl_id')),
        campaign_id: numberOf(body, 'campaign_id'),
        adset_id: numberOf(body, 'adgroup_id'),
        ad_id: numberOf(body, 'creative_id'),
        form_id: numberOf(body, 'form_id'),
      },
      suppression: member(body, 'is_test') === true ? 'test_lead' : undefined,
      content: Object.fromEntries(Object.entries(body).filter(([name]) => name !== KEY_MEMBER)),
    },
    source,
  );
}

/** `column_id` is always there, `column_name` not always; an older edition had the name alone. */
function readColumn(column: Json, index: number): FormField[] {
  if (!isObject(column)) return [];
  const id = idText(member(column, 'column_id'));
  const label = idText(member(column, 'column_name'));
  const means = MEANING_OF_COLUMN.get(id ?? '');
  return [
    {
      ids: [id ?? label ?? `column_${index + 1}`],
      ...(label === undefined ? {} : { label }),
      value: anyValue(member(column, 'string_value')) ?? '',
      ...(means === undefined ? {} : { means }),
    },
  ];
}

function hiddenField(body: JsonObject, name: string): FormField[] {
  const value = numberOf(body, name);
  return value === undefined ? [] : [{ ids: [name], value, place: 'hidden' }];
}

/** An id, where 0 stands for none. */
function numberOf(body: JsonObject, name: string): string | undefined {
  const id = idText(member(body, name));
  return id === '0' ? undefined : id;
}
