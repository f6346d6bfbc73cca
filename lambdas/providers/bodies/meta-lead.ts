import type { Consent } from '../../core/lead-event.ts';
import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading, Submission } from '../provider.ts';
import type { FormField } from '../reading/form-field.ts';
import { idText, isArray, itemsOf, type Json, member, scalarText } from '../reading/json.ts';
import { unknownShape } from '../reading/outcome.ts';
import { readDetails } from '../reading/read-details.ts';

/** What the campaign says beside the lead's own answers, and no canonical field holds. */
const CAMPAIGN_NAMES = ['campaign_name', 'adset_name', 'ad_name', 'is_organic'] as const;

/** Values that Meta's Lead Ads Testing Tool fills in. */
const TEST_VALUE = /^<test lead: dummy data for\b/i;

/** Reads a lead as the Graph API tells it. Never throws. */
export function readMetaLead(
  thin: Submission,
  lead: Json | undefined,
  source: Pick<SourceBase, 'fields'>,
): Reading {
  const data = member(lead, 'field_data');
  if (!isArray(data)) return unknownShape('it has no field_data');
  const id = idText(member(lead, 'id'));
  if (id !== undefined && id !== thin.sourceEventId) return unknownShape('it is another lead');

  const questions = data.flatMap(readQuestion);
  const values = questions.flatMap(({ value }) => value);
  const consent = readDisclaimers(member(lead, 'custom_disclaimer_responses'));
  const fact = (name: string): string | undefined => idText(member(lead, name));
  return readDetails(
    thin,
    {
      occurredAt: scalarText(member(lead, 'created_time')),
      fields: [...questions, ...CAMPAIGN_NAMES.flatMap((name) => readCampaign(name, lead))],
      facts: {
        form_id: fact('form_id'),
        campaign_id: fact('campaign_id'),
        adset_id: fact('adset_id'),
        ad_id: fact('ad_id'),
        platform: fact('platform'),
      },
      ...(consent.length === 0 ? {} : { consent }),
      suppression: values.some((value) => TEST_VALUE.test(value.trimStart()))
        ? 'test_lead'
        : undefined,
    },
    source,
  );
}

/** `{"name": "wie_können_wir_helfen?", "values": ["…"]}`: the name is the question, with `_` for blanks. */
function readQuestion(entry: Json): FormField[] {
  const name = idText(member(entry, 'name'));
  if (name === undefined) return [];
  const list = member(entry, 'values');
  const values = (isArray(list) ? list : [list ?? '']).map((value) => scalarText(value) ?? '');
  const [only = ''] = values;
  // A hint for the person may follow the usual name: `phone_number_(eg.65xxxxxxxx)`.
  const [plain = name] = name.split('(');
  return [
    {
      ids: [name],
      label: name.replaceAll('_', ' '),
      value: values.length > 1 ? values : only,
      names: plain === 'work_phone_number' ? ['work_phone'] : [plain],
    },
  ];
}

function readCampaign(name: string, lead: Json | undefined): FormField[] {
  const value = scalarText(member(lead, name));
  return value === undefined ? [] : [{ ids: [name], value, names: [], place: 'hidden' }];
}

function readDisclaimers(responses: Json | undefined): Consent[] {
  return itemsOf(responses).flatMap((response) => {
    const key = idText(member(response, 'checkbox_key'));
    const granted = isChecked(scalarText(member(response, 'is_checked')));
    return key === undefined || granted === undefined ? [] : [{ key, granted }];
  });
}

/** Meta writes "1" for a box that was ticked, and nothing for one that was not. */
function isChecked(value: string | undefined): boolean | undefined {
  if (value === '1' || value === 'true') return true;
  return value === '' || value === '0' || value === 'false' ? false : undefined;
}
