import type { CanonicalField } from '../../core/lead-event.ts';
import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading } from '../provider.ts';
import { anyValue } from '../reading/flat-fields.ts';
import { type FormField, meaningOf } from '../reading/form-field.ts';
import { idText, isArray, isObject, type Json, type JsonObject, member } from '../reading/json.ts';
import { oneSubmission, unknownShape } from '../reading/outcome.ts';

const EVENT_TYPE = 'lead_form';

/** The member that holds the advertiser's key. */
export const KEY_MEMBER = 'google_key';

/** WORK_EMAIL and WORK_PHONE are found by their names, so that they come after these. */
const MEANING_OF_COLUMN: Readonly<Record<string, CanonicalField>> = {
  FULL_NAME: 'full_name',
  FIRST_NAME: 'first_name',
  LAST_NAME: 'last_name',
  EMAIL: 'email',
  PHONE_NUMBER: 'phone',
  STREET_ADDRESS: 'street',
  POSTAL_CODE: 'postal_code',
  CITY: 'city',
  REGION: 'region',
  COUNTRY: 'country',
  COMPANY_NAME: 'company',
  JOB_TITLE: 'job_title',
};

/** Reads a lead: its columns, and the campaign that brought it. The key must be gone from what is stored. */
export function readGoogleAdsLead(body: Json, source: SourceBase): Reading {
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
  return [
    {
      ids: [id ?? label ?? `column_${index + 1}`],
      ...(label === undefined ? {} : { label }),
      value: anyValue(member(column, 'string_value')) ?? '',
      ...meaningOf(MEANING_OF_COLUMN, id),
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
