import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading } from '../provider.ts';
import { flatFields } from '../reading/flat-fields.ts';
import { answersOf, type FormField } from '../reading/form-field.ts';
import { idText, isArray, isObject, type Json, type JsonObject, member } from '../reading/json.ts';
import { FORM_SUBMISSION, oneSubmission, unknownShape } from '../reading/outcome.ts';
import { parseJsonText } from '../reading/read-form.ts';

/** What the page tells of the request and of itself; times have no known zone and form. */
const TECHNICAL = new Set(
  'ip_address date_submitted time_submitted page_id page_uuid page_name page_url data.json data.xml'.split(
    ' ',
  ),
);

/** Reads a lead: members of `data.json` where there is one, else of the body. */
export function readUnbounceLead(body: Json, source: SourceBase): Reading {
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
